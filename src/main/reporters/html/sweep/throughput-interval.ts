import type { Summary } from '../../../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../../../protocol/units.ts';

/** The range in which a value most likely lies; null for an unknown end. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

const FEWEST = 5;
/** Standard deviations of the normal distribution to either side of the mean. */
const DEVIATIONS = 1.96;

/**
 * The 95 % interval of a level's ok answers per second, from the variation between its intervals; null if there are too
 * few. Consecutive intervals are not quite independent, so it is somewhat too narrow rather than too wide.
 */
export function throughputInterval({ series, windowMs, rate }: Summary): Interval | null {
  const { intervalMs, buckets } = series;
  const rates = buckets
    .filter(({ atMs }) => atMs + intervalMs <= windowMs)
    .map(({ ok }) => (ok * MS_PER_SECOND) / intervalMs);
  if (rates.length < FEWEST) return null;
  const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length;
  const squares = rates.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const half = DEVIATIONS * Math.sqrt(squares / (rates.length - 1) / rates.length);
  const { throughputPerSecond } = rate;
  return { low: Math.max(0, throughputPerSecond - half), high: throughputPerSecond + half };
}
