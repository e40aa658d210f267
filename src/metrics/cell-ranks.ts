import type { Histogram } from './histogram.ts';
import { countUpTo } from './value-list.ts';

/**
 * A histogram's used cells with the number of values up to and in each of them, as it stands now: made by one
 * look at all cells, after which every rank is found by halving.
 */
export class CellRanks {
  readonly #cells: Int32Array;
  /** How many values lie in the cell of that place or below it. */
  readonly #countsUpTo: Float64Array;

  /** Of all values of several histograms. */
  constructor(...histograms: readonly Histogram[]) {
    const counts = new Map<number, number>();
    for (const histogram of histograms) {
      histogram.forEachCell((cell, count) => counts.set(cell, (counts.get(cell) ?? 0) + count));
    }
    this.#cells = Int32Array.from(counts.keys()).sort();
    let seen = 0;
    this.#countsUpTo = Float64Array.from(this.#cells, (cell) => {
      seen += counts.get(cell) ?? 0;
      return seen;
    });
  }

  /** The cell that holds the value of rank `rank`, a whole number from 1; null where there are fewer values. */
  cellAtRank(rank: number): number | null {
    return this.#cells[countUpTo(this.#countsUpTo, rank - 1)] ?? null;
  }

  /** How many values lie in this cell or below it. */
  countUpTo(lastCell: number): number {
    return this.#countsUpTo[countUpTo(this.#cells, lastCell) - 1] ?? 0;
  }
}
