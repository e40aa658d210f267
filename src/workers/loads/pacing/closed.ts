/**
 * The closed model: a connection's next request is due when the connection is free, while there is
 * budget and time left. Pure: the time is passed in, and only counts are kept.
 *
 * Times are relative to the measured window. Requests due before it are warm-up and use no budget.
 */
export class ClosedPacer {
  readonly #durationMs: number | null;
  #left: number | null;

  /** `requests` and `durationMs` are this worker's part of the plan; null for no limit. */
  constructor(requests: number | null, durationMs: number | null) {
    this.#left = requests;
    this.#durationMs = durationMs;
  }

  /** Whether a request may start at `atMs`; true uses budget. */
  take(atMs: number): boolean {
    if (this.#durationMs !== null && atMs >= this.#durationMs) return false;
    if (this.#left === 0) return false;
    if (this.#left !== null && atMs >= 0) this.#left--;
    return true;
  }

  /** Unused budget; zero without a budget. */
  get left(): number {
    return this.#left ?? 0;
  }
}
