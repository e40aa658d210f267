import { median } from '../collect/statistics.ts';
import type { KeptRun } from './kept-run.ts';

/** How many earlier good runs show the scatter; older ones are less relevant. */
const MOST_EARLIER = 10;
/** Fewer do not show it. */
const FEWEST_EARLIER = 3;
/** Smaller changes do not call for action. */
const MARGIN = 0.05;

/** How the newest result of a plan compares with those before it, by its p50. */
export interface Standing {
  /**
   * `slower`, `faster`: beyond every earlier good run, and more than the margin beyond their median; `within`: neither.
   * `not-good`: it cannot be compared itself. `too-few`: there are too few earlier good results.
   */
  readonly outcome: 'not-good' | 'too-few' | 'slower' | 'faster' | 'within';
  /** Range of the p50 of the earlier good runs; null if there are too few. */
  readonly earlier: { readonly runs: number; readonly lowMs: number; readonly highMs: number } | null;
}

/** @param group results of one plan on one machine, newest first */
export function standingOf(group: readonly KeptRun[]): Standing {
  const [newest, ...before] = group;
  const p50s = before
    .filter(({ isGood }) => isGood)
    .flatMap(({ p50Ms }) => p50Ms ?? [])
    .slice(0, MOST_EARLIER);
  const earlier =
    p50s.length < FEWEST_EARLIER
      ? null
      : { runs: p50s.length, lowMs: Math.min(...p50s), highMs: Math.max(...p50s) };
  const now = newest?.p50Ms ?? null;
  if (newest?.isGood !== true) return { outcome: 'not-good', earlier };
  if (earlier === null || now === null) return { outcome: 'too-few', earlier };
  const middle = median(p50s);
  if (now > earlier.highMs && now > middle * (1 + MARGIN)) return { outcome: 'slower', earlier };
  if (now < earlier.lowMs && now < middle / (1 + MARGIN)) return { outcome: 'faster', earlier };
  return { outcome: 'within', earlier };
}
