import type { StoppedBy } from '../../protocol/summary.ts';
import { plannedFor } from '../summary/load-notes.ts';
import { lostShareOf } from '../summary/lost-load.ts';
import type { Outcome } from './agent-slots.ts';
import type { LatestStates } from './states.ts';

/** How much of the load may be lost with agents. */
export interface MaxLost {
  /** As it was given. */
  readonly text: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** Of `5%`, from 0 % to 100 %; null where it is something else. */
export function maxLostFrom(text: string): MaxLost | null {
  const found = /^(\d+(?:\.\d+)?) ?%$/.exec(text.trim());
  const share = Number(found?.[1]) / 100;
  return share <= 1 ? { text: text.replaceAll(' ', ''), share } : null;
}

/** Looks whether more was lost than may be, as far as agents have said what they sent. */
export class LossWatch {
  readonly #max: MaxLost;
  readonly #outcomes: readonly Outcome[];
  readonly #planned: readonly (number | null)[];

  constructor(max: MaxLost, outcomes: readonly Outcome[]) {
    this.#max = max;
    this.#outcomes = outcomes;
    this.#planned = outcomes.map(({ shards }) =>
      shards.some(({ requests, load }) => requests === null && load.model === 'closed')
        ? null
        : shards.reduce((sum, shard) => sum + plannedFor(shard, 0), 0),
    );
  }

  /** The rule that does not hold any more; null where it does. */
  brokenBy(states: Pick<LatestStates, 'of'>, elapsedMs: number): StoppedBy | null {
    if (this.#outcomes.every(({ slot }) => slot.because === null)) return null;
    const share = lostShareOf(
      this.#outcomes.map(({ slot, shards }, at) => {
        const planned = this.#planned[at] ?? null;
        const counts = states.of(slot)?.workers ?? [];
        const sent = counts.reduce((sum, { counts: { sent: own } }) => sum + own, 0);
        const connections = shards.reduce((sum, shard) => sum + shard.connections, 0);
        const missing = planned === null ? null : Math.max(0, planned - sent);
        return { isLost: slot.because !== null, planned, missing, connections };
      }),
    );
    if (share <= this.#max.share) return null;
    return { expression: `lost<=${this.#max.text}`, measured: share, atMs: elapsedMs };
  }
}
