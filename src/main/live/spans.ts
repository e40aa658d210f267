import { addCells, type CoarseCells, countOf, valueAtRankMs } from '../../metrics/coarse-cells.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { ShownLatency, Span, SpanLatency } from './live-state.ts';

/** Joins consecutive spans. */
export function joined(first: Span, ...others: readonly Span[]): Span {
  const spans = [first, ...others];
  const last = spans.at(-1) ?? first;
  const sum = (of: (span: Span) => number): number => spans.reduce((total, span) => total + of(span), 0);
  const all = (kind: ShownLatency): SpanLatency =>
    spanLatency(spans.map(({ latencies }) => latencies[kind].cells).reduce(addCells));
  return {
    fromMs: first.fromMs,
    toMs: last.toMs,
    ended: sum(({ ended }) => ended),
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed }) => failed),
    cancelled: sum(({ cancelled }) => cancelled),
    latencies: { response: all('response'), service: all('service') },
    outstanding: last.outstanding,
  };
}

export function spanLatency(cells: CoarseCells): SpanLatency {
  const count = countOf(cells);
  const ranked = (share: number): number | null =>
    count === 0 ? null : valueAtRankMs(cells, Math.max(1, Math.ceil(share * count)));
  return { cells, p50Ms: ranked(0.5), p99Ms: ranked(0.99) };
}

export function okPerSecond({ ok, fromMs, toMs }: Span): number {
  return (ok * MS_PER_SECOND) / (toMs - fromMs);
}

export function endedPerSecond({ ended, fromMs, toMs }: Span): number {
  return (ended * MS_PER_SECOND) / (toMs - fromMs);
}
