const LEAD_MS = 500;
/** Covers the one-way trip of the start message, another query of the broker's clock, and a busy machine. */
const TIMES_AHEAD = 4;
const LONGEST_AHEAD_MS = 10_000;
const MS_PER_AGENT = 1;

/**
 * How far ahead the start time is announced, so that every agent receives it in time.
 *
 * @param slowestMs the longest time any agent took to receive an order or to query the broker
 */
export function leadMs(slowestMs: number, agents: number): number {
  return LEAD_MS + Math.min(TIMES_AHEAD * slowestMs, LONGEST_AHEAD_MS) + MS_PER_AGENT * agents;
}
