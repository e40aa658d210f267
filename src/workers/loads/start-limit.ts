import type { Rate } from '../../protocol/load.ts';

/** How much lateness is caught up with: timers are a little late, but a larger backlog would exceed the rate. */
const CAUGHT_UP_MS = 20;

/** Spaces one worker's starts so that all workers together keep to a rate. Pure: the time is passed in. */
export class StartLimit {
  readonly #gapMs: number;
  readonly #offsetMs: number;
  #dueMs = 0;

  constructor(rate: Rate | null, index: number, workers: number) {
    this.#gapMs = rate === null ? 0 : (rate.periodMs / rate.requests) * workers;
    this.#offsetMs = (this.#gapMs * index) / workers;
  }

  begin(nowMs: number): void {
    this.#dueMs = nowMs + this.#offsetMs;
  }

  /** How long the next start must wait. */
  pauseMs(nowMs: number): number {
    return this.#gapMs === 0 ? 0 : this.#dueMs - nowMs;
  }

  /** Records a start. */
  took(nowMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, nowMs - CAUGHT_UP_MS) + this.#gapMs;
  }
}
