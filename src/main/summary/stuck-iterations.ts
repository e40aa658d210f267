import type { IterationErrorTally } from '../../protocol/scenario.ts';
import type { IterationTally } from '../collect/scenario-tally.ts';

type IterationError = Omit<IterationErrorTally, 'scenario'>;

interface Judged {
  readonly failed: number;
  readonly interrupted: number;
  readonly errors: readonly IterationError[];
}

/**
 * The iterations of a scenario, by the good ones so far. Of those that volley interrupted in their own code, the ones that
 * had been in it for much longer than a whole good iteration took have failed.
 *
 * @param longestOfRunMs the longest good iteration of all scenarios; without any nothing tells what is long
 */
export function judgedIterations(tally: IterationTally, longestOfRunMs: number): Judged {
  const { failed, interrupted, cutOff, errors } = tally;
  const stuck = longestOfRunMs === 0 ? 0 : cutOff.count - cutOff.interrupted(longestOfRunMs);
  const known = [...errors.values()];
  if (stuck === 0) return { failed, interrupted, errors: known };
  return {
    failed: failed + stuck,
    interrupted: interrupted - stuck,
    errors: [...known, errorOf(tally, stuck, cutOff.longestOkMs || longestOfRunMs)],
  };
}

function errorOf({ stuckAfter }: IterationTally, count: number, goodMs: number): IterationError {
  const after = stuckAfter === null ? '' : `after ${stuckAfter} `;
  const example =
    `${after}its own code neither sent a request nor slept for more than a second, ` +
    `and for much longer than a whole good iteration took (${Number(goodMs.toPrecision(3))} ms at most)`;
  return { kind: 'script', code: 'stuck', count, example };
}
