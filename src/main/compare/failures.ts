import type { FailureShare, PairFailures } from '../../protocol/comparison.ts';
import { awaitedOf, notOkOf } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { binomialUpperTail } from '../collect/statistics.ts';
import { FEWEST_ROUNDS, signFlipP } from './paired.ts';

/** Allowed probability of a false alarm, over all comparisons together. */
const LEVEL = 0.05;
/** A difference of failed shares beyond which latencies are no longer compared. */
export const GROSS_DIFFERENCE = 0.01;
/** A gross difference is above this many times the other's share and this many standard errors of two shares. */
const GROSS_RATIO = 2;
const GROSS_ERRORS = 3.3;
/** Level for the counts alone: stricter, since failures come in clusters. */
const LEVEL_OF_COUNTS = 0.01;
/** Fewer intervals than this say nothing about clusters. */
const FEWEST_INTERVALS = 4;

type Counted = Pick<Summary, 'requests' | 'series'>;

/** The share of requests in these rounds that failed. */
export function failuresIn(rounds: readonly Pick<Summary, 'requests'>[]): FailureShare {
  const sent = rounds.reduce((sum, { requests }) => sum + awaitedOf(requests), 0);
  const failed = rounds.reduce((sum, { requests }) => sum + notOkOf(requests), 0);
  return { sent, failed, share: sent === 0 ? 0 : failed / sent };
}

/**
 * Whether the first fails more than the second, beyond chance: by the exact sign-flip test over the rounds, since
 * requests within a round depend on each other; or, with any number of rounds, by the counts, discounted for failures
 * that come in clusters; or if the difference is gross. Anything not certain is undecided.
 *
 * @param comparisons number of comparisons made at once
 */
export function compareFailures(a: readonly Counted[], b: readonly Counted[], comparisons = 1): PairFailures {
  const rounds = Math.min(a.length, b.length);
  const [ofA, ofB] = [failuresIn(a.slice(0, rounds)), failuresIn(b.slice(0, rounds))];
  const differences = a.slice(0, rounds).map((round, index) => {
    const other = b[index];
    return failuresIn([round]).share - failuresIn(other === undefined ? [] : [other]).share;
  });
  const p = signFlipP(differences);
  const byCounts = Math.min(1, pOfCounts(a.slice(0, rounds), b.slice(0, rounds)) * comparisons);
  const isSure =
    (rounds >= FEWEST_ROUNDS && p * comparisons <= LEVEL) ||
    byCounts <= LEVEL_OF_COUNTS ||
    isGross(ofA, ofB) ||
    isGross(ofB, ofA);
  return { a: ofA, b: ofB, p, decision: decisionOf(ofA, ofB, isSure) };
}

function decisionOf(a: FailureShare, b: FailureShare, isSure: boolean): PairFailures['decision'] {
  if (a.share === b.share) return 'no-difference';
  if (!isSure) return 'undecided';
  return a.share > b.share ? 'more' : 'fewer';
}

/**
 * Two-sided probability that failures are distributed this unevenly by chance: binomial, given their total number.
 * Failures are divided by their dispersion over the intervals of the series; 1 if the dispersion is unknown.
 */
function pOfCounts(a: readonly Counted[], b: readonly Counted[]): number {
  const [ofA, ofB] = [failuresIn(a), failuresIn(b)];
  const dispersion = Math.max(dispersionOf(a), dispersionOf(b));
  if (!Number.isFinite(dispersion) || ofA.sent === 0 || ofB.sent === 0) return 1;
  const [more, fewer] = ofA.share > ofB.share ? [ofA, ofB] : [ofB, ofA];
  const [failedMore, failedFewer] = [more, fewer].map(({ failed }) => failed / dispersion);
  const least = Math.floor(failedMore ?? 0);
  const trials = least + Math.ceil(failedFewer ?? 0);
  return Math.min(1, 2 * binomialUpperTail(least, trials, more.sent / (more.sent + fewer.sent)));
}

/** Variance of failures per interval relative to the binomial one, at least 1; infinite with too few intervals. */
function dispersionOf(rounds: readonly Counted[]): number {
  const { share, failed } = failuresIn(rounds);
  if (failed === 0) return 1;
  const intervals = rounds.flatMap(({ series }) => secondsOf(series).filter(({ sent }) => sent > 0));
  if (intervals.length < FEWEST_INTERVALS) return Number.POSITIVE_INFINITY;
  if (share === 1) return 1;
  const chiSquare = intervals.reduce(
    (sum, { sent, ok }) => sum + (sent - ok - sent * share) ** 2 / (sent * share * (1 - share)),
    0,
  );
  return Math.max(1, chiSquare / (intervals.length - 1));
}

/** Counts of the series over at least a second each: shorter intervals would miss longer clusters. */
function secondsOf({ intervalMs, buckets }: Summary['series']): { sent: number; ok: number }[] {
  const length = Math.max(1, Math.ceil(MS_PER_SECOND / intervalMs));
  return Array.from({ length: Math.ceil(buckets.length / length) }, (_, index) =>
    buckets
      .slice(index * length, (index + 1) * length)
      .reduce((sum, { sent, ok }) => ({ sent: sum.sent + sent, ok: sum.ok + ok }), { sent: 0, ok: 0 }),
  );
}

/** So many more that neither chance among requests nor the moment explains it. */
export function isGross(larger: FailureShare, smaller: FailureShare): boolean {
  const difference = larger.share - smaller.share;
  if (difference <= GROSS_DIFFERENCE || larger.share <= GROSS_RATIO * smaller.share) return false;
  const sent = larger.sent + smaller.sent;
  const pooled = (larger.failed + smaller.failed) / sent;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / larger.sent + 1 / smaller.sent));
  return difference > GROSS_ERRORS * error;
}
