import { combineMeans, combineVariances, gammaln, median as medianOfList } from 'simple-statistics';
import { type Moments, NO_MOMENTS } from '../../metrics/moments.ts';

/** Combines the moments of two samples. Associative and commutative up to rounding; `NO_MOMENTS` is its identity. */
export function combineMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  // simple-statistics combines population variances: squares divided by the count.
  const variance = combineVariances(
    a.squares / a.count,
    a.mean,
    a.count,
    b.squares / b.count,
    b.mean,
    b.count,
  );
  return {
    count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: combineMeans(a.mean, a.count, b.mean, b.count),
    squares: variance * count,
  };
}

/** Standard deviation of a sample (n − 1); null below two values. */
export function sampleDeviation({ count, squares }: Moments = NO_MOMENTS): number | null {
  return count < 2 ? null : Math.sqrt(squares / (count - 1));
}

/** The median of at least one value; for an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  return medianOfList([...values]);
}

/**
 * Probability of at least `least` successes in `trials` of probability `chance`.
 *
 * @param chance above 0 and below 1
 */
export function binomialUpperTail(least: number, trials: number, chance: number): number {
  if (least <= 0) return 1;
  let term = Math.exp(
    gammaln(trials + 1) -
      gammaln(least + 1) -
      gammaln(trials - least + 1) +
      least * Math.log(chance) +
      (trials - least) * Math.log1p(-chance),
  );
  let sum = 0;
  for (let count = least; count <= trials && term > sum * Number.EPSILON; count++) {
    sum += term;
    term *= ((trials - count) / (count + 1)) * (chance / (1 - chance));
  }
  return Math.min(1, sum);
}
