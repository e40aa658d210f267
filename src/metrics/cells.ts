import { type Histogram, middleMs } from './histogram.ts';
import { parsePercentile, rankOf } from './percentile-rank.ts';

/** The used cells of a histogram in increasing order: what travels between processes. */
export interface Cells {
  readonly cells: Uint32Array;
  readonly counts: Float64Array;
  readonly total: number;
}

export function cellsOf(histograms: readonly Histogram[]): Cells {
  const sums = new Map<number, number>();
  for (const histogram of histograms) {
    histogram.forEachCell((cell, count) => sums.set(cell, (sums.get(cell) ?? 0) + count));
  }
  return fromMap(sums);
}

/** All of several together. */
export function joinCells(parts: readonly Cells[]): Cells {
  const sums = new Map<number, number>();
  for (const { cells, counts } of parts) {
    cells.forEach((cell, index) => {
      sums.set(cell, (sums.get(cell) ?? 0) + (counts[index] ?? 0));
    });
  }
  return fromMap(sums);
}

/** By nearest rank, within 0.05 %, in milliseconds; null where there are too few values. */
export function percentileOfCells({ cells, counts, total }: Cells, label: string): number | null {
  const percentile = parsePercentile(label);
  const rank = percentile === null ? null : rankOf(percentile, total);
  if (rank === null) return null;
  let seen = 0;
  for (const [index, cell] of cells.entries()) {
    seen += counts[index] ?? 0;
    if (seen >= rank) return middleMs(cell);
  }
  return null;
}

function fromMap(sums: ReadonlyMap<number, number>): Cells {
  const cells = Uint32Array.from(sums.keys()).sort();
  const counts = new Float64Array(cells.length);
  let total = 0;
  for (let at = 0; at < cells.length; at++) {
    const count = sums.get(cells[at] as number) ?? 0;
    counts[at] = count;
    total += count;
  }
  return { cells, counts, total };
}
