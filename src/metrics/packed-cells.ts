import type { Cells } from './cells.ts';
import { CELLS_IN_ONE, COARSE_CELLS_PER_OCTAVE, type CoarseCells } from './coarse-cells.ts';

/** The first octave begins at 2 to the power of minus this, in milliseconds. */
const LOWEST_OCTAVE = 20;

/**
 * A histogram's used cells as a flat list of whole numbers, for JSON: the first used cell; then the counts of it
 * and of those that follow it, and for a gap the number of empty cells with a minus. Cells divide each power of
 * two from 2^-20 ms on into as many equal parts as there are cells an octave.
 */
export type PackedCells = readonly number[];

/** @param perOctave a power of two, 64 at most */
export function packCells({ cells, counts }: CoarseCells, perOctave: number): PackedCells {
  const inOne = COARSE_CELLS_PER_OCTAVE / perOctave;
  const packed: number[] = [];
  let last = Number.NaN;
  for (const [index, coarse] of cells.entries()) {
    const cell = Math.floor(coarse / inOne);
    const count = counts[index] ?? 0;
    if (cell === last) {
      packed.push((packed.pop() ?? 0) + count);
      continue;
    }
    if (packed.length === 0) packed.push(cell);
    else if (cell > last + 1) packed.push(last + 1 - cell);
    packed.push(count);
    last = cell;
  }
  return packed;
}

/** A cell that has values, and its bounds in milliseconds. */
export interface UsedCell {
  readonly cell: number;
  readonly count: number;
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** Visits the used cells of a packed list, in increasing order; returns the cell after its last one. */
export function forEachUsed(packed: PackedCells, visit: (cell: number, count: number) => void): number {
  let cell = packed[0] ?? 0;
  for (let at = 1; at < packed.length; at++) {
    const count = packed[at] as number;
    if (count > 0) visit(cell, count);
    cell += count < 0 ? -count : 1;
  }
  return cell;
}

/** The list of these cells, which are in increasing order, and their counts. */
export function packedOf(used: Iterable<readonly [cell: number, count: number]>): PackedCells {
  const packed: number[] = [];
  let next = Number.NaN;
  for (const [cell, count] of used) {
    if (packed.length === 0) packed.push(cell);
    else if (cell > next) packed.push(next - cell);
    packed.push(count);
    next = cell + 1;
  }
  return packed;
}

/** The used cells of a packed list, in increasing order. */
export function usedCells(packed: PackedCells, perOctave: number): UsedCell[] {
  const used: UsedCell[] = [];
  forEachUsed(packed, (cell, count) => used.push(usedCell(cell, count, perOctave)));
  return used;
}

/** The same with so few cells an octave: `from` is a multiple of `to`. */
export function coarserCells(packed: PackedCells, from: number, to: number): UsedCell[] {
  const counts = new Map<number, number>();
  for (const { cell, count } of usedCells(packed, from)) {
    const coarse = Math.floor(cell / (from / to));
    counts.set(coarse, (counts.get(coarse) ?? 0) + count);
  }
  return [...counts].map(([cell, count]) => usedCell(cell, count, to));
}

/** Several lists, of as many cells an octave, added up. */
export function addPacked(lists: readonly PackedCells[]): PackedCells {
  const counts = new Map<number, number>();
  for (const list of lists)
    forEachUsed(list, (cell, count) => counts.set(cell, (counts.get(cell) ?? 0) + count));
  return packedOf([...counts].sort(([a], [b]) => a - b));
}

/** A histogram of 64 cells an octave, each as the fine cell in its middle. */
export function cellsOfPacked(packed: PackedCells): Cells {
  const used = usedCells(packed, COARSE_CELLS_PER_OCTAVE);
  return {
    cells: Uint32Array.from(used, ({ cell }) => cell * CELLS_IN_ONE + CELLS_IN_ONE / 2),
    counts: Float64Array.from(used, ({ count }) => count),
    total: used.reduce((sum, { count }) => sum + count, 0),
  };
}

/** By nearest rank, the middle of its cell; null where there is nothing. */
export function quantileOfCells(cells: readonly UsedCell[], share: number): number | null {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { count, fromMs, toMs } of cells) {
    seen += count;
    // 0.29 × 100 is a little more than 29.
    if (seen >= share * total - 1e-9) return (fromMs + toMs) / 2;
  }
  return null;
}

function usedCell(cell: number, count: number, perOctave: number): UsedCell {
  return { cell, count, fromMs: lowerBoundOf(cell, perOctave), toMs: lowerBoundOf(cell + 1, perOctave) };
}

function lowerBoundOf(cell: number, perOctave: number): number {
  return 2 ** (Math.floor(cell / perOctave) - LOWEST_OCTAVE) * (1 + (cell % perOctave) / perOctave);
}
