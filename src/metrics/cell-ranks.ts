import { Histogram } from './histogram.ts';
import { countUpTo } from './value-list.ts';

/**
 * A histogram's used cells, each with the number of values up to and including it, as of now. All cells are read once;
 * after that, every rank is found by binary search.
 */
export class CellRanks {
  readonly #cells: Int32Array;
  /** How many values lie in the cell at the same index or below it. */
  readonly #countsUpTo: Float64Array;

  /** Covers the values of several histograms. */
  constructor(...histograms: readonly Histogram[]) {
    const used = histograms.filter(({ count }) => count > 0);
    const all = used.length === 1 && used[0] !== undefined ? used[0] : sumOf(used);
    const cells: number[] = [];
    const countsUpTo: number[] = [];
    let seen = 0;
    all.forEachCell((cell, count) => {
      seen += count;
      cells.push(cell);
      countsUpTo.push(seen);
    });
    this.#cells = Int32Array.from(cells);
    this.#countsUpTo = Float64Array.from(countsUpTo);
  }

  /** The cell that holds the value of rank `rank`, a whole number from 1; null if there are fewer values. */
  cellAtRank(rank: number): number | null {
    return this.#cells[countUpTo(this.#countsUpTo, rank - 1)] ?? null;
  }

  /** How many values lie in this cell or below it. */
  countUpTo(lastCell: number): number {
    return this.#countsUpTo[countUpTo(this.#cells, lastCell) - 1] ?? 0;
  }
}

function sumOf(histograms: readonly Histogram[]): Histogram {
  const sum = new Histogram();
  for (const histogram of histograms) sum.addAll(histogram);
  return sum;
}
