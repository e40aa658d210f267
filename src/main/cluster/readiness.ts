import type { RunPlan } from '../../protocol/plan.ts';
import { LONGEST_TOP_MS, modulesIn } from '../plan/scenarios/code-modules.ts';
import type { Slot } from './agent-slots.ts';
import { notReady } from './not-started.ts';
import type { Waiting } from './waiting.ts';

/** Beyond what workers need to connect, an agent is not waited for any longer. */
const LONGEST_BOOT_MS = 30_000;
/** A longer wait is reported, with its reason. */
const QUIET_MS = 3_000;
const SHORTEST_TOP_MS = 5_000;
/** When one agent cannot take part, others are given so long to say the same. */
const OTHERS_MS = 500;

/**
 * Waits until the agents that have joined are ready to begin, or the user wants the end.
 *
 * @param ownMs how long their code and a connection may take
 * @param onQuiet called with those that are not ready if that takes a while
 * @throws VolleyError VOLLEY_AGENTS once one of them is lost, or if they take too long
 */
export async function allReady(
  joined: readonly Slot[],
  waiting: Waiting,
  isInterrupted: () => boolean,
  ownMs: number,
  onQuiet: (late: readonly Slot[]) => void,
): Promise<void> {
  const areSettled = (): boolean => joined.every(({ phase }) => phase !== 'joined') || isInterrupted();
  const lost = (): Slot[] => joined.filter(({ isOver }) => isOver);
  const isOver = (): boolean => areSettled() || lost().length > 0;
  if (!(await waiting.until(isOver, QUIET_MS))) {
    onQuiet(joined.filter(({ phase }) => phase === 'joined'));
    await waiting.until(isOver, ownMs + LONGEST_BOOT_MS - QUIET_MS);
  }
  // What keeps one of them mostly keeps others too.
  if (lost().length > 0) await waiting.until(areSettled, OTHERS_MS);
  if (isInterrupted()) return;
  const late = lost().length > 0 ? lost() : joined.filter(({ phase }) => phase === 'joined');
  if (late.length > 0) throw notReady(late);
}

/**
 * How long the code at the top of modules may take: as long as agents are waited for, since one whose code hangs is as
 * one that does not come; 0 without modules.
 */
export function longestTopMs({ scenarios }: Pick<RunPlan, 'scenarios'>, joinTimeoutMs: number): number {
  if (scenarios === undefined || modulesIn(scenarios.code).length === 0) return 0;
  return Math.min(LONGEST_TOP_MS, Math.max(SHORTEST_TOP_MS, joinTimeoutMs));
}
