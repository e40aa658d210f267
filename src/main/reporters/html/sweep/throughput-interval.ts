import type { Summary } from '../../../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../../../protocol/units.ts';

/** Where a value lies, in all likelihood; null at an end that is not known. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}

const FEWEST = 5;
/** Of the normal distribution, on either side of the mean. */
const DEVIATIONS = 1.96;

/**
 * The 95 % interval of a level's ok answers a second, from how much the parts of it differ; null where there are too few.
 * Parts that follow each other are not quite independent of each other: it is rather too narrow than too wide.
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
