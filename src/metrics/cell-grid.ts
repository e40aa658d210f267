import { type CellBytes, CellWriter, forEachCellIn } from './cell-bytes.ts';
import { CELLS_IN_ONE, COARSE_CELLS_PER_OCTAVE, type CoarseCells, NO_CELLS } from './coarse-cells.ts';
import { CELLS, CELLS_PER_OCTAVE } from './histogram.ts';
import { PendingValues } from './pending-values.ts';

const OCTAVES = CELLS / CELLS_PER_OCTAVE;
const PAGES_IN_CHUNK = 64;
const LOG_CELLS_IN_ONE = Math.log2(CELLS_IN_ONE);

const CELLS_IN_ROW = OCTAVES * COARSE_CELLS_PER_OCTAVE;
const writer = new CellWriter();

/** The used cells of a grid, row by row. */
interface GridCells {
  readonly rows: readonly number[];
  readonly cells: Uint16Array;
  readonly counts: Uint32Array;
}

/**
 * A row of coarse cells for each interval of a run. A power of two in which a row has a value takes 256 bytes, so that
 * all rows can stay open: requests end in any order.
 */
export class CellGrid {
  readonly #rows: number;
  /** The number of the page of each row and power of two, from 1; 0 without one. */
  readonly #pageOf: Int32Array;
  readonly #chunks: Uint32Array[] = [];
  #pages = 0;
  /** Not in a cell yet. All are of one row: consecutive values usually are. */
  readonly #pending = new PendingValues();
  #pendingRow = 0;
  readonly #sums = new Uint32Array(COARSE_CELLS_PER_OCTAVE);

  constructor(rows: number) {
    this.#rows = rows;
    this.#pageOf = new Int32Array(rows * OCTAVES);
  }

  add(row: number, valueMs: number): void {
    if (row !== this.#pendingRow) {
      this.#settle();
      this.#pendingRow = row;
    }
    if (this.#pending.add(valueMs)) this.#settle();
  }

  /** Adds a value to a row for each of the histogram's cells from place `from` to before `to`. */
  addCells(row: number, cells: Int32Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const cell = (cells[at] as number) >> LOG_CELLS_IN_ONE;
      const first = at++;
      while (at < to && (cells[at] as number) >> LOG_CELLS_IN_ONE === cell) at++;
      this.addCell(row, cell, at - first);
    }
  }

  /** The used cells of the rows from `from` to before `to`, added up. */
  cellsBetween(from: number, to: number): CoarseCells {
    this.#settle();
    const cells: number[] = [];
    const counts: number[] = [];
    for (let octave = 0; octave < OCTAVES; octave++) {
      const sums = this.#sumsIn(octave, from, to);
      if (sums === null) continue;
      for (let offset = 0; offset < COARSE_CELLS_PER_OCTAVE; offset++) {
        const count = sums[offset] as number;
        if (count === 0) continue;
        cells.push(octave * COARSE_CELLS_PER_OCTAVE + offset);
        counts.push(count);
      }
    }
    return cells.length === 0
      ? NO_CELLS
      : { cells: Uint16Array.from(cells), counts: Uint32Array.from(counts) };
  }

  get used(): GridCells {
    const [rows, cells, counts]: [number[], number[], number[]] = [[], [], []];
    this.#settle();
    this.#forEachCell(0, this.#rows, (row, cell, count) => {
      rows.push(row);
      cells.push(cell);
      counts.push(count);
    });
    return { rows, cells: Uint16Array.from(cells), counts: Uint32Array.from(counts) };
  }

  /** The rows from `from` to before `to`, with the cells of all of them counted through. */
  bytesBetween(from: number, to: number): CellBytes {
    this.#settle();
    this.#forEachCell(from, to, (row, cell, count) => writer.add((row - from) * CELLS_IN_ROW + cell, count));
    return writer.take();
  }

  /**
   * @param factor how many of its rows make one row of this grid
   * @param first the number of its first row
   * @param until rows from this one on are left out
   */
  addBytes(bytes: CellBytes, factor: number, first: number, until: number): void {
    forEachCellIn(bytes, (cell, count) => {
      const row = first + ((cell / CELLS_IN_ROW) | 0);
      if (row < until) this.addCell((row / factor) | 0, cell % CELLS_IN_ROW, count);
    });
  }

  /** The same with `factor` neighbouring rows added up to one. */
  grown(factor: number): CellGrid {
    this.#settle();
    const grown = new CellGrid(this.#rows);
    for (let into = 0; into * factor < this.#rows; into++) {
      const to = Math.min(this.#rows, (into + 1) * factor);
      for (let octave = 0; octave < OCTAVES; octave++) {
        const sums = this.#sumsIn(octave, into * factor, to);
        if (sums !== null) grown.#countsOn(grown.#newPage(into * OCTAVES + octave)).set(sums);
      }
    }
    return grown;
  }

  #forEachCell(from: number, to: number, visit: (row: number, cell: number, count: number) => void): void {
    // Most rows of most powers of two have none.
    for (let at = from * OCTAVES; at < to * OCTAVES; at++) {
      const page = this.#pageOf[at] ?? 0;
      if (page === 0) continue;
      const row = (at / OCTAVES) | 0;
      const first = (at % OCTAVES) * COARSE_CELLS_PER_OCTAVE;
      const inPage = this.#countsOn(page);
      for (let offset = 0; offset < COARSE_CELLS_PER_OCTAVE; offset++) {
        const count = inPage[offset] as number;
        if (count > 0) visit(row, first + offset, count);
      }
    }
  }

  #settle(): void {
    const { cells } = this.#pending.take();
    this.addCells(this.#pendingRow, cells, 0, cells.length);
  }

  /** Adds a number of values to a coarse cell. */
  addCell(row: number, cell: number, count: number): void {
    const at = row * OCTAVES + ((cell / COARSE_CELLS_PER_OCTAVE) | 0);
    const page = (this.#pageOf[at] || this.#newPage(at)) - 1;
    const chunk = this.#chunks[(page / PAGES_IN_CHUNK) | 0];
    if (chunk === undefined) return;
    const index = (page % PAGES_IN_CHUNK) * COARSE_CELLS_PER_OCTAVE + (cell & (COARSE_CELLS_PER_OCTAVE - 1));
    chunk[index] = (chunk[index] ?? 0) + count;
  }

  #newPage(at: number): number {
    if (this.#pages === this.#chunks.length * PAGES_IN_CHUNK)
      this.#chunks.push(new Uint32Array(PAGES_IN_CHUNK * COARSE_CELLS_PER_OCTAVE));
    this.#pages++;
    this.#pageOf[at] = this.#pages;
    return this.#pages;
  }

  /** The counts of a power of two in these rows; null if there are none. Valid until the next call. */
  #sumsIn(octave: number, from: number, to: number): Uint32Array | null {
    let isUsed = false;
    for (let row = from; row < to; row++) {
      const page = this.#countsOf(row, octave);
      if (page === null) continue;
      if (!isUsed) this.#sums.set(page);
      else
        for (let offset = 0; offset < COARSE_CELLS_PER_OCTAVE; offset++)
          this.#sums[offset] = (this.#sums[offset] as number) + (page[offset] as number);
      isUsed = true;
    }
    return isUsed ? this.#sums : null;
  }

  #countsOf(row: number, octave: number): Uint32Array | null {
    const page = this.#pageOf[row * OCTAVES + octave] ?? 0;
    return page === 0 ? null : this.#countsOn(page);
  }

  #countsOn(page: number): Uint32Array {
    const from = ((page - 1) % PAGES_IN_CHUNK) * COARSE_CELLS_PER_OCTAVE;
    const chunk = this.#chunks[((page - 1) / PAGES_IN_CHUNK) | 0] as Uint32Array;
    return chunk.subarray(from, from + COARSE_CELLS_PER_OCTAVE);
  }
}
