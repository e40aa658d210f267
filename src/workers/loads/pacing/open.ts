import { ArrivalStream, type OpenShard, Schedule } from '../../../time/schedule.ts';
import { countOf, isOwn, positionOf, type Turns } from '../../../time/turns.ts';

/** The parts of a shard that an open pacer needs. */
export interface OpenPacerOptions extends OpenShard {
  /** This worker's share of the budget; null without a budget. */
  readonly requests: number | null;
}

/**
 * The open model: each worker takes its own starts from the whole schedule, in turns that begin anew with the window.
 * Pure: it does not depend on the time.
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

/** A worker's starts of a constant rate, computed directly: other workers' starts cost nothing. */
class EvenStarts {
  readonly #schedule: Schedule;
  readonly #turns: Turns;
  /** Starts before the window, over all workers. */
  readonly #warmup: number;
  /** Own starts until the end of the warm-up, and taken so far. */
  readonly #ownWarmup: number;
  #taken = 0;

  constructor({ load, warmupMs, index, workers, seats }: OpenPacerOptions) {
    this.#schedule = new Schedule(load, warmupMs);
    this.#turns = { index, workers, seats };
    this.#warmup = this.#schedule.firstAt(0);
    this.#ownWarmup = countOf(this.#turns, this.#warmup);
  }

  nextMs(): number {
    const inWindow = this.#taken - this.#ownWarmup;
    const position =
      inWindow < 0 ? positionOf(this.#turns, this.#taken) : this.#warmup + positionOf(this.#turns, inWindow);
    this.#taken++;
    return this.#schedule.timeOfMs(position);
  }
}

/** Random arrivals: each worker draws all of them, from the same sequence. */
class DrawnStarts {
  readonly #stream: ArrivalStream;
  readonly #turns: Turns;
  #warmupCount = 0;
  #windowCount = 0;

  constructor({ load, warmupMs, seed, index, workers, seats }: OpenPacerOptions) {
    this.#stream = new ArrivalStream(load, warmupMs, seed);
    this.#turns = { index, workers, seats };
  }

  nextMs(): number {
    for (;;) {
      const startMs = this.#stream.nextMs();
      if (startMs === Number.POSITIVE_INFINITY) return startMs;
      const count = startMs < 0 ? this.#warmupCount++ : this.#windowCount++;
      if (isOwn(this.#turns, count)) return startMs;
    }
  }
}
