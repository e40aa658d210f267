import { type Cells, percentileOfCells } from '../../metrics/cells.ts';
import type { QuantileShift } from '../../protocol/comparison.ts';

const SHIFT_PERCENTILES = ['10', '25', '50', '75', '90', '95', '99', '99.9'];

/**
 * Probability that a latency of `a` is shorter than one of `b`, ties counting half (the A12 of Vargha and
 * Delaney 2000, for "smaller is better"). Values in one cell of the histogram count as ties.
 *
 * @returns from 0 to 1; null if one side is empty
 */
export function probabilityShorter(a: Cells, b: Cells): number | null {
  if (a.total === 0 || b.total === 0) return null;
  let shorter = 0;
  let seen = 0;
  let j = 0;
  // For each cell of `a`, count the values of `b` beyond it and half of those in it.
  for (let i = 0; i < a.cells.length; i++) {
    const cell = a.cells[i] ?? 0;
    while (j < b.cells.length && (b.cells[j] ?? 0) < cell) seen += b.counts[j++] ?? 0;
    const ties = b.cells[j] === cell ? (b.counts[j] ?? 0) : 0;
    shorter += (a.counts[i] ?? 0) * (b.total - seen - ties / 2);
  }
  return shorter / (a.total * b.total);
}

/** Percentiles of both sides in pairs, without those that either side has too few values for. */
export function quantileShifts(a: Cells, b: Cells): QuantileShift[] {
  return SHIFT_PERCENTILES.flatMap((percentile) => {
    const aMs = percentileOfCells(a, percentile);
    const bMs = percentileOfCells(b, percentile);
    return aMs === null || bMs === null ? [] : [{ percentile, aMs, bMs }];
  });
}
