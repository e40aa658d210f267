import { addCells, type CoarseCells, countOf, valueAtRankMs } from '../../metrics/coarse-cells.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Span, SpanLatency } from './live-state.ts';

/** 0.29 × 100 is slightly more than 29. */
const GRAIN = 1e-9;

/** Joins two consecutive spans. */
export function joined(first: Span, second: Span): Span {
  return {
    fromMs: first.fromMs,
    toMs: second.toMs,
    ended: first.ended + second.ended,
    ok: first.ok + second.ok,
    failed: first.failed + second.failed,
    cancelled: first.cancelled + second.cancelled,
    latencies: {
      response: spanLatency(addCells(first.latencies.response.cells, second.latencies.response.cells)),
      service: spanLatency(addCells(first.latencies.service.cells, second.latencies.service.cells)),
    },
    outstanding: second.outstanding,
  };
}

export function spanLatency(cells: CoarseCells): SpanLatency {
  const count = countOf(cells);
  const ranked = (share: number): number | null =>
    count === 0 ? null : valueAtRankMs(cells, Math.max(1, Math.ceil(share * count - GRAIN)));
  return { cells, p50Ms: ranked(0.5), p99Ms: ranked(0.99) };
}

export function okPerSecond({ ok, fromMs, toMs }: Span): number {
  return (ok * MS_PER_SECOND) / (toMs - fromMs);
}

export function endedPerSecond({ ended, fromMs, toMs }: Span): number {
  return (ended * MS_PER_SECOND) / (toMs - fromMs);
}
