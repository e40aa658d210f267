import { ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  type Histogram as OtlpHistogram,
} from '@opentelemetry/sdk-metrics';
import { CELLS, CELLS_PER_OCTAVE, cellOf, lowerBoundMs } from '../../metrics/histogram.ts';
import { msToSeconds } from '../../protocol/units.ts';
import type { MergedDistribution } from '../collect/merged-distribution.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import type { Labels } from '../reporters/prometheus.ts';
import type { Period } from './otlp-metrics.ts';

const LATENCIES = ['response', 'service', 'wait'] as const;
/** Buckets per power of two: each is at most an eighth wider than its lower end. */
const BUCKETS_PER_OCTAVE = 8;
const CELLS_IN_BUCKET = CELLS_PER_OCTAVE / BUCKETS_PER_OCTAVE;
// Buckets begin where cells of the histogram begin, so that no value has to be guessed into a bucket.
const FIRST_BUCKET = cellOf(2 ** -7) / CELLS_IN_BUCKET;
const LAST_BUCKET = cellOf(2 ** 17) / CELLS_IN_BUCKET;

/** Upper ends of the buckets, in seconds: from 8 µs to 131 s, always the same. */
export const BOUNDARIES_SECONDS: readonly number[] = Array.from(
  { length: LAST_BUCKET - FIRST_BUCKET + 1 },
  (_, index) => msToSeconds(lowerBoundMs((FIRST_BUCKET + index) * CELLS_IN_BUCKET)),
);

/** The latencies so far, in a form that can be added up over runs and generators without averaging percentiles. */
export function otlpHistograms(snapshot: Snapshot, common: Labels, period: Period): HistogramMetricData {
  return {
    descriptor: {
      name: 'volley.latency.histogram',
      description: 'Latencies of the window; of requests without an answer, how long they were waited for.',
      unit: 's',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: LATENCIES.map((latency) => ({
      ...period,
      attributes: { ...common, latency },
      value: otlpHistogramOf(snapshot.latency(latency)),
    })),
  };
}

/** Values and lower bounds together. A value that equals the end of a bucket is counted in the next one. */
export function otlpHistogramOf({
  moments,
  observed,
  bounds,
}: Pick<MergedDistribution, 'moments' | 'observed' | 'bounds'>): OtlpHistogram {
  const fine = new Float64Array(CELLS / CELLS_IN_BUCKET);
  observed.addCoarselyTo(fine, CELLS_IN_BUCKET);
  bounds.addCoarselyTo(fine, CELLS_IN_BUCKET);
  const sum = (from: number, to: number): number => fine.subarray(from, to).reduce((a, b) => a + b, 0);
  const { count, min, max, mean } = moments;
  return {
    buckets: {
      boundaries: [...BOUNDARIES_SECONDS],
      counts: [
        sum(0, FIRST_BUCKET),
        ...fine.subarray(FIRST_BUCKET, LAST_BUCKET),
        sum(LAST_BUCKET, fine.length),
      ],
    },
    count,
    sum: msToSeconds(mean * count),
    ...(count === 0 ? {} : { min: msToSeconds(min), max: msToSeconds(max) }),
  };
}
