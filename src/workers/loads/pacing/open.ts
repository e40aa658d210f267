import { ArrivalStream, type OpenShard, Schedule } from '../../../time/schedule.ts';

/** The parts of a shard that an open pacer needs. */
export interface OpenPacerOptions extends OpenShard {
  /** This worker's share of the budget; null without a budget. */
  readonly requests: number | null;
}

/**
 * The open model: each worker takes its own starts from the whole schedule, the k-th with k ≡ index (mod workers),
 * counted separately in the warm-up and in the window. Pure: it does not depend on the time.
 */
export class OpenPacer {
  readonly #options: OpenPacerOptions;
  readonly #own: { nextMs(): number };
  #left: number | null;
  #nextMs: number;

  constructor(options: OpenPacerOptions) {
    this.#options = options;
    this.#own = options.load.arrivals === 'constant' ? new EvenStarts(options) : new DrawnStarts(options);
    this.#left = options.requests;
    this.#nextMs = this.#advance();
  }

  /** When this worker's next request is due, relative to the window; infinite if there are no more. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Takes the next request and returns its intended start. */
  take(): number {
    const intendedMs = this.#nextMs;
    if (intendedMs >= 0 && this.#left !== null) this.#left--;
    this.#nextMs = this.#advance();
    return intendedMs;
  }

  /** Unused budget; zero without a budget. */
  get left(): number {
    return this.#left ?? 0;
  }

  #advance(): number {
    if (this.#left === 0) return Number.POSITIVE_INFINITY;
    const { durationMs } = this.#options;
    const startMs = this.#own.nextMs();
    return durationMs !== null && startMs >= durationMs ? Number.POSITIVE_INFINITY : startMs;
  }
}

/** Every N-th start of a constant rate, computed directly: other workers' starts cost nothing. */
class EvenStarts {
  readonly #schedule: Schedule;
  readonly #step: number;
  readonly #windowAt: number;
  readonly #firstOfWindow: number;
  #position: number;

  constructor({ load, warmupMs, index, workers }: OpenPacerOptions) {
    this.#schedule = new Schedule(load, warmupMs);
    this.#step = workers;
    this.#windowAt = this.#schedule.firstAt(0);
    this.#firstOfWindow = this.#windowAt + index;
    this.#position = index < this.#windowAt ? index : this.#firstOfWindow;
  }

  nextMs(): number {
    const position = this.#position;
    const next = position + this.#step;
    this.#position = position < this.#windowAt && next >= this.#windowAt ? this.#firstOfWindow : next;
    return this.#schedule.timeOfMs(position);
  }
}

/** Random arrivals: each worker draws all of them, from the same sequence. */
class DrawnStarts {
  readonly #stream: ArrivalStream;
  readonly #index: number;
  readonly #workers: number;
  #warmupCount = 0;
  #windowCount = 0;

  constructor({ load, warmupMs, seed, index, workers }: OpenPacerOptions) {
    this.#stream = new ArrivalStream(load, warmupMs, seed);
    this.#index = index;
    this.#workers = workers;
  }

  nextMs(): number {
    for (;;) {
      const startMs = this.#stream.nextMs();
      if (startMs === Number.POSITIVE_INFINITY) return startMs;
      const count = startMs < 0 ? this.#warmupCount++ : this.#windowCount++;
      if (count % this.#workers === this.#index) return startMs;
    }
  }
}
