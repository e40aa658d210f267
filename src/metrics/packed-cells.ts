import { COARSE_CELLS_PER_OCTAVE, type CoarseCells } from './coarse-cells.ts';

/**
 * A histogram's used cells as a flat list of whole numbers, for JSON: the first used cell; then the counts of it
 * and of those that follow it, and for a gap the number of empty cells with a minus. Cells divide each power of
 * two from 2^-20 ms on into as many equal parts as there are cells an octave.
 */
export type PackedCells = readonly number[];

/** Each doubling of a series' length costs half of the cells, so that the whole of them stays bounded. */
const MOST_BUCKETS_IN_FULL = 600;
const FULL_CELLS_PER_OCTAVE = 8;

/** How fine the cells of a series of so many intervals are: 8, 4, 2 or 1 for each power of two. */
export function cellsPerOctaveOf(buckets: number): number {
  let perOctave = FULL_CELLS_PER_OCTAVE;
  for (let most = MOST_BUCKETS_IN_FULL; buckets > most && perOctave > 1; most *= 2) perOctave /= 2;
  return perOctave;
}

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
