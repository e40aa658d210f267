import type { Shard } from '../../protocol/shard.ts';
import type { Said } from './messages.ts';

/** How far a slot has come; what is `over` changes no more. */
export type SlotPhase = 'waiting' | 'joined' | 'ready' | 'running' | 'over';

/** One slot of a run, as its submitter sees it. */
export class Slot {
  readonly index: number;
  phase: SlotPhase = 'waiting';
  /** Of the agent that has joined. */
  joined: Extract<Said, { readonly is: 'joined' }> | null = null;
  rttMs = 0;
  slowestMs = 0;
  isTargetLocal = false;
  /** Requests that had ended by its last word. */
  released = 0;
  /** Why it has no part, or did not carry it out; null where nothing is wrong. */
  because: string | null = null;
  /** When that was found, on the submitter's clock. */
  overAtMs: number | null = null;

  constructor(index: number) {
    this.index = index;
  }

  get isOver(): boolean {
    return this.phase === 'over';
  }

  get name(): string {
    return this.joined?.name ?? `slot ${this.index}`;
  }

  hear(said: Said): void {
    if (this.isOver) return;
    if (said.is === 'joined') {
      if (this.phase !== 'waiting') return;
      this.phase = 'joined';
      this.joined = said;
      return;
    }
    // Only the agent that was first heard: whoever has taken the slot after it is none of the run's.
    if (said.nonce !== this.joined?.nonce) return;
    if (said.is === 'ready') {
      if (this.phase !== 'joined') return;
      this.phase = 'ready';
      this.rttMs = said.rttMs;
      this.slowestMs = said.slowestMs;
      this.isTargetLocal = said.isTargetLocal;
      return;
    }
    if (this.phase === 'ready') this.phase = 'running';
    this.released = Math.max(this.released, said.released);
  }

  end(because: string | null, atMs: number): void {
    if (this.isOver) return;
    this.phase = 'over';
    this.because = because;
    this.overAtMs = atMs;
  }
}

/** An agent that takes part, with what it was given. */
export interface Outcome {
  readonly slot: Slot;
  readonly shards: readonly Shard[];
}
