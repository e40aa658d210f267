import { addErrors } from '../../metrics/error-counts.ts';
import { forEachLatency, type LatencyKind } from '../../protocol/latency.ts';
import { OUTCOMES, type TimedErrorTally } from '../../protocol/report.ts';
import { LastAnswer, type PortableLastAnswer } from './last-answer.ts';
import {
  distributionOf,
  emptyDistribution,
  type MergedDistribution,
  mergeDistributions,
} from './merged-distribution.ts';
import type { Tally } from './tally.ts';

/** What any number of workers recorded, as if one had recorded it all. */
export interface MergedTally {
  readonly outcomes: readonly number[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly errors: ReadonlyMap<string, TimedErrorTally>;
  readonly latencies: Readonly<Record<LatencyKind, MergedDistribution>>;
  readonly sentInWindow: number;
  readonly okInWindow: number;
  readonly warmupEndsMs: readonly number[];
  readonly lastEndMs: number;
  readonly failedMs: number;
  readonly lastAnswer: PortableLastAnswer;
}

/** The empty tally: merging it with another gives the other. */
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
    failedMs: 0,
    lastAnswer: new LastAnswer().portable,
  };
}

/** One worker's tally, in the form that can be merged. */
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
    failedMs: tally.failedMs,
    lastAnswer: tally.lastAnswer.portable,
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
    failedMs: a.failedMs + b.failedMs,
    lastAnswer: later(a.lastAnswer, b.lastAnswer),
  };
}

function later(a: PortableLastAnswer, b: PortableLastAnswer): PortableLastAnswer {
  const last = new LastAnswer();
  last.addPortable(a);
  last.addPortable(b);
  return last.portable;
}

function addCounts(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(a);
  for (const [key, count] of b) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
