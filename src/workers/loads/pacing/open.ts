import { ArrivalStream, type OpenShard } from '../../../time/schedule.ts';

/** What an open pacer needs of its shard. */
export interface OpenPacerOptions extends OpenShard {
  /** This worker's share of the budget; null where there is none. */
  readonly requests: number | null;
}

/**
 * The open model: every worker walks through the whole schedule and takes its own starts, the k-th with
 * k ≡ index (mod workers), counted apart in the warm-up and in the window. Pure: it is never told the time.
 */
export class OpenPacer {
  readonly #options: OpenPacerOptions;
  readonly #stream: ArrivalStream;
  #warmupCount = 0;
  #windowCount = 0;
  #left: number | null;
  #nextMs: number;

  constructor(options: OpenPacerOptions) {
    this.#options = options;
    this.#stream = new ArrivalStream(options.load, options.warmupMs, options.seed);
    this.#left = options.requests;
    this.#nextMs = this.#advance();
  }

  /** When this worker's next request is due, relative to the window; infinite when there are no more. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Takes the next request and moves on; its intended start. */
  take(): number {
    const intendedMs = this.#nextMs;
    if (intendedMs >= 0 && this.#left !== null) this.#left--;
    this.#nextMs = this.#advance();
    return intendedMs;
  }

  /** Requests of the budget that were never taken; zero where there is none. */
  get left(): number {
    return this.#left ?? 0;
  }

  #advance(): number {
    const { index, workers, durationMs } = this.#options;
    if (this.#left === 0) return Number.POSITIVE_INFINITY;
    for (;;) {
      const startMs = this.#stream.nextMs();
      if (startMs === Number.POSITIVE_INFINITY) return startMs;
      if (durationMs !== null && startMs >= durationMs) return Number.POSITIVE_INFINITY;
      const count = startMs < 0 ? this.#warmupCount++ : this.#windowCount++;
      if (count % workers === index) return startMs;
    }
  }
}
