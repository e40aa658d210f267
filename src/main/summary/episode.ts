import type { FailedWhen } from '../../protocol/finding.ts';
import { awaitedOf } from '../../protocol/report.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Series, SeriesCounts } from '../collect/series.ts';

/** An interval belongs to the episode if its share of failures is at least this part of the largest one. */
const PART_OF_PEAK = 0.25;
/** The interval before and the one after may contain the episode's edges. */
const EDGE_SHARE = 0.01;
/** An episode that begins or ends this close to the start or end of the run counts as reaching it. */
const NEAR_SHARE = 0.02;
const NEAR_MS = 100;
/** So does one preceded by few successes: a small part of all, or as many as failures at random times leave before them. */
const NEAR_REQUESTS_SHARE = 0.2;
/** Successes before the first failure are by chance if that is likelier than e to the power of minus this. */
const CHANCE_EXPONENT = 5;

type FailureCounts = Pick<SeriesCounts, 'sent' | 'ok' | 'firstBadMs' | 'lastBadMs'> &
  Partial<Pick<SeriesCounts, 'cancelled'>>;

/**
 * When requests failed; null if none did.
 *
 * @param windowMs length of the run
 */
export function whenFailed(
  series: Pick<Series, 'lastOkMs' | 'okBeforeBad'> & {
    buckets(shortestMs: number): readonly FailureCounts[];
  },
  windowMs: number,
): FailedWhen | null {
  const buckets = series.buckets(MS_PER_SECOND);
  const shares = buckets.map(badShareOf);
  const peak = Math.max(0, ...shares);
  if (peak === 0) return null;
  const isIn = shares.map((share) => share >= peak * PART_OF_PEAK);
  const isEdge = (index: number): boolean => (shares[index] ?? 0) > EDGE_SHARE;
  const firstIn = isIn.indexOf(true);
  const lastIn = isIn.lastIndexOf(true);
  const first = isEdge(firstIn - 1) ? firstIn - 1 : firstIn;
  const last = isEdge(lastIn + 1) ? lastIn + 1 : lastIn;
  const beginMs = buckets[first]?.firstBadMs ?? 0;
  const endMs = buckets[last]?.lastBadMs ?? 0;
  const used = buckets.slice(first, last + 1).filter(({ sent }) => sent > 0).length;
  const isScattered = isIn.filter(Boolean).length * 2 < used;
  const nearMs = Math.max(NEAR_MS, NEAR_SHARE * windowMs);
  const isFirst = shares.slice(0, first).every((share) => share === 0);
  const before = okBefore(buckets, series.okBeforeBad);
  const isFromStart =
    beginMs <= nearMs
      ? before.areFew || before.areByChance
      : isFirst && !isScattered && before.areFew && before.areByChance;
  const isToEnd = endMs >= series.lastOkMs - nearMs;
  return {
    fromMs: isFromStart ? null : beginMs,
    toMs: isToEnd ? null : endMs,
    isOnAndOff: isScattered,
  };
}

function badShareOf(bucket: FailureCounts): number {
  const awaited = awaitedOf(bucket);
  return awaited === 0 ? 0 : (awaited - bucket.ok) / awaited;
}

/** Successes before the first failure: whether they are a small part of all, and no more than chance explains. */
function okBefore(
  buckets: readonly FailureCounts[],
  count: number,
): { readonly areFew: boolean; readonly areByChance: boolean } {
  const sent = buckets.reduce((sum, bucket) => sum + bucket.sent, 0);
  const bad = buckets.reduce((sum, bucket) => sum + awaitedOf(bucket) - bucket.ok, 0);
  // Each failure comes after the first `count` requests with the probability 1 - count / sent.
  const exponent = -bad * Math.log1p(-count / sent);
  return { areFew: count <= NEAR_REQUESTS_SHARE * sent, areByChance: exponent <= CHANCE_EXPONENT };
}
