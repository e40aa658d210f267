import { Histogram } from './histogram.ts';
import { RunningMoments } from './moments.ts';
import { ValueList } from './value-list.ts';

/**
 * One kind of latency of one worker: exact moments, a histogram, and the values themselves
 * for as long as the run is small enough to keep them.
 *
 * Lower bounds (timeouts, requests still without an answer) are kept apart, since a percentile is only
 * a lower bound itself where one of them could change it.
 */
export class Distribution {
  readonly moments = new RunningMoments();
  readonly observed = new Histogram();
  readonly bounds = new Histogram();
  #observedValues: ValueList | null = new ValueList();
  #boundValues: ValueList | null = new ValueList();

  add(valueMs: number, isLowerBound: boolean): void {
    this.moments.add(valueMs);
    if (isLowerBound) {
      this.bounds.add(valueMs);
      this.#boundValues?.push(valueMs);
    } else {
      this.observed.add(valueMs);
      this.#observedValues?.push(valueMs);
    }
  }

  /** The values, or null once they have been dropped. */
  get observedValues(): ValueList | null {
    return this.#observedValues;
  }

  get boundValues(): ValueList | null {
    return this.#boundValues;
  }

  /** Frees the values; from now on percentiles come from the histogram. */
  dropValues(): void {
    this.#observedValues = null;
    this.#boundValues = null;
  }
}
