import type { Shard } from '../../protocol/shard.ts';
import type { StoppedBy } from '../../protocol/summary.ts';
import { iterationsOf, usersOf } from '../summary/iterations-planned.ts';
import { plannedFor } from '../summary/load-notes.ts';
import { lostShareOf } from '../summary/lost-load.ts';
import type { Outcome } from './agent-slots.ts';
import type { LatestStates } from './states.ts';

/** Limit on the load that may be lost with agents. */
export interface MaxLost {
  /** As the user wrote it. */
  readonly text: string;
  /** From 0 to 1. */
  readonly share: number;
}

/** Parses `5%`, from 0 % to 100 %; null for anything else. */
export function maxLostFrom(text: string): MaxLost | null {
  const found = /^(\d+(?:\.\d+)?) ?%$/.exec(text.trim());
  const share = Number(found?.[1]) / 100;
  return share <= 1 ? { text: text.replaceAll(' ', ''), share } : null;
}

/** Checks whether the lost share exceeds the limit, by what agents have reported as sent. */
export class LossWatch {
  readonly #max: MaxLost;
  readonly #outcomes: readonly Outcome[];
  readonly #planned: readonly (number | null)[];

  constructor(max: MaxLost, outcomes: readonly Outcome[]) {
    this.#max = max;
    this.#outcomes = outcomes;
    this.#planned = outcomes.map(({ shards }) =>
      shards.some(({ scenarios }) => scenarios !== undefined)
        ? plannedIterations(shards)
        : shards.some(({ requests, load }) => requests === null && load.model === 'closed')
          ? null
          : shards.reduce((sum, shard) => sum + plannedFor(shard, 0), 0),
    );
  }

  /** The broken rule; null if it holds. */
  brokenBy(states: Pick<LatestStates, 'of'>, elapsedMs: number): StoppedBy | null {
    if (this.#outcomes.every(({ slot }) => slot.because === null)) return null;
    const share = lostShareOf(
      this.#outcomes.map(({ slot, shards }, at) => {
        const planned = this.#planned[at] ?? null;
        const state = states.of(slot);
        const ended = state?.records.scenarios?.scenarios.flatMap(({ outcomes }) => [...outcomes]);
        const sent = (ended ?? state?.workers.map(({ counts }) => counts.sent) ?? []).reduce(
          (a, b) => a + b,
          0,
        );
        const connections = shards.reduce(
          (sum, shard) =>
            sum + (shard.scenarios === undefined ? shard.connections : usersOf(shard.scenarios, shard)),
          0,
        );
        const missing = planned === null ? null : Math.max(0, planned - sent);
        return { isLost: slot.because !== null, planned, missing, connections };
      }),
    );
    if (share <= this.#max.share) return null;
    return { expression: `lost<=${this.#max.text}`, measured: share, atMs: elapsedMs };
  }
}

function plannedIterations(shards: readonly Shard[]): number | null {
  let planned = 0;
  for (const shard of shards) {
    const own = shard.scenarios === undefined ? null : iterationsOf(shard.scenarios, shard);
    if (own === null) return null;
    planned += own.reduce((sum, count) => sum + count, 0);
  }
  return planned;
}
