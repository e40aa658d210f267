import { CELLS_PER_OCTAVE, cellOf, type Histogram, lowerBoundMs } from './histogram.ts';

/** 1024 cells for each power of two become 64: values are within 0.8 % of their cell's middle. */
export const COARSE_CELLS_PER_OCTAVE = 64;
/** Fine cells in a coarse one. */
export const CELLS_IN_ONE = CELLS_PER_OCTAVE / COARSE_CELLS_PER_OCTAVE;

/** The used cells of a histogram, coarser, in increasing order: a few kilobytes, and exact to add. */
export interface CoarseCells {
  readonly cells: Uint16Array;
  readonly counts: Uint32Array;
}

export const NO_CELLS: CoarseCells = { cells: new Uint16Array(0), counts: new Uint32Array(0) };

export function coarseCellsOf(histogram: Histogram): CoarseCells {
  const cells: number[] = [];
  const counts: number[] = [];
  histogram.forEachCell((fine, count) => {
    const cell = Math.floor(fine / CELLS_IN_ONE);
    const last = cells.length - 1;
    if (cells[last] === cell) counts[last] = (counts[last] ?? 0) + count;
    else {
      cells.push(cell);
      counts.push(count);
    }
  });
  return { cells: Uint16Array.from(cells), counts: Uint32Array.from(counts) };
}

/** The cells that have more values than before; both have one count for each cell. */
export function coarseCellsIn(now: Float64Array, before: Float64Array): CoarseCells {
  const cells: number[] = [];
  const counts: number[] = [];
  for (let cell = 0; cell < now.length; cell++) {
    const added = (now[cell] ?? 0) - (before[cell] ?? 0);
    if (added === 0) continue;
    cells.push(cell);
    counts.push(added);
  }
  return { cells: Uint16Array.from(cells), counts: Uint32Array.from(counts) };
}

/** The value, in milliseconds, that stands for a cell. */
export function middleOfCoarseMs(cell: number): number {
  // The middle of a coarse cell is where its ninth fine cell begins.
  return lowerBoundMs(cell * CELLS_IN_ONE + CELLS_IN_ONE / 2);
}

/** Adds two lists of cells, as two sorted lists are merged. */
export function addCells(a: CoarseCells, b: CoarseCells): CoarseCells {
  if (a.cells.length === 0) return b;
  if (b.cells.length === 0) return a;
  const cells = new Uint16Array(a.cells.length + b.cells.length);
  const counts = new Uint32Array(cells.length);
  let used = 0;
  for (let i = 0, j = 0; i < a.cells.length || j < b.cells.length; used++) {
    const left = a.cells[i] ?? Number.POSITIVE_INFINITY;
    const right = b.cells[j] ?? Number.POSITIVE_INFINITY;
    cells[used] = Math.min(left, right);
    counts[used] = (left <= right ? (a.counts[i] ?? 0) : 0) + (right <= left ? (b.counts[j] ?? 0) : 0);
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return { cells: cells.slice(0, used), counts: counts.slice(0, used) };
}

/** How many values lie above the cell that holds this one. */
export function countAbove({ cells, counts }: CoarseCells, valueMs: number): number {
  const cell = Math.floor(cellOf(valueMs) / CELLS_IN_ONE);
  return cells.reduce((sum, candidate, index) => (candidate > cell ? sum + (counts[index] ?? 0) : sum), 0);
}

export function countOf({ counts }: CoarseCells): number {
  // A callback for each would take several times as long, and the live screen counts hundreds of lists a second.
  let sum = 0;
  for (let index = 0; index < counts.length; index++) sum += counts[index] ?? 0;
  return sum;
}

/** The value of rank `rank` (from 1), in milliseconds; null where there are fewer. */
export function valueAtRankMs({ cells, counts }: CoarseCells, rank: number): number | null {
  let seen = 0;
  for (let i = 0; i < cells.length; i++) {
    seen += counts[i] ?? 0;
    if (seen >= rank) return middleOfCoarseMs(cells[i] ?? 0);
  }
  return null;
}
