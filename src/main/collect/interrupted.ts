import { LATE_AFTER_TIMES } from '../../protocol/report.ts';

/**
 * How many of the requests that volley ended with their iterations may still have been answered as others were. Of the
 * rest the target is to be blamed, and of all if it gave no good answer at all.
 *
 * @param tookMs how long each had been under way
 * @param longestOkMs of the whole run; 0 without a good answer
 */
export function interruptedAmong(tookMs: readonly number[], longestOkMs: number): number {
  return tookMs.filter((ms) => ms < lateAfterMs(longestOkMs)).length;
}

export function lateAfterMs(longestOkMs: number): number {
  return LATE_AFTER_TIMES * longestOkMs;
}
