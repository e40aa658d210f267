import { CellRanks } from '../../metrics/cell-ranks.ts';
import { Histogram, middleMs } from '../../metrics/histogram.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { Finding } from '../../protocol/finding.ts';
import type { LatencyKind } from '../../protocol/latency.ts';
import type { LatencySummary } from '../../protocol/summary.ts';
import type { MergedDistribution } from '../collect/merged-distribution.ts';
import { START_MS, type StartRecord } from '../collect/start-record.ts';

/** When the start counts as slow; docs/metrics.md has the same figures. */
export const COLD_START_LIMITS = {
  /** Requests needed after the start to know what is usual. */
  fewestLater: 200,
  /** How many at the start, and what share, must take longer than 99 % of the later ones; 1 % would be usual. */
  fewest: 3,
  share: 0.1,
  /** And by what factor, and by how much, the longest of them must exceed that. */
  ratio: 2,
  moreMs: 1,
} as const;
const USUAL = parsePercentile('99');

/** Reports first requests that stand out from the later ones; null if they do not, or after a warm-up. */
export function findColdStart(
  start: StartRecord | null,
  all: MergedDistribution,
): Finding<'cold-start'> | null {
  if (start === null || USUAL === null) return null;
  const later = new Histogram();
  for (const histogram of [all.observed, all.bounds])
    histogram.forEachCell((cell, count) => later.addCell(cell, count));
  start.latencies.forEachCell((cell, count) => later.addCell(cell, -count));
  const { fewestLater, fewest, share, ratio, moreMs } = COLD_START_LIMITS;
  const rank = rankOf(USUAL, later.count);
  const usualCell = rank === null || later.count < fewestLater ? null : new CellRanks(later).cellAtRank(rank);
  if (usualCell === null) return null;
  let slow = 0;
  let longestMs = 0;
  start.latencies.forEachCell((cell, count) => {
    if (cell <= usualCell) return;
    slow += count;
    longestMs = middleMs(cell);
  });
  const laterMs = middleMs(usualCell);
  const standsOut =
    slow >= fewest && slow >= share * start.count && longestMs >= Math.max(ratio * laterMs, laterMs + moreMs);
  if (!standsOut) return null;
  const figures = { slow, count: start.count, startMs: START_MS, longestMs, laterP99Ms: laterMs };
  return { code: 'cold-start', figures };
}

/** The latencies, with means that leave out the start, for the verdict. */
export function withoutStart(
  latencies: Readonly<Record<LatencyKind, LatencySummary>>,
  start: StartRecord,
): Readonly<Record<LatencyKind, LatencySummary>> {
  const meanWithout = (latency: LatencySummary, sumMs: number): LatencySummary => {
    const { mean, count } = latency;
    if (mean === null || count <= start.count) return latency;
    return { ...latency, mean: Math.max(0, (mean * count - sumMs) / (count - start.count)) };
  };
  return {
    ...latencies,
    wait: meanWithout(latencies.wait, start.waitMs),
    service: meanWithout(latencies.service, start.serviceMs),
    response: meanWithout(latencies.response, start.responseMs),
  };
}
