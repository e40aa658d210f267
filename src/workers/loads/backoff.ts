const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 100;

/**
 * Pause of a connection after `failuresInARow` failures: 1 ms, doubling up to 100 ms, so that a target
 * that refuses is not hammered. Up to a quarter is subtracted at random, so that many connections do
 * not return at once.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(failuresInARow: number, random: () => number): number {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failuresInARow - 1));
  return pauseMs * (1 - random() / 4);
}
