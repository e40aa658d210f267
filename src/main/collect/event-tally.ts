import { Histogram, type UsedCells } from '../../metrics/histogram.ts';
import { type Moments, NO_MOMENTS } from '../../metrics/moments.ts';
import type { TimesBlock } from '../../protocol/event-times.ts';
import type { MergedDistribution } from './merged-distribution.ts';
import { combineMoments } from './statistics.ts';

/** A tally of events in a form that can be sent. */
export interface PortableEvents extends UsedCells {
  readonly moments: Moments;
}

/** The times of one kind of event in one worker. No values are kept: percentiles come from the histogram. */
export class EventTally {
  moments: Moments = NO_MOMENTS;
  readonly observed = new Histogram();

  fold(times: TimesBlock<unknown> | PortableEvents): void {
    this.moments = combineMoments(this.moments, times.moments);
    this.observed.addUsed(times);
  }

  get portable(): PortableEvents {
    return { moments: this.moments, ...this.observed.used };
  }
}

/** Merges one kind of event over all workers. */
export function mergeEvents(tallies: readonly EventTally[]): MergedDistribution {
  const observed = new Histogram();
  let moments: Moments = NO_MOMENTS;
  for (const tally of tallies) {
    observed.addAll(tally.observed);
    moments = combineMoments(moments, tally.moments);
  }
  return { moments, observed, bounds: new Histogram(), observedValues: null, boundValues: null };
}
