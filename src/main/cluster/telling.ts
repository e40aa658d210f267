import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';
import type { AgentState } from './messages.ts';

/** Tells what an agent has recorded, all of it each time, as often as the way to the broker bears. */
export class Telling {
  readonly #clock: Clock;
  readonly #put: (state: AgentState, signal?: AbortSignal) => Promise<void>;
  readonly #ended = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(clock: Clock, put: (state: AgentState, signal?: AbortSignal) => Promise<void>) {
    this.#clock = clock;
    this.#put = put;
  }

  /** @param stateNow null where there is nothing to tell yet */
  begin(everyMs: number, stateNow: () => AgentState | null): void {
    this.#loop = this.#tellEvery(everyMs, stateNow);
  }

  /** Tells no more; resolves once nothing is on its way. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
  }

  async #tellEvery(everyMs: number, stateNow: () => AgentState | null): Promise<void> {
    const { signal } = this.#ended;
    let restMs = everyMs;
    while (!signal.aborted) {
      await delay(restMs, undefined, { signal }).catch(() => {});
      const state = signal.aborted ? null : stateNow();
      const beganAtMs = this.#clock.nowMs();
      // A state that is lost is made up for by the next.
      if (state !== null) await this.#put(state, signal).catch(() => {});
      const tookMs = this.#clock.nowMs() - beganAtMs;
      // A narrow way is left to others half of the time.
      restMs = Math.max(everyMs - tookMs, tookMs);
    }
  }
}
