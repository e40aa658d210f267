import { createRandom, type Random } from '../metrics/random.ts';
import type { OpenLoad, Rate, Stage } from '../protocol/load.ts';
import { countOf, type Turns } from './turns.ts';

/** A stage on the time axis of the window, with the number of requests due before it. */
interface PlacedStage {
  readonly startMs: number;
  readonly durationMs: number;
  readonly from: Rate;
  readonly to: Rate;
  readonly dueBefore: number;
  readonly due: number;
}

/**
 * Computes when requests are due in the open model: the integral of the rate, and its inverse. Pure; times are
 * relative to the measured window. The warm-up precedes the window, at the first stage's initial rate.
 */
export class Schedule {
  readonly #stages: readonly PlacedStage[];

  constructor({ stages }: Pick<OpenLoad, 'stages'>, warmupMs: number) {
    const first = stages[0];
    const all =
      first === undefined || warmupMs === 0
        ? stages
        : [{ durationMs: warmupMs, from: first.from, to: first.from }, ...stages];
    let startMs = -warmupMs;
    let dueBefore = 0;
    this.#stages = all.map(({ durationMs, from, to }) => {
      const due = dueIn({ durationMs, from, to });
      const placed = { startMs, durationMs, from, to, dueBefore, due };
      startMs += durationMs ?? Number.POSITIVE_INFINITY;
      dueBefore += due;
      return { ...placed, durationMs: durationMs ?? Number.POSITIVE_INFINITY };
    });
  }

  /** When the `position`-th request is due (from 0, fractions allowed); infinite after the last stage. */
  timeOfMs(position: number): number {
    const stage = this.#stages.find(({ dueBefore, due }) => position < dueBefore + due);
    if (stage === undefined) return Number.POSITIVE_INFINITY;
    return stage.startMs + timeInStageMs(stage, position - stage.dueBefore);
  }

  /** The first whole position whose request is due at or after a time. */
  firstAt(atMs: number): number {
    // The integral and its inverse may differ in the last digit: the inverse is decisive.
    let position = Math.ceil(this.dueBefore(atMs));
    while (position > 0 && this.timeOfMs(position - 1) >= atMs) position--;
    while (this.timeOfMs(position) < atMs) position++;
    return position;
  }

  /** Number of requests due before a time. */
  dueBefore(atMs: number): number {
    let due = 0;
    for (const stage of this.#stages) {
      const elapsedMs = Math.min(stage.durationMs, atMs - stage.startMs);
      if (elapsedMs > 0) due += dueIn({ ...stage, durationMs: elapsedMs }, stage.durationMs);
    }
    return due;
  }
}

/** Number of requests due in the first `durationMs` of a stage that lasts `wholeMs` (by default the same). */
function dueIn({ durationMs, from, to }: Stage, wholeMs = durationMs): number {
  if (durationMs === null || wholeMs === null) return Number.POSITIVE_INFINITY;
  if (isSame(from, to)) return (from.requests * durationMs) / from.periodMs;
  const rise = perMs(to) - perMs(from);
  return perMs(from) * durationMs + (rise * durationMs * durationMs) / (2 * wholeMs);
}

/** The inverse of `dueIn`; just a multiplication and a division at a constant rate, so that no error accumulates. */
function timeInStageMs({ durationMs, from, to }: PlacedStage, due: number): number {
  if (due === 0) return 0;
  if (isSame(from, to)) return (due * from.periodMs) / from.requests;
  const start = perMs(from);
  const rise = (perMs(to) - start) / durationMs;
  // The numerically stable form of the root: no difference of nearly equal numbers.
  return (2 * due) / (start + Math.sqrt(Math.max(0, start * start + 2 * rise * due)));
}

function isSame(a: Rate, b: Rate): boolean {
  return a.requests * b.periodMs === b.requests * a.periodMs;
}

function perMs({ requests, periodMs }: Rate): number {
  return requests / periodMs;
}

/** The parts of a load that define when requests are due. */
type Arriving = Pick<OpenLoad, 'stages' | 'arrivals' | 'timesMs'>;

/**
 * Yields the intended starts of a whole run in order, the same for every worker and every mode.
 * Constant arrivals are due at positions 0, 1, 2 …; Poisson arrivals at the sums of exponential steps
 * of mean 1, from one seeded sequence; recorded arrivals at their recorded times.
 */
export class ArrivalStream {
  readonly #schedule: Schedule;
  readonly #random: Random | null;
  readonly #timesMs: readonly number[] | null;
  #position = 0;

  constructor(load: Arriving, warmupMs: number, seed: number) {
    this.#schedule = new Schedule(load, warmupMs);
    this.#timesMs = load.timesMs ?? null;
    this.#random = load.arrivals === 'poisson' ? createRandom(seed, ARRIVAL_STREAM) : null;
    if (this.#random !== null) this.#position = exponential(this.#random);
  }

  /** The next intended start; infinite after the last one. */
  nextMs(): number {
    if (this.#timesMs !== null) return this.#timesMs[this.#position++] ?? Number.POSITIVE_INFINITY;
    const timeMs = this.#schedule.timeOfMs(this.#position);
    this.#position += this.#random === null ? 1 : exponential(this.#random);
    return timeMs;
  }
}

/** The parts of an open plan's shard that define its starts. */
export interface OpenShard extends Turns {
  readonly load: Arriving;
  readonly durationMs: number | null;
  readonly warmupMs: number;
  readonly seed: number;
}

/** So many standard deviations below the mean, a number of random arrivals is out of the question. */
const FAR_BELOW = 6;

/** How many requests there are at least in the window, over all workers. */
export function leastStarts(
  { load, warmupMs, durationMs }: Pick<OpenShard, 'load' | 'warmupMs' | 'durationMs'>,
  requests: number | null,
): number {
  const budget = requests ?? Number.POSITIVE_INFINITY;
  if (durationMs === null) return budget;
  const schedule = new Schedule(load, warmupMs);
  if (load.arrivals === 'constant')
    return Math.min(budget, Math.max(0, schedule.firstAt(durationMs) - schedule.firstAt(0)));
  const mean = schedule.dueBefore(durationMs) - schedule.dueBefore(0);
  return Math.min(budget, Math.max(0, Math.floor(mean - FAR_BELOW * Math.sqrt(mean))));
}

/** Number of requests that a worker has to start in the window, for a schedule that ends by time. */
export function startsOf(shard: OpenShard): number {
  return countOf(shard, startsOfAll(shard));
}

function startsOfAll({ load, durationMs, warmupMs, seed }: OpenShard): number {
  if (load.arrivals === 'constant') {
    const schedule = new Schedule(load, warmupMs);
    return Math.max(0, schedule.firstAt(durationMs ?? 0) - schedule.firstAt(0));
  }
  const stream = new ArrivalStream(load, warmupMs, seed);
  let count = 0;
  for (let startMs = stream.nextMs(); startMs < (durationMs ?? 0); startMs = stream.nextMs())
    if (startMs >= 0) count++;
  return count;
}

/** Stream number of the shared sequence; workers use their indices for their own. */
const ARRIVAL_STREAM = -1;

/** Exponential with mean 1, by inversion; 1 − u is never zero. */
function exponential(random: Random): number {
  return -Math.log(1 - random());
}
