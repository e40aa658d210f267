import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';
import type { LatestStates } from './states.ts';
import { within } from './waiting.ts';

/** A lost agent that is still alive delivers what it has; after this long without progress nothing more is expected. */
export const LAST_WORD_MS = 3_000;
/** Limit on the whole wait, even if data still arrives. */
const LONGEST_MS = 60_000;
const LOOK_EVERY_MS = 250;

/**
 * Waits for the final states of agents. A lost agent that is still alive has results to deliver; one that ended well
 * has already delivered. Over a slow link this takes time: the wait goes on as long as data arrives.
 */
export async function lastWords(
  states: Pick<LatestStates, 'read' | 'look' | 'areFinal' | 'movedAtMs'>,
  clock: Clock,
  lookEveryMs = LOOK_EVERY_MS,
): Promise<void> {
  const beganAtMs = clock.nowMs();
  for (let nowMs = beganAtMs; ; nowMs = clock.nowMs()) {
    await within(LAST_WORD_MS, states.read());
    if (states.areFinal) return;
    await within(LAST_WORD_MS, states.look(clock));
    if (nowMs - Math.max(beganAtMs, states.movedAtMs) >= LAST_WORD_MS) return;
    if (nowMs - beganAtMs >= LONGEST_MS) return;
    await delay(lookEveryMs);
  }
}
