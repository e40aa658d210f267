import type { Clock } from '../../time/clock.ts';

// Node's timers may fire a millisecond early or late, so the last stretch is polled.
const POLLED_MS = 2;

/**
 * Calls `begin` at `atMs` on the clock, never earlier; returns a function that cancels it. A worker that comes late to its
 * timer still reads first: a target may have ended connections that were opened ahead.
 */
export function startAt(atMs: number, clock: Clock, begin: () => void): () => void {
  let immediate: NodeJS.Immediate | null = null;
  const poll = (): void => {
    if (clock.nowMs() >= atMs) begin();
    else immediate = setImmediate(poll);
  };
  const afterReading = (): void => {
    immediate = setImmediate(poll);
  };
  const timer = setTimeout(afterReading, Math.max(0, Math.floor(atMs - clock.nowMs() - POLLED_MS)));
  return () => {
    clearTimeout(timer);
    if (immediate !== null) clearImmediate(immediate);
  };
}
