import type { Distribution } from '../../metrics/distribution.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { type Moments, NO_MOMENTS } from '../../metrics/moments.ts';
import type { ValueList } from '../../metrics/value-list.ts';
import { combineMoments } from './statistics.ts';

/** One kind of time over any number of workers. */
export interface MergedDistribution {
  readonly moments: Moments;
  readonly observed: Histogram;
  readonly bounds: Histogram;
  /** Every value, unordered; null if a worker no longer kept its values. */
  readonly observedValues: readonly ValueList[] | null;
  readonly boundValues: readonly ValueList[] | null;
}

/** Without any value. */
export function emptyDistribution(): MergedDistribution {
  return {
    moments: NO_MOMENTS,
    observed: new Histogram(),
    bounds: new Histogram(),
    observedValues: [],
    boundValues: [],
  };
}

/** One distribution in the merged form. */
export function distributionOf({
  moments,
  observed,
  bounds,
  observedValues,
  boundValues,
}: Distribution): MergedDistribution {
  return {
    moments,
    observed,
    bounds,
    observedValues: observedValues === null ? null : [observedValues],
    boundValues: boundValues === null ? null : [boundValues],
  };
}

/** The same during a run: percentiles come from the histograms, since single values would have to be sorted. */
export function coarsely({ moments, observed, bounds }: Distribution): MergedDistribution {
  return { moments, observed, bounds, observedValues: null, boundValues: null };
}

/** Merges two; percentiles are computed afterwards. */
export function mergeDistributions(a: MergedDistribution, b: MergedDistribution): MergedDistribution {
  return {
    moments: combineMoments(a.moments, b.moments),
    observed: sumOf(a.observed, b.observed),
    bounds: sumOf(a.bounds, b.bounds),
    observedValues: joined(a.observedValues, b.observedValues),
    boundValues: joined(a.boundValues, b.boundValues),
  };
}

function sumOf(a: Histogram, b: Histogram): Histogram {
  const sum = new Histogram();
  sum.addAll(a);
  sum.addAll(b);
  return sum;
}

function joined(a: readonly ValueList[] | null, b: readonly ValueList[] | null): readonly ValueList[] | null {
  return a === null || b === null ? null : [...a, ...b];
}
