import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Slot } from './agent-slots.ts';
import type { AgentState } from './messages.ts';

interface Said {
  readonly atMs: number;
  readonly sent: number;
  readonly perSecond: number | null;
}

/** The row of each agent in live progress. */
export class AgentRows {
  readonly #last = new Map<Slot, Said>();

  /** Notes a state as it comes: its rate is that since the one before. */
  heard(slot: Slot, { atMs, workers }: AgentState): void {
    const last = this.#last.get(slot);
    if (last !== undefined && atMs <= last.atMs) return;
    const sent = workers.reduce((sum, { counts }) => sum + counts.sent, 0);
    const perSecond = last === undefined ? null : ((sent - last.sent) * MS_PER_SECOND) / (atMs - last.atMs);
    this.#last.set(slot, { atMs, sent, perSecond });
  }

  /**
   * @param state its latest state; null before the first one
   * @param isUnheard the broker says nothing
   */
  rowOf(slot: Slot, state: AgentState | null, isUnheard: boolean): AgentSoFar {
    const { name, because, isOver } = slot;
    const known = stateOf(slot);
    const phase = known === 'running' && isUnheard ? 'unheard' : known;
    const { sent, perSecond } = this.#last.get(slot) ?? { sent: 0, perSecond: null };
    if (state === null) return { name, state: phase, sent, perSecond, mostLagMs: null };
    const { count, max } = state.records.tally.latencies.startLag.moments;
    return {
      name,
      state: phase,
      sent,
      perSecond: phase !== 'running' || because !== null || isOver || state.isFinal ? null : perSecond,
      mostLagMs: count === 0 ? null : max,
    };
  }
}

function stateOf({ because, isOver }: Slot): 'running' | 'finished' | 'lost' {
  if (because !== null) return 'lost';
  return isOver ? 'finished' : 'running';
}
