import { COARSE_CELLS_PER_OCTAVE } from '../../metrics/coarse-cells.ts';

/** From 2^-20 ms to 2^32 ms. */
const OCTAVES = 52;
const MOST_CELLS = OCTAVES * COARSE_CELLS_PER_OCTAVE;

/** Whether a value is a histogram in the packed form of results: cells in order, none beyond the last one that there is. */
export function arePackedCells(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MOST_CELLS + 1) return false;
  const [first = 0, ...counts] = value as unknown[];
  if (!Number.isSafeInteger(first) || Number(first) < 0) return false;
  let cell = Number(first);
  let total = 0;
  for (const count of counts) {
    if (!Number.isSafeInteger(count)) return false;
    const whole = Number(count);
    cell += whole < 0 ? -whole : 1;
    total += Math.max(0, whole);
    if (cell > MOST_CELLS || !Number.isSafeInteger(total)) return false;
  }
  return true;
}
