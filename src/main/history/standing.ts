import { median } from '../collect/statistics.ts';
import type { KeptRun } from './kept-run.ts';

/** So many earlier good runs show how much runs scatter; older ones say less of it. */
const MOST_EARLIER = 10;
/** Fewer of them say nothing of that. */
const FEWEST_EARLIER = 3;
/** Smaller changes are none that anybody acts on. */
const MARGIN = 0.05;

/** How the newest result of a plan stands to those before it, by its p50. */
export interface Standing {
  /**
   * `slower`, `faster`: beyond each of the earlier good runs, and by more than the margin beyond their median; `within`: neither.
   * `not-good`: it is no measure itself. `too-few`: there are too few earlier good ones to tell.
   */
  readonly outcome: 'not-good' | 'too-few' | 'slower' | 'faster' | 'within';
  /** The p50 of the earlier good runs; null where there are too few. */
  readonly earlier: { readonly runs: number; readonly lowMs: number; readonly highMs: number } | null;
}

/** @param group results of one plan on one machine, the newest first */
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
