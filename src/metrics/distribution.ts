import type { CellBytes } from './cell-bytes.ts';
import { Histogram } from './histogram.ts';
import { type Moments, RunningMoments } from './moments.ts';
import { type CelledValues, PendingValues } from './pending-values.ts';
import { ValueList } from './value-list.ts';

/** A distribution without its values, as it can be sent. */
export interface PortableDistribution {
  readonly moments: Moments;
  readonly observed: CellBytes;
  readonly bounds: CellBytes;
}

/**
 * One kind of latency of one worker: exact moments, a histogram, and the values themselves
 * for as long as the run is small enough to keep them.
 *
 * Lower bounds (timeouts, requests still without an answer) are kept apart, since a percentile is only
 * a lower bound itself where one of them could change it.
 */
export class Distribution {
  readonly #moments = new RunningMoments();
  readonly #observed = new Histogram();
  readonly #bounds = new Histogram();
  #observedValues: ValueList | null = new ValueList();
  #boundValues: ValueList | null = new ValueList();
  /** Observed, and in none of the others yet. */
  readonly #pending = new PendingValues();

  add(valueMs: number, isLowerBound: boolean): void {
    if (isLowerBound) {
      this.#moments.add(valueMs);
      this.#bounds.add(valueMs);
      this.#boundValues?.push(valueMs);
    } else if (this.#pending.add(valueMs)) {
      this.#settle();
    }
  }

  /** Adds values that were observed, all of them at once. */
  addObserved(observed: CelledValues): void {
    this.#settle();
    this.#addObserved(observed);
  }

  get moments(): RunningMoments {
    this.#settle();
    return this.#moments;
  }

  get observed(): Histogram {
    this.#settle();
    return this.#observed;
  }

  get bounds(): Histogram {
    return this.#bounds;
  }

  /** The values, or null once they have been dropped. */
  get observedValues(): ValueList | null {
    this.#settle();
    return this.#observedValues;
  }

  get boundValues(): ValueList | null {
    return this.#boundValues;
  }

  get portable(): PortableDistribution {
    return { moments: this.moments.plain, observed: this.#observed.bytes, bounds: this.#bounds.bytes };
  }

  /** Adds what has no single values any more; from then on this one has none either. */
  addPortable({ moments, observed, bounds }: PortableDistribution): void {
    this.dropValues();
    this.#moments.addGroup(moments);
    this.#observed.addBytes(observed);
    this.#bounds.addBytes(bounds);
  }

  /** Frees the values; from now on percentiles come from the histogram. */
  dropValues(): void {
    this.#settle();
    this.#observedValues = null;
    this.#boundValues = null;
  }

  #settle(): void {
    const pending = this.#pending.take();
    if (pending.values.length > 0) this.#addObserved(pending);
  }

  #addObserved({ values, cells }: CelledValues): void {
    this.#moments.addAll(values);
    this.#observed.addCells(cells);
    this.#observedValues?.pushAll(values);
  }
}
