import type { Rate } from '../../protocol/load.ts';

/** Timers fire late by a little; what is late by more is not caught up with, so that no burst exceeds the rate. */
const CAUGHT_UP_MS = 20;

/** Spaces the starts of one worker, so that all of them together keep to a rate. Pure: it is told the time. */
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

  /** How long the next start has to wait. */
  pauseMs(nowMs: number): number {
    return this.#gapMs === 0 ? 0 : this.#dueMs - nowMs;
  }

  /** A request was started. */
  took(nowMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, nowMs - CAUGHT_UP_MS) + this.#gapMs;
  }
}
