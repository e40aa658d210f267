import type { Series } from '../collect/series.ts';
import type { BaseId, StateBase } from './messages.ts';

/** What an agent puts on the broker, to be read by the submitter at any time. */
interface StatePlace {
  putBase(place: BaseId['place'], base: StateBase, signal: AbortSignal): Promise<void>;
  /** @param from intervals of the series before this one are those of the base */
  putState(base: BaseId | null, from: number, signal: AbortSignal): Promise<void>;
}

/**
 * Keeps an agent's states small: intervals of its series that no longer change are put on the broker once in a while,
 * as a base, and states have only those after them. A state can be read with its base alone, whichever others were
 * lost: a base that the broker may still need is not overwritten.
 */
export class SmallStates {
  readonly #place: StatePlace;
  /** The one that states refer to; null before the first, and where one has failed. */
  #current: BaseId | null = null;
  /** That of the last state which the broker is known to have. */
  #inUse: BaseId | null = null;
  /** Whether the broker has the last state: else it may have that one or the one before. */
  #isKnown = true;
  #made = 0;
  /** Intervals in states since the last base. */
  #told = 0;

  constructor(place: StatePlace) {
    this.#place = place;
  }

  /** @throws what putting has thrown: the next state makes up for it */
  async tell(series: Series, signal: AbortSignal): Promise<void> {
    // A base is due once states have had as much to say as it has.
    const isDue = this.#current === null || series.firstChanged === 0 || this.#told >= series.used;
    if (isDue && this.#isKnown) await this.#makeBase(series, signal);
    if (signal.aborted) return;
    const first = this.#current === null ? 0 : series.firstChanged;
    const base = first === 0 ? null : this.#current;
    this.#told += Math.max(0, series.used - first);
    this.#isKnown = false;
    await this.#place.putState(base, first, signal);
    this.#isKnown = true;
    this.#inUse = base;
  }

  async #makeBase(series: Series, signal: AbortSignal): Promise<void> {
    const place = this.#inUse?.place === 0 ? 1 : 0;
    const base = { number: ++this.#made, series: series.portable };
    this.#current = null;
    series.markSent();
    await this.#place.putBase(place, base, signal);
    this.#current = { place, number: base.number };
    this.#told = 0;
  }
}
