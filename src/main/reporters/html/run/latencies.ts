import { coarserCells, type UsedCell } from '../../../../metrics/packed-cells.ts';
import { LATENCIES, type LatencyKind } from '../../../../protocol/latency.ts';
import type { LatencySummary, PercentileInterval } from '../../../../protocol/summary.ts';
import { isShownBound } from '../../../text/bound-text.ts';
import { ms } from '../numbers.ts';

/** Cells per octave in a result's latencies. */
export const FINE_CELLS = 64;
const DRAWN_CELLS = 8;

/** The meaning of each latency, in a few words. */
export const MEANINGS: Readonly<Record<LatencyKind, string>> = {
  response: 'from when a request was due until its end: what a user would feel',
  service: 'from its first byte sent until its end: what target and network took',
  startLag: 'how late volley itself released it',
  wait: 'in line for a connection, or connecting',
  firstByte: 'until the head of the answer',
};

export const COLOURS: Readonly<Record<'response' | 'service', string>> = { response: 'a', service: 'b' };

export function titleOf(kind: LatencyKind): string {
  const { label } = LATENCIES[kind];
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** A percentile, with ≥ if it is a lower bound. */
export function percentileText(latency: LatencySummary, label: string): string {
  return boundText(latency.percentiles[label] ?? null, isShownBound(latency, label));
}

/** The maximum or mean; if some requests had no answer, both are lower bounds. */
export function extremeText({ censored }: LatencySummary, valueMs: number | null): string {
  return boundText(valueMs, censored > 0);
}

/** A time, with ≥ if it is a lower bound. */
export function boundText(valueMs: number | null, isBound: boolean): string {
  return `${isBound && valueMs !== null ? '≥\u00a0' : ''}${ms(valueMs)}`;
}

export function intervalText(interval: PercentileInterval | null | undefined): string {
  if (!interval) return '';
  const { low, high } = interval;
  if (low === null && high === null) return 'no ends';
  if (high === null) return `from ${ms(low)}`;
  return low === null ? `up to ${ms(high)}` : `${ms(low)} – ${ms(high)}`;
}

/** A cell of a histogram with its share of all values, also per octave of its width. */
export interface Density extends UsedCell {
  readonly share: number;
  readonly density: number;
}

export function densitiesOf({ cells }: Pick<LatencySummary, 'cells'>): Density[] {
  const coarse = coarserCells(cells ?? [], FINE_CELLS, DRAWN_CELLS);
  const total = coarse.reduce((sum, { count }) => sum + count, 0);
  return coarse.map((cell) => {
    const share = cell.count / total;
    return { ...cell, share, density: share / Math.log2(cell.toMs / cell.fromMs) };
  });
}
