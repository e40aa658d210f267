import type { UsedCell } from '../../../../metrics/packed-cells.ts';
import { CURVE } from './scale.ts';

/** Percentiles with ticks. */
const NINES: readonly (readonly [text: string, share: number])[] = [
  ['0', 0],
  ['50 %', 0.5],
  ['90 %', 0.9],
  ['99 %', 0.99],
  ['99.9 %', 0.999],
  ['99.99 %', 0.9999],
  ['99.999 %', 0.99999],
  ['99.9999 %', 0.999999],
];
/** The smallest step worth a point, as a share of the width. */
const LEAST_STEP = 0.0015;
const LEAST_WIDTH = 0.003;
const DIGITS_BEFORE_NINES = 2;
const LEAST_RISE = 1.01;
/** An axis has to have some width. */
const FEWEST = 2;

/** A horizontal axis on which each nine of a percentile takes the same space: log10(1 / (1 − p)). */
export interface NinesAxis {
  /** Position from the left, 0 to 1, of a share of the values, 0 to 1. */
  at(share: number): number;
  x(share: number): number;
  readonly ticks: readonly (readonly [at: number, text: string])[];
}

/** The axis for a sample of this size: it ends at single values. */
export function ninesAxis(count: number): NinesAxis {
  const span = Math.log10(Math.max(FEWEST, count));
  const at = (share: number): number => Math.min(1, -Math.log10(Math.max(1 - share, 10 ** -span)) / span);
  return {
    at,
    x: (share) => Math.round(at(share) * CURVE),
    ticks: NINES.filter(([, share]) => 1 - share >= 10 ** -span * 0.999).map(([text, share]) => [
      at(share),
      text.replace(' ', '\u00a0'),
    ]),
  };
}

/** Points of a percentile curve: position on the axis and value. */
export function curveOf(
  cells: readonly UsedCell[],
  { at }: NinesAxis,
): (readonly [at: number, valueMs: number])[] {
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const points: (readonly [number, number])[] = [];
  let seen = 0;
  for (const { count, fromMs, toMs } of cells) {
    const middleMs = (fromMs + toMs) / 2;
    const [from, to] = [at(seen / total), at((seen + count) / total)];
    seen += count;
    const last = points.at(-1);
    // A point less than about a pixel from the last one adds nothing; a larger step needs both of its corners.
    if (last && seen < total && to - last[0] < LEAST_STEP && middleMs < last[1] * LEAST_RISE) continue;
    if (!last || to - from > LEAST_WIDTH) points.push([from, middleMs]);
    points.push([to, middleMs]);
  }
  return points;
}

/** Ten round shares per nine, as far as a sample of this size reaches. */
export function ladder(count: number): number[] {
  const shares: number[] = [];
  for (let step = 1; 10 ** (step / 10) <= count; step++)
    shares.push(Number((1 - 10 ** (-step / 10)).toFixed(DIGITS_BEFORE_NINES + Math.floor(step / 10))));
  return shares;
}

/** The name of a share as a percentile: `p99.9`. */
export function percentileName(share: number): string {
  return `p${Number((share * 100).toFixed(5))}`;
}
