const TAIL = 0.025;
/** The standard normal's 97.5th percentile. */
const Z = 1.959_964;
/** From this many expected values in the tail on, the normal distribution stands in for the binomial. */
const NORMAL_FROM = 500;
/** Fewer windows say nothing about how requests depend on each other. */
const FEWEST_WINDOWS = 5;

/** Ranks from 1; null where no value lies far enough out. */
interface RankInterval {
  readonly low: number | null;
  readonly high: number | null;
}

/** One stretch of time: its values, and how many of them lie above the percentile. */
interface Window {
  readonly count: number;
  readonly above: number;
}

/**
 * Between the values of which ranks the true quantile lies, at 95 %, without any assumption about their
 * distribution: how many of `count` values lie above it is binomial (Conover, Practical Nonparametric
 * Statistics, 3.2).
 *
 * @param quantile above 0 and below 1
 * @param dispersion how much larger than binomial that number's variance is: 1 for independent values, and
 *   `count / dispersion` is what a dependent sample is worth
 */
export function quantileRanks(count: number, quantile: number, dispersion: number): RankInterval {
  const effective = Math.max(1, Math.floor(count / dispersion));
  const { low, high } = independentRanks(effective, quantile);
  const scale = count / effective;
  return {
    low: low === null ? null : Math.floor((low - 1) * scale) + 1,
    high: high === null ? null : Math.min(count, Math.ceil(high * scale)),
  };
}

/**
 * How much larger than for independent values the variance of exceedances is, from window to window: a
 * stall of a second is one event and not a thousand. At least 1; null below five windows with values.
 */
export function dispersionOf(windows: readonly Window[]): number | null {
  const used = windows.filter(({ count }) => count > 0);
  if (used.length < FEWEST_WINDOWS) return null;
  const count = used.reduce((sum, window) => sum + window.count, 0);
  const share = used.reduce((sum, window) => sum + window.above, 0) / count;
  if (share === 0 || share === 1) return 1;
  const squares = used.reduce(
    (sum, window) => sum + (window.above - window.count * share) ** 2 / (window.count * share * (1 - share)),
    0,
  );
  return Math.max(1, squares / (used.length - 1));
}

function independentRanks(count: number, quantile: number): RankInterval {
  // In the tail with fewer values, where sums are short.
  if (quantile < 0.5) {
    const mirrored = independentRanks(count, 1 - quantile);
    return {
      low: mirrored.high === null ? null : count + 1 - mirrored.high,
      high: mirrored.low === null ? null : count + 1 - mirrored.low,
    };
  }
  const share = 1 - quantile;
  const low = count - fewestWith(1 - TAIL, count, share);
  const high = count - fewestWith(TAIL, count, share) + 1;
  return { low: low < 1 ? null : low, high: high > count ? null : high };
}

/** The smallest k with a binomial probability of at most k successes of at least `probability`. */
function fewestWith(probability: number, count: number, share: number): number {
  const mean = count * share;
  if (mean >= NORMAL_FROM) {
    const distance = Z * Math.sqrt(mean * (1 - share));
    return probability < 0.5 ? Math.floor(mean - distance) : Math.ceil(mean + distance);
  }
  let term = Math.exp(count * Math.log1p(-share));
  let sum = term;
  let successes = 0;
  while (sum < probability && successes < count) {
    term *= ((count - successes) / (successes + 1)) * (share / (1 - share));
    successes++;
    sum += term;
  }
  return successes;
}
