import { performance } from 'node:perf_hooks';
import { nanosToMs } from '../protocol/units.ts';

/** The time axis of a run: milliseconds on the machine's monotonic clock. */
export interface Clock {
  nowMs(): number;
}

const BRACKETS = 50;

/**
 * A clock that threads and processes of one machine agree on.
 *
 * `performance.now()` is cheap but has a separate origin in every thread and process, and `timeOrigin`
 * follows the wall clock. So its offset to `process.hrtime` (CLOCK_MONOTONIC on Linux) is measured once,
 * from the tightest of 50 brackets.
 */
export function createMonotonicClock(): Clock {
  let tightestMs = Number.POSITIVE_INFINITY;
  let offsetMs = 0;
  for (let i = 0; i < BRACKETS; i++) {
    const before = process.hrtime.bigint();
    const localMs = performance.now();
    const after = process.hrtime.bigint();
    const widthMs = nanosToMs(after - before);
    if (widthMs < tightestMs) {
      tightestMs = widthMs;
      offsetMs = nanosToMs(before) + widthMs / 2 - localMs;
    }
  }
  return { nowMs: () => performance.now() + offsetMs };
}
