import { LATE_AFTER_TIMES } from '../../protocol/report.ts';

/**
 * Up to here a good answer of any name counts for all. A busy machine may stand still for as long, and of a name with few
 * answers none has seen it yet.
 */
const MOST_OF_OTHERS_MS = 250;

/** The same in a form that can be sent. */
export interface PortableCutOff {
  readonly longestOkMs: number;
  /** By worker. */
  readonly tookMs: ReadonlyMap<number, Float64Array>;
}

/**
 * The requests of one name that volley ended with their iterations, and what tells which of them were late. Or iterations of
 * one scenario that it interrupted in their own code.
 */
export class CutOff {
  /** From when one was made until it was answered well, also outside of the window; 0 without one. */
  longestOkMs = 0;
  /** How long each had been under way, by worker. */
  readonly #tookMs = new Map<number, number[]>();

  answered(ms: number): void {
    if (ms > this.longestOkMs) this.longestOkMs = ms;
  }

  /** How many there are. */
  get count(): number {
    return [...this.#tookMs.values()].reduce((sum, { length }) => sum + length, 0);
  }

  add(worker: number, tookMs: Iterable<number>): void {
    const all = this.#tookMs.get(worker) ?? [];
    for (const ms of tookMs) all.push(ms);
    this.#tookMs.set(worker, all);
  }

  /**
   * How many of them may still have been answered as others of their name were. Of the rest the target is to be blamed,
   * and of all if the run has no good answer at all.
   *
   * @param longestOfRunMs of all names, which counts where this one has no good answer; 0 without any
   * @param worker only those of this one
   */
  interrupted(longestOfRunMs: number, worker?: number): number {
    const ofOthersMs = this.longestOkMs > 0 ? Math.min(longestOfRunMs, MOST_OF_OTHERS_MS) : longestOfRunMs;
    const lateMs = lateAfterMs(Math.max(this.longestOkMs, ofOthersMs));
    let count = 0;
    for (const [of, tookMs] of this.#tookMs)
      if (worker === undefined || of === worker) count += tookMs.filter((ms) => ms < lateMs).length;
    return count;
  }

  get portable(): PortableCutOff {
    const { longestOkMs } = this;
    return {
      longestOkMs,
      tookMs: new Map([...this.#tookMs].map(([worker, ms]) => [worker, Float64Array.from(ms)])),
    };
  }

  /** Adds those of other workers; `workers` has their indices here. */
  addPortable({ longestOkMs, tookMs }: PortableCutOff, workers: readonly number[]): void {
    this.answered(longestOkMs);
    for (const [at, ms] of tookMs) this.add(workers[at] ?? at, ms);
  }
}

export function lateAfterMs(longestOkMs: number): number {
  return LATE_AFTER_TIMES * longestOkMs;
}
