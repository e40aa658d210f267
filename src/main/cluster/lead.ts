import { aheadMs } from '../run/ahead.ts';

/** Covers the one-way trip of the start message, another query of the broker's clock, and a busy machine. */
const LEAD = { leastMs: 500, longestWayMs: 10_000 };

/**
 * How far ahead the start time is announced, so that every agent receives it in time.
 *
 * @param slowestMs the longest time any agent took to receive an order or to query the broker
 */
export function leadMs(slowestMs: number, agents: number): number {
  return aheadMs(slowestMs, agents, LEAD);
}
