import { type CoarseCells, countOf, valueAtRankMs } from '../../metrics/coarse-cells.ts';
import { cellsPerOctaveOf, packCells } from '../../metrics/packed-cells.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Series } from '../collect/series.ts';

/** The run by intervals, as the result shows them. */
export function summarizeSeries(series: Series): Summary['series'] {
  const buckets = series.buckets();
  const cellsPerOctave = cellsPerOctaveOf(buckets.length);
  return {
    intervalMs: series.intervalMs,
    cellsPerOctave,
    buckets: buckets.map(({ atMs, sent, ok, failed, latencies }) => ({
      atMs,
      sent,
      ok,
      failed,
      p50: percentileIn(latencies, '50'),
      p99: percentileIn(latencies, '99'),
      cells: packCells(latencies, cellsPerOctave),
    })),
  };
}

/** A percentile of one interval, by nearest rank; null where it has too few values. */
function percentileIn(latencies: CoarseCells, label: string): number | null {
  const percentile = parsePercentile(label);
  const rank = percentile === null ? null : rankOf(percentile, countOf(latencies));
  return rank === null ? null : valueAtRankMs(latencies, rank);
}
