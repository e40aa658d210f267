import type { LatencySummary } from '../../protocol/summary.ts';
import { formatMs } from './format.ts';

type Bounds = Pick<LatencySummary, 'percentiles' | 'atLeast'>;

/** A percentile, with ≥ if it is a lower bound: some requests had no answer. */
export function percentileText({ percentiles, atLeast }: Bounds, label: string): string {
  const valueMs = percentiles[label] ?? null;
  return boundText(valueMs, atLeast.includes(label));
}

/** The smallest value. */
export function leastText({ min, atLeast }: Pick<LatencySummary, 'min' | 'atLeast'>): string {
  return boundText(min, atLeast.includes('min'));
}

/** The largest value or the mean; both are lower bounds if some requests had no answer. */
export function extremeText({ censored }: Pick<LatencySummary, 'censored'>, valueMs: number | null): string {
  return boundText(valueMs, censored > 0);
}

function boundText(valueMs: number | null, isBound: boolean): string {
  return `${isBound && valueMs !== null ? '≥ ' : ''}${formatMs(valueMs)}`;
}
