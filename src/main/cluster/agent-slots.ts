import type { Shard } from '../../protocol/shard.ts';
import type { Said } from './messages.ts';

/** Phase of a slot; `over` is final. */
type SlotPhase = 'waiting' | 'joined' | 'ready' | 'over';

/** One slot of a run, as seen by its submitter. */
export class Slot {
  readonly index: number;
  phase: SlotPhase = 'waiting';
  /** The `joined` message of the agent in this slot. */
  joined: Extract<Said, { readonly is: 'joined' }> | null = null;
  rttMs = 0;
  slowestMs = 0;
  isTargetLocal = false;
  /** Why it has no part, or did not carry it out; null if nothing is wrong. */
  because: string | null = null;
  /** When the slot was found to be over, on the submitter's clock. */
  overAtMs: number | null = null;
  /** Until when its agent may have gone on sending at the latest, on the same clock. */
  maySendUntilMs: number | null = null;
  #fullName: string | null = null;

  constructor(index: number) {
    this.index = index;
  }

  get isOver(): boolean {
    return this.phase === 'over';
  }

  /** Its agent's name; for those of one name with what tells them apart. */
  get name(): string {
    return this.#fullName ?? this.joined?.name ?? `slot ${this.index}`;
  }

  set fullName(name: string) {
    this.#fullName = name;
  }

  hear(said: Said): void {
    if (this.isOver) return;
    if (said.is === 'joined') {
      if (this.phase !== 'waiting') return;
      this.phase = 'joined';
      this.joined = said;
      return;
    }
    // Only the agent that joined first: one that took the slot after it is not part of the run.
    if (said.nonce !== this.joined?.nonce) return;
    if (this.phase !== 'joined') return;
    this.phase = 'ready';
    this.rttMs = said.rttMs;
    this.slowestMs = said.slowestMs;
    this.isTargetLocal = said.isTargetLocal;
  }

  end(because: string | null, atMs: number, maySendUntilMs: number): void {
    if (this.isOver) return;
    this.phase = 'over';
    this.because = because;
    this.overAtMs = atMs;
    this.maySendUntilMs = maySendUntilMs;
  }
}

/** Gives agents of one name what tells them apart: their process and machine, or else a number. */
export function tellApart(slots: readonly Slot[]): void {
  const named = Map.groupBy(slots, ({ name }) => name);
  for (const [name, alike] of named) {
    if (alike.length === 1) continue;
    const places = new Set(alike.map(({ joined }) => joined?.where));
    for (const [at, slot] of alike.entries())
      slot.fullName = `${name} (${places.size === alike.length ? slot.joined?.where : `${at + 1} of ${alike.length}`})`;
  }
}

/** A participating agent with its shards. */
export interface Outcome {
  readonly slot: Slot;
  readonly shards: readonly Shard[];
}
