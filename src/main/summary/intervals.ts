import { CellRanks } from '../../metrics/cell-ranks.ts';
import { countAbove, countOf } from '../../metrics/coarse-cells.ts';
import { middleMs } from '../../metrics/histogram.ts';
import { parsePercentile } from '../../metrics/percentile-rank.ts';
import { dispersionOf, quantileRanks } from '../../metrics/quantile-interval.ts';
import type { LatencySummary, PercentileInterval } from '../../protocol/summary.ts';
import type { MergedDistribution } from '../collect/merged-distribution.ts';
import type { SeriesCounts } from '../collect/series.ts';

/**
 * The 95 % interval of each percentile, with the dependence between requests estimated from the
 * series' windows. Null for a run of fewer than five windows, which does not show it.
 */
export function percentileIntervals(
  { observed, bounds }: MergedDistribution,
  { count, percentiles }: LatencySummary,
  windows: readonly Pick<SeriesCounts, 'latencies'>[],
  headline: 'response' | 'service',
): Readonly<Record<string, PercentileInterval>> | null {
  const all = new CellRanks(observed, bounds);
  const observedRanks = new CellRanks(observed);
  const ofWindows = windows.map(({ latencies }) => {
    const cells = latencies[headline];
    return { cells, count: countOf(cells) };
  });
  const intervals: Record<string, PercentileInterval> = {};
  for (const [label, valueMs] of Object.entries(percentiles)) {
    const percentile = parsePercentile(label);
    if (valueMs === null || percentile === null) continue;
    const dispersion = dispersionOf(
      ofWindows.map(({ cells, count: inWindow }) => ({ count: inWindow, above: countAbove(cells, valueMs) })),
    );
    if (dispersion === null) return null;
    const ranks = quantileRanks(count, Number(label) / 100, dispersion);
    const lowCell = ranks.low === null ? null : all.cellAtRank(ranks.low);
    const highCell = ranks.high === null ? null : all.cellAtRank(ranks.high);
    // Among lower bounds there is no known upper end.
    const isKnown =
      highCell !== null && ranks.high !== null && observedRanks.countUpTo(highCell) >= ranks.high;
    intervals[label] = {
      low: lowCell === null ? null : Math.min(valueMs, middleMs(lowCell)),
      high: isKnown ? Math.max(valueMs, middleMs(highCell)) : null,
    };
  }
  return intervals;
}
