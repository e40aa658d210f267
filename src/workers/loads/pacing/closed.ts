/**
 * The closed model: a connection's next request is due when the connection is free, as long as there is
 * budget and time. Pure: it is told the time and keeps only counts.
 *
 * Times are relative to the measured window. Requests that are due before it are warm-up and cost no budget.
 */
export class ClosedPacer {
  readonly #durationMs: number | null;
  #left: number | null;

  /** `requests` and `durationMs` are this worker's part of the plan; null where there is no such limit. */
  constructor(requests: number | null, durationMs: number | null) {
    this.#left = requests;
    this.#durationMs = durationMs;
  }

  /** Whether a request may start at `atMs`; a yes uses up budget. */
  take(atMs: number): boolean {
    if (this.#durationMs !== null && atMs >= this.#durationMs) return false;
    if (this.#left === 0) return false;
    if (this.#left !== null && atMs >= 0) this.#left--;
    return true;
  }

  /** Requests of the budget that were never taken; zero where there is none. */
  get left(): number {
    return this.#left ?? 0;
  }
}
