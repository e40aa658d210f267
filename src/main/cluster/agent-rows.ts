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

  /** @param state its latest state; null before the first one */
  rowOf(slot: Slot, state: AgentState | null): AgentSoFar {
    const { name, because, isOver } = slot;
    if (state === null) return { name, state: stateOf(slot), sent: 0, perSecond: null, mostLagMs: null };
    const sent = state.workers.reduce((sum, { counts }) => sum + counts.sent, 0);
    const last = this.#last.get(slot);
    const isNew = last === undefined || state.atMs > last.atMs;
    const rate =
      last === undefined || !isNew
        ? (last?.perSecond ?? null)
        : ((sent - last.sent) * MS_PER_SECOND) / (state.atMs - last.atMs);
    if (isNew) this.#last.set(slot, { atMs: state.atMs, sent, perSecond: rate });
    const { count, max } = state.records.tally.latencies.startLag.moments;
    return {
      name,
      state: stateOf(slot),
      sent,
      perSecond: because !== null || isOver || state.isFinal ? null : rate,
      mostLagMs: count === 0 ? null : max,
    };
  }
}

function stateOf({ because, isOver }: Slot): AgentSoFar['state'] {
  if (because !== null) return 'lost';
  return isOver ? 'finished' : 'running';
}
