import type { HistogramRow } from '../../protocol/latency.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';

/**
 * Small histograms with a common axis, one per list of rows: the tallest bar of each has full height, and
 * a non-zero count too small for a bar gets the lowest one.
 */
export function sparklines(lists: readonly (readonly HistogramRow[])[]): string[] {
  const starts = [...new Set(lists.flat().map(({ fromMs }) => fromMs))].sort((a, b) => a - b);
  return lists.map((rows) => {
    const counts = starts.map((start) =>
      rows.reduce((sum, { fromMs, count }) => (fromMs === start ? sum + count : sum), 0),
    );
    const most = Math.max(1, ...counts);
    return counts
      .map((count) => (count === 0 ? ' ' : (BLOCKS[Math.round((count / most) * (BLOCKS.length - 1))] ?? '')))
      .join('');
  });
}

/** A row of bars for values over time, from zero to the largest. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  return values.map((value) => BLOCKS[Math.round((value / most) * (BLOCKS.length - 1))] ?? '').join('');
}
