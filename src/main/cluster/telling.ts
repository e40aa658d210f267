import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';
import type { AgentState } from './messages.ts';

/** Sends an agent's full state again and again, as often as the link to the broker allows. */
export class Telling {
  readonly #clock: Clock;
  readonly #put: (state: AgentState, signal?: AbortSignal) => Promise<void>;
  readonly #ended = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(clock: Clock, put: (state: AgentState, signal?: AbortSignal) => Promise<void>) {
    this.#clock = clock;
    this.#put = put;
  }

  /** @param stateNow returns null if there is nothing to send yet */
  begin(everyMs: number, stateNow: () => AgentState | null): void {
    this.#loop = this.#tellEvery(everyMs, stateNow);
  }

  /** Stops sending; resolves when no state is in flight. */
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
      // The next state makes up for a lost one.
      if (state !== null) await this.#put(state, signal).catch(() => {});
      const tookMs = this.#clock.nowMs() - beganAtMs;
      // Leaves a slow link to others half of the time.
      restMs = Math.max(everyMs - tookMs, tookMs);
    }
  }
}
