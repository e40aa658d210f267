import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';
import type { LatestStates } from './states.ts';
import { within } from './waiting.ts';

/** A lost agent that lives delivers what it has: nothing new of it for so long, and nothing more is expected. */
export const LAST_WORD_MS = 3_000;
/** However slowly it comes. */
const LONGEST_MS = 60_000;
const LOOK_EVERY_MS = 250;

/**
 * Waits for what agents have still to say. Who was lost and lives has measured what it says; who ended well has said
 * all. A narrow way takes its time: as long as something moves it is waited for.
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
