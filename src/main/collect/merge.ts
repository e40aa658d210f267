import type { Distribution } from '../../metrics/distribution.ts';
import { addErrors } from '../../metrics/error-counts.ts';
import { Histogram } from '../../metrics/histogram.ts';
import { type Moments, NO_MOMENTS } from '../../metrics/moments.ts';
import type { ValueList } from '../../metrics/value-list.ts';
import { forEachLatency, type LatencyKind } from '../../protocol/latency.ts';
import { OUTCOMES, type TimedErrorTally } from '../../protocol/report.ts';
import { combineMoments } from './statistics.ts';
import type { Tally } from './tally.ts';

/** One kind of latency over any number of workers. */
export interface MergedDistribution {
  readonly moments: Moments;
  readonly observed: Histogram;
  readonly bounds: Histogram;
  /** Every value, in no order; null where a worker's were no longer kept. */
  readonly observedValues: readonly ValueList[] | null;
  readonly boundValues: readonly ValueList[] | null;
}

/** What any number of workers have recorded, as if one had recorded it all. */
export interface MergedTally {
  readonly outcomes: readonly number[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly errors: ReadonlyMap<string, TimedErrorTally>;
  readonly latencies: Readonly<Record<LatencyKind, MergedDistribution>>;
  readonly sentInWindow: number;
  readonly okInWindow: number;
  readonly warmupEndsMs: readonly number[];
  readonly lastEndMs: number;
}

/** Nothing recorded: merging it with anything gives that thing. */
export function emptyTally(): MergedTally {
  return {
    outcomes: OUTCOMES.map(() => 0),
    statuses: new Map(),
    errors: new Map(),
    latencies: forEachLatency(emptyDistribution),
    sentInWindow: 0,
    okInWindow: 0,
    warmupEndsMs: [],
    lastEndMs: 0,
  };
}

/** No latency at all. */
export function emptyDistribution(): MergedDistribution {
  return {
    moments: NO_MOMENTS,
    observed: new Histogram(),
    bounds: new Histogram(),
    observedValues: [],
    boundValues: [],
  };
}

/** One worker's tally, in the form in which tallies are merged. */
export function tallyOf(tally: Tally): MergedTally {
  return {
    outcomes: [...tally.outcomes],
    statuses: tally.statuses,
    errors: tally.errors,
    latencies: forEachLatency((kind) => distributionOf(tally.latencies[kind])),
    sentInWindow: tally.sentInWindow,
    okInWindow: tally.okInWindow,
    warmupEndsMs: tally.warmupEndsMs,
    lastEndMs: tally.lastEndMs,
  };
}

/**
 * Merges two tallies into a third, leaving both as they were. Associative and commutative (means and
 * deviations up to rounding); percentiles are computed afterwards, from the merged values.
 */
export function mergeTallies(a: MergedTally, b: MergedTally): MergedTally {
  const errors = new Map(a.errors);
  addErrors(errors, b.errors.values());
  return {
    outcomes: a.outcomes.map((count, outcome) => count + (b.outcomes[outcome] ?? 0)),
    statuses: addCounts(a.statuses, b.statuses),
    errors,
    latencies: forEachLatency((kind) => mergeDistributions(a.latencies[kind], b.latencies[kind])),
    sentInWindow: a.sentInWindow + b.sentInWindow,
    okInWindow: a.okInWindow + b.okInWindow,
    warmupEndsMs: [...a.warmupEndsMs, ...b.warmupEndsMs],
    lastEndMs: Math.max(a.lastEndMs, b.lastEndMs),
  };
}

function mergeDistributions(a: MergedDistribution, b: MergedDistribution): MergedDistribution {
  return {
    moments: combineMoments(a.moments, b.moments),
    observed: sumOf(a.observed, b.observed),
    bounds: sumOf(a.bounds, b.bounds),
    observedValues: joined(a.observedValues, b.observedValues),
    boundValues: joined(a.boundValues, b.boundValues),
  };
}

/** One distribution, as if it had been merged. */
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

function sumOf(a: Histogram, b: Histogram): Histogram {
  const sum = new Histogram();
  sum.addAll(a);
  sum.addAll(b);
  return sum;
}

function joined(a: readonly ValueList[] | null, b: readonly ValueList[] | null): readonly ValueList[] | null {
  return a === null || b === null ? null : [...a, ...b];
}

function addCounts(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(a);
  for (const [key, count] of b) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
