import { middleMs } from '../../metrics/histogram.ts';
import type { HistogramRow } from '../../protocol/latency.ts';
import type { MergedDistribution } from '../collect/merged-distribution.ts';

const MOST_ROWS = 10;
// Steps within a power of ten, from fine to coarse.
const SCALES: readonly (readonly number[])[] = [
  [
    1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.7, 3, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5,
    8.2, 9.1,
  ],
  [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

/**
 * Counts per logarithmic bucket, from the smallest to the largest value, on the finest scale that needs at
 * most ten rows. Values come from the histogram's cells, so one within 0.05 % of an edge may be counted in the
 * neighbouring row.
 */
export function histogramRows({ moments, observed, bounds }: MergedDistribution): HistogramRow[] {
  if (moments.count === 0) return [];
  const edges = edgesFor(moments.min, moments.max);
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const histogram of [observed, bounds]) {
    histogram.forEachCell((cell, count) => {
      const valueMs = Math.min(moments.max, Math.max(moments.min, middleMs(cell)));
      let row = counts.length - 1;
      while (row > 0 && valueMs < (edges[row] ?? 0)) row--;
      counts[row] = (counts[row] ?? 0) + count;
    });
  }
  return counts.map((count, row) => ({ fromMs: edges[row] ?? 0, toMs: edges[row + 1] ?? 0, count }));
}

function edgesFor(minMs: number, maxMs: number): number[] {
  let edges: number[] = [];
  for (const scale of SCALES) {
    edges = edgesOn(scale, minMs, maxMs);
    if (edges.length - 1 <= MOST_ROWS) break;
  }
  return edges;
}

/** The edges of a scale that enclose the range: the first at or below it, the last above it. */
function edgesOn(scale: readonly number[], minMs: number, maxMs: number): number[] {
  const lowestMs = Math.max(minMs, 1e-6);
  const edges: number[] = [];
  for (let power = Math.floor(Math.log10(lowestMs)); ; power++) {
    for (const step of scale) {
      const edge = Number(`${step}e${power}`);
      if (edge <= lowestMs) edges.length = 0;
      edges.push(edge);
      if (edge > maxMs && edges.length > 1) return edges;
    }
  }
}
