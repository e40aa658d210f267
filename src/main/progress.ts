import { CellRanks } from '../metrics/cell-ranks.ts';
import { addErrors } from '../metrics/error-counts.ts';
import { middleMs } from '../metrics/histogram.ts';
import { parsePercentile, rankOf } from '../metrics/percentile-rank.ts';
import type { Tally } from '../metrics/tally.ts';
import type { ErrorTally } from '../protocol/report.ts';

/** Where a run stands, over all workers. */
export interface Progress {
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  readonly durationMs: number | null;
  readonly requests: number | null;
  /** Requests of the window that have ended. */
  readonly ended: number;
  readonly ok: number;
  readonly failed: number;
  /** The most frequent error so far, for instance `connect (ECONNREFUSED)`; null while there is none. */
  readonly topError: string | null;
  /** Of the headline latency so far, within 0.05 %; null while there are too few values. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

const PERCENTILES = ['50', '99'].map(parsePercentile);

/** The latencies so far of several tallies; only read, so that it can be asked at any time. */
export function headlinePercentiles(
  tallies: readonly Tally[],
  headline: 'response' | 'service',
): (number | null)[] {
  const distributions = tallies.map(({ latencies }) => latencies[headline]);
  const ranks = new CellRanks(...distributions.flatMap(({ observed, bounds }) => [observed, bounds]));
  const count = distributions.reduce((sum, { moments }) => sum + moments.count, 0);
  return PERCENTILES.map((percentile) => {
    const rank = percentile === null ? null : rankOf(percentile, count);
    const cell = rank === null ? null : ranks.cellAtRank(rank);
    return cell === null ? null : middleMs(cell);
  });
}

/** The error that most requests have failed with; null where none has. */
export function topErrorOf(tallies: readonly Tally[]): string | null {
  const errors = new Map<string, ErrorTally>();
  for (const tally of tallies) addErrors(errors, tally.errors.values());
  let top: ErrorTally | null = null;
  for (const error of errors.values()) if (top === null || error.count > top.count) top = error;
  return top === null ? null : `${top.kind} (${top.code})`;
}
