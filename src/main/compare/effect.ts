import { type Cells, joinCells, percentileOfCells } from '../../metrics/cells.ts';
import type { QuantileShift } from '../../protocol/comparison.ts';
import type { LatencySummary } from '../../protocol/summary.ts';
import { hodgesLehmann, signFlipInterval } from './paired.ts';

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

/** The latencies of one round of an arm. */
export interface RoundTimes {
  readonly cells: Cells;
  /** What of them is only a lower bound. */
  readonly bounds: Pick<LatencySummary, 'percentiles' | 'atLeast' | 'censored'>;
}

/** Percentiles of both sides in pairs, without those that either side has too few values for. */
export function quantileShifts(a: readonly RoundTimes[], b: readonly RoundTimes[]): QuantileShift[] {
  const [ofA, ofB] = [a, b].map((rounds) => joinCells(rounds.map(({ cells }) => cells)));
  if (ofA === undefined || ofB === undefined) return [];
  return SHIFT_PERCENTILES.flatMap((percentile) => {
    const aMs = percentileOfCells(ofA, percentile);
    const bMs = percentileOfCells(ofB, percentile);
    return aMs === null || bMs === null ? [] : [{ percentile, aMs, bMs, ...ratioByRound(percentile, a, b) }];
  });
}

/**
 * The ratio of a percentile, from its ratios in the rounds: one stalled round moves the percentiles of all rounds
 * together, but not this. By the rule of the other figures, for this percentile alone.
 */
function ratioByRound(
  percentile: string,
  a: readonly RoundTimes[],
  b: readonly RoundTimes[],
): Pick<Required<QuantileShift>, 'ratio' | 'low' | 'high'> {
  const valuesOf = (rounds: readonly RoundTimes[]): number[] =>
    rounds.slice(0, Math.min(a.length, b.length)).map((round) => knownMs(percentile, round) ?? Number.NaN);
  const [ofA, ofB] = [valuesOf(a), valuesOf(b)];
  const logs = ofA.map((aMs, round) => Math.log(aMs / (ofB[round] ?? Number.NaN)));
  if (logs.length === 0 || !logs.every(Number.isFinite)) return { ratio: null, low: null, high: null };
  const interval = signFlipInterval(logs);
  return {
    ratio: Math.exp(hodgesLehmann(logs)),
    low: interval === null ? null : Math.exp(interval.low),
    high: interval === null ? null : Math.exp(interval.high),
  };
}

/** Null if the round has too few values for it, or it may be only a lower bound. */
function knownMs(percentile: string, { cells, bounds }: RoundTimes): number | null {
  const { percentiles, atLeast, censored } = bounds;
  // If a larger percentile is no lower bound, smaller ones are none either.
  const above = Object.keys(percentiles)
    .filter((label) => Number(label) >= Number(percentile) && percentiles[label] !== null)
    .sort((x, y) => Number(x) - Number(y))[0];
  const isBound = above === undefined ? censored > 0 : atLeast.includes(above);
  return isBound ? null : percentileOfCells(cells, percentile);
}
