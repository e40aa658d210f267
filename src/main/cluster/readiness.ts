import type { Slot } from './agent-slots.ts';
import { notReady } from './not-started.ts';
import type { Waiting } from './waiting.ts';

/** Beyond what workers need to connect, an agent is not waited for any longer. */
const LONGEST_BOOT_MS = 30_000;
/** When one agent cannot take part, others are given so long to say the same. */
const OTHERS_MS = 500;

/**
 * Waits until the agents that have joined are ready to begin, or the user wants the end.
 *
 * @param timeoutMs how long a connection may take
 * @throws VolleyError VOLLEY_AGENTS once one of them is lost, or if they take too long
 */
export async function allReady(
  joined: readonly Slot[],
  waiting: Waiting,
  isInterrupted: () => boolean,
  timeoutMs: number,
): Promise<void> {
  const areSettled = (): boolean => joined.every(({ phase }) => phase !== 'joined') || isInterrupted();
  const lost = (): Slot[] => joined.filter(({ isOver }) => isOver);
  await waiting.until(() => areSettled() || lost().length > 0, timeoutMs + LONGEST_BOOT_MS);
  // What keeps one of them mostly keeps others too.
  if (lost().length > 0) await waiting.until(areSettled, OTHERS_MS);
  if (isInterrupted()) return;
  const late = lost().length > 0 ? lost() : joined.filter(({ phase }) => phase === 'joined');
  if (late.length > 0) throw notReady(late);
}
