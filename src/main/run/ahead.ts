/** `go`, or the order to start, may take longer than the slowest message before it. */
const TIMES_AS_LONG = 4;
const MS_PER_RECEIVER = 1;

/**
 * How far ahead of now a start has to lie, so that everybody is told of it in time.
 *
 * @param slowestMs the longest that any message of theirs has taken
 * @param leastMs beyond what it takes to reach them
 * @param longestWayMs the most that is waited for a slow way
 */
export function aheadMs(
  slowestMs: number,
  receivers: number,
  { leastMs, longestWayMs }: { readonly leastMs: number; readonly longestWayMs: number },
): number {
  return leastMs + Math.min(TIMES_AS_LONG * slowestMs, longestWayMs) + MS_PER_RECEIVER * receivers;
}
