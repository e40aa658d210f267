/** Fewest rounds with which a difference can be significant at 5 %. */
export const FEWEST_ROUNDS = 6;
/** With fewer rounds there is nothing to compare; with these there are figures but no judgement. */
export const FEWEST_ROUNDS_AT_ALL = 2;

interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Probability, assuming no difference, of a sum of differences at least as far from zero as this one: each
 * round's difference could equally have had the other sign (Fisher's randomization test). Exact: all 2^n
 * sign patterns are enumerated.
 *
 * @param differences one per round, at most 20
 * @returns two-sided, from 2^(1 − n) to 1
 */
export function signFlipP(differences: readonly number[]): number {
  const patterns = 2 ** differences.length;
  const observed = Math.abs(sum(differences));
  // Sums of the same numbers in a different order differ in the last bits.
  const tolerance = sum(differences.map(Math.abs)) * 1e-12;
  let current = sum(differences);
  let asFar = 1;
  const signs = differences.map(() => 1);
  for (let pattern = 1; pattern < patterns; pattern++) {
    // Gray code: the next pattern changes one sign.
    const changed = 31 - Math.clz32(pattern & -pattern);
    current -= 2 * (signs[changed] ?? 0) * (differences[changed] ?? 0);
    signs[changed] = -(signs[changed] ?? 0);
    if (Math.abs(current) >= observed - tolerance) asFar++;
  }
  return asFar / patterns;
}

/** The median of the means of all pairs, including each value with itself (Hodges and Lehmann 1963). */
export function hodgesLehmann(values: readonly number[]): number {
  const means: number[] = [];
  for (const [index, value] of values.entries()) {
    for (const other of values.slice(index)) means.push((value + other) / 2);
  }
  means.sort((a, b) => a - b);
  const middle = means.length >> 1;
  const upper = means[middle] ?? Number.NaN;
  return means.length % 2 === 1 ? upper : ((means[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * The differences that `signFlipP` would not reject at 5 %: between order statistics of the means of all
 * subsets (Hartigan 1969). At 8 rounds its level is 12/256 = 4.7 %.
 *
 * @param values one per round, at most 20
 * @returns null below 6 rounds, where the interval would be unbounded
 */
export function signFlipInterval(values: readonly number[]): Interval | null {
  const subsets = 2 ** values.length;
  const cut = Math.floor(0.025 * subsets);
  if (cut < 1) return null;
  const sums = new Float64Array(subsets);
  const means = new Float64Array(subsets - 1);
  for (let subset = 1; subset < subsets; subset++) {
    const lowest = subset & -subset;
    sums[subset] = (sums[subset ^ lowest] ?? 0) + (values[31 - Math.clz32(lowest)] ?? 0);
    means[subset - 1] = (sums[subset] ?? 0) / bitsOf(subset);
  }
  means.sort();
  return { low: means[cut - 1] ?? Number.NaN, high: means[means.length - cut] ?? Number.NaN };
}

/**
 * Adjusts the probabilities of several simultaneous tests so that a false alarm among all of them is as rare as it
 * would be for a single test (Holm 1979); in the given order.
 */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(probabilities.length).fill(1);
  let largest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (order.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function bitsOf(subset: number): number {
  let bits = 0;
  for (let left = subset; left !== 0; left &= left - 1) bits++;
  return bits;
}
