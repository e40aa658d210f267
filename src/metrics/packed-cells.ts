import { COARSE_CELLS_PER_OCTAVE, type CoarseCells } from './coarse-cells.ts';

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
