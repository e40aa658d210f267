import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../time/clock.ts';

/** Tells an agent's state again and again, as often as the link to the broker allows. */
export class Telling {
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(everyMs: number, tell: (signal: AbortSignal) => Promise<void>): void {
    this.#loop = this.#tellEvery(everyMs, tell);
  }

  /** Stops telling; resolves when no state is in flight. */
  async end(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
  }

  async #tellEvery(everyMs: number, tell: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#ended;
    let restMs = everyMs;
    while (!signal.aborted) {
      await delay(restMs, undefined, { signal }).catch(() => {});
      const beganAtMs = this.#clock.nowMs();
      // The next state makes up for a lost one.
      if (!signal.aborted) await tell(signal).catch(() => {});
      const tookMs = this.#clock.nowMs() - beganAtMs;
      // Leaves a slow link to others half of the time.
      restMs = Math.max(everyMs - tookMs, tookMs);
    }
  }
}
