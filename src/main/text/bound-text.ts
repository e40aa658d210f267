import type { LatencySummary } from '../../protocol/summary.ts';
import { formatMs } from './format.ts';

type Bounds = Pick<LatencySummary, 'percentiles' | 'atLeast' | 'atMost'>;

/** A percentile, with ≥ if it may be more than is shown: some requests had no answer. */
export function percentileText(latency: Bounds, label: string): string {
  return boundText(latency.percentiles[label] ?? null, isShownBound(latency, label));
}

/** Whether a percentile may be more than is shown: those without an answer may move it by no visible amount. */
export function isShownBound({ percentiles, atLeast, atMost }: Bounds, label: string): boolean {
  const mostMs = atMost?.[label];
  return (
    atLeast.includes(label) &&
    (mostMs === undefined || formatMs(mostMs) !== formatMs(percentiles[label] ?? null))
  );
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
