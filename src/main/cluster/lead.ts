const LEAD_MS = 500;
/** The word of the start goes one way, the broker's clock is asked once more, and a machine may be busy. */
const TIMES_AHEAD = 4;
const LONGEST_AHEAD_MS = 10_000;
const MS_PER_AGENT = 1;

/**
 * How long before the start its time is said, so that every agent hears of it before.
 *
 * @param slowestMs the longest time that any of them took to hear an order or to ask the broker
 */
export function leadMs(slowestMs: number, agents: number): number {
  return LEAD_MS + Math.min(TIMES_AHEAD * slowestMs, LONGEST_AHEAD_MS) + MS_PER_AGENT * agents;
}
