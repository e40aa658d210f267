import { type CellBytes, CellWriter, forEachCellIn } from './cell-bytes.ts';

/**
 * A log-linear histogram of fixed geometry: 1024 cells for each power of two, from 2^-20 to 2^32
 * milliseconds (1 ns to 49 days). A cell is at most 1/1024 of its value wide, so its middle is within
 * 0.05 % of every value in it. Adding two histograms is exact.
 *
 * The cell's number is read from the number itself: in IEEE 754, the exponent and the first ten bits
 * of the fraction are that logarithmic scale.
 */
export const CELLS_PER_OCTAVE = 1024;
const LOWEST_EXPONENT = -20;
const HIGHEST_EXPONENT = 32;
const PAGES = HIGHEST_EXPONENT - LOWEST_EXPONENT;
/** How many cells there are. */
export const CELLS = PAGES * CELLS_PER_OCTAVE;
const LAST_CELL = CELLS - 1;
const EXPONENT_BIAS = 1023;
const FIRST_KEY = (LOWEST_EXPONENT + EXPONENT_BIAS) * CELLS_PER_OCTAVE;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
// The word that holds sign and exponent is the second on little-endian machines.
float[0] = -1;
const HIGH_WORD = words[1] === 0 ? 0 : 1;

/** The cell of a value in milliseconds. Values below 1 ns share the first cell, beyond 49 days the last. */
export function cellOf(valueMs: number): number {
  if (!(valueMs > 0)) return 0;
  float[0] = valueMs;
  const cell = ((words[HIGH_WORD] ?? 0) >>> 10) - FIRST_KEY;
  return cell < 0 ? 0 : cell > LAST_CELL ? LAST_CELL : cell;
}

/** The cells of many values, into a list as long as theirs. */
export function cellsOf(valuesMs: Float64Array, cells: Int32Array): void {
  const highWords = new Uint32Array(valuesMs.buffer, valuesMs.byteOffset, 2 * valuesMs.length);
  for (let at = 0; at < valuesMs.length; at++) {
    const isPositive = (valuesMs[at] as number) > 0;
    const cell = ((highWords[2 * at + HIGH_WORD] as number) >>> 10) - FIRST_KEY;
    cells[at] = !isPositive || cell < 0 ? 0 : cell > LAST_CELL ? LAST_CELL : cell;
  }
}

/** The smallest value, in milliseconds, of a cell. */
export function lowerBoundMs(cell: number): number {
  return (
    2 ** (LOWEST_EXPONENT + Math.floor(cell / CELLS_PER_OCTAVE)) *
    (1 + (cell % CELLS_PER_OCTAVE) / CELLS_PER_OCTAVE)
  );
}

/** The value, in milliseconds, that stands for a cell: its middle; zero for the first cell. */
export function middleMs(cell: number): number {
  return cell === 0 ? 0 : (lowerBoundMs(cell) + lowerBoundMs(cell + 1)) / 2;
}

/** The used cells of a histogram, in increasing order, and how many values lie in each: it can be sent, and added to another. */
export interface UsedCells {
  readonly cells: Uint16Array;
  readonly counts: Float64Array;
}

const writer = new CellWriter();

export class Histogram {
  #count = 0;
  // A page is made when a value first falls into it: latencies touch few powers of two.
  readonly #pages: (Float64Array | undefined)[] = new Array(PAGES);

  get count(): number {
    return this.#count;
  }

  add(valueMs: number): void {
    this.addCell(cellOf(valueMs), 1);
  }

  addCell(cell: number, count: number): void {
    const pageIndex = cell >>> 10;
    let page = this.#pages[pageIndex];
    if (page === undefined) {
      page = new Float64Array(CELLS_PER_OCTAVE);
      this.#pages[pageIndex] = page;
    }
    const offset = cell & (CELLS_PER_OCTAVE - 1);
    page[offset] = (page[offset] ?? 0) + count;
    this.#count += count;
  }

  /** Adds one value to each of these cells. */
  addCells(cells: Int32Array): void {
    // Neighbours often share a cell, for example if the latency is always zero.
    for (let at = 0; at < cells.length; ) {
      const cell = cells[at] as number;
      const from = at++;
      while (at < cells.length && cells[at] === cell) at++;
      this.addCell(cell, at - from);
    }
  }

  /** Adds every cell of another histogram to this one. */
  addAll(other: Histogram): void {
    other.forEachCell((cell, count) => this.addCell(cell, count));
  }

  get used(): UsedCells {
    const cells: number[] = [];
    const counts: number[] = [];
    this.forEachCell((cell, count) => {
      cells.push(cell);
      counts.push(count);
    });
    return { cells: Uint16Array.from(cells), counts: Float64Array.from(counts) };
  }

  /** The same in the fewest bytes. */
  get bytes(): CellBytes {
    this.forEachCell((cell, count) => writer.add(cell, count));
    return writer.take();
  }

  addBytes(bytes: CellBytes): void {
    forEachCellIn(bytes, (cell, count) => this.addCell(cell, count));
  }

  addUsed({ cells, counts }: UsedCells): void {
    for (const [index, cell] of cells.entries()) this.addCell(cell, counts[index] ?? 0);
  }

  /** Empties it for reuse; its memory stays allocated. */
  clear(): void {
    for (const page of this.#pages) page?.fill(0);
    this.#count = 0;
  }

  /** Visits the used cells in increasing order. */
  forEachCell(visit: (cell: number, count: number) => void): void {
    for (let pageIndex = 0; pageIndex < PAGES; pageIndex++) {
      const page = this.#pages[pageIndex];
      if (page === undefined) continue;
      for (let offset = 0; offset < CELLS_PER_OCTAVE; offset++) {
        const count = page[offset] ?? 0;
        if (count > 0) visit(pageIndex * CELLS_PER_OCTAVE + offset, count);
      }
    }
  }

  /**
   * Adds every cell's count to that of the coarser cell which holds it; `counts` has one for each coarse cell.
   *
   * @param cellsInOne a power of two
   */
  addCoarselyTo(counts: Float64Array, cellsInOne: number): void {
    for (let pageIndex = 0; pageIndex < PAGES; pageIndex++) {
      const page = this.#pages[pageIndex];
      if (page === undefined) continue;
      const first = (pageIndex * CELLS_PER_OCTAVE) / cellsInOne;
      for (let offset = 0; offset < CELLS_PER_OCTAVE; offset++) {
        const count = page[offset] ?? 0;
        if (count === 0) continue;
        const cell = first + ((offset / cellsInOne) | 0);
        counts[cell] = (counts[cell] ?? 0) + count;
      }
    }
  }

  /** How many values lie in this cell. */
  countIn(cell: number): number {
    return this.#pages[cell >>> 10]?.[cell & (CELLS_PER_OCTAVE - 1)] ?? 0;
  }
}
