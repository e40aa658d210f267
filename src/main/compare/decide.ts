import type { Estimate, Level } from '../../protocol/comparison.ts';
import { median, sampleDeviation } from '../collect/statistics.ts';
import { FEWEST_ROUNDS, hodgesLehmann, signFlipInterval, signFlipP } from './paired.ts';

// With a dozen rounds, half the width of a 95 % interval is about this many standard errors.
const WIDTH_IN_ERRORS = 2.2;
/** If more rounds than this are needed, another experiment is needed instead. */
const MOST_ROUNDS_TO_NAME = 1_000;

/**
 * Compares one figure of two arms, paired by round.
 *
 * @param values the figure per round, positive
 * @param reference the same for the other arm, with as many rounds
 * @param margin relative difference that does not matter, for instance 0.03
 */
export function compareRounds(
  values: readonly number[],
  reference: readonly number[],
  margin: number,
): Estimate {
  const logs = values.map((value, round) => Math.log(value / (reference[round] ?? Number.NaN)));
  const interval = signFlipInterval(logs);
  const estimate = hodgesLehmann(logs);
  const widest = Math.log(1 + margin);
  const decision = decide(interval, widest);
  return {
    ratio: Math.exp(estimate),
    low: interval === null ? null : Math.exp(interval.low),
    high: interval === null ? null : Math.exp(interval.high),
    p: signFlipP(logs),
    rounds: logs.length,
    margin,
    decision,
    roundsNeeded: decision === 'undecided' ? roundsNeeded(logs, estimate, widest) : null,
  };
}

/**
 * A figure over the rounds of one arm: its median, and an interval for the center of its logarithms; no interval
 * if the figure is zero in a round, as zero has no logarithm.
 */
export function levelOf(values: readonly number[]): Level {
  const interval = values.every((value) => value > 0) ? signFlipInterval(values.map(Math.log)) : null;
  return {
    median: median(values),
    low: interval === null ? null : Math.exp(interval.low),
    high: interval === null ? null : Math.exp(interval.high),
  };
}

function decide(interval: { low: number; high: number } | null, widest: number): Estimate['decision'] {
  if (interval === null) return 'undecided';
  if (interval.low > -widest && interval.high < widest) return 'no-difference';
  if (interval.low > 0) return 'higher';
  return interval.high < 0 ? 'lower' : 'undecided';
}

/** Estimated number of rounds until the interval excludes zero or lies within the margin; null beyond 1,000. */
function roundsNeeded(logs: readonly number[], estimate: number, widest: number): number | null {
  const mean = logs.reduce((total, value) => total + value, 0) / logs.length;
  const squares = logs.reduce((total, value) => total + (value - mean) ** 2, 0);
  const deviation = sampleDeviation({ count: logs.length, squares, mean, min: 0, max: 0 }) ?? 0;
  const halfWidth = Math.max(Math.abs(estimate), widest - Math.abs(estimate));
  const needed = Math.ceil(((WIDTH_IN_ERRORS * deviation) / halfWidth) ** 2);
  const rounds = Math.max(needed, logs.length + 1, FEWEST_ROUNDS);
  return rounds > MOST_ROUNDS_TO_NAME ? null : rounds;
}
