import type { CellBytes } from '../../metrics/cell-bytes.ts';
import type { PortableDistribution } from '../../metrics/distribution.ts';
import { EVENT_TIME_KINDS, type EventTimeKind, forEachEventTime } from '../../protocol/event-times.ts';
import { forEachLatency, LATENCY_KINDS, type LatencyKind } from '../../protocol/latency.ts';
import type { TimedErrorTally } from '../../protocol/report.ts';
import type { StreamBlock } from '../../protocol/stream.ts';
import type { PortableEvents } from './event-tally.ts';
import type { PortableLastAnswer } from './last-answer.ts';
import type { PortableScenarios } from './scenario-tally.ts';
import type { PortableSeries } from './series.ts';
import type { StartRecord } from './start-record.ts';
import { StreamTally } from './stream-tally.ts';
import { type RunRecords, Tally } from './tally.ts';

interface PortableTally {
  readonly samples: number;
  readonly outcomes: Float64Array;
  readonly statuses: ReadonlyMap<number, number>;
  readonly errors: readonly TimedErrorTally[];
  readonly latencies: Readonly<Record<LatencyKind, PortableDistribution>>;
  readonly eventTimes: Readonly<Record<EventTimeKind, PortableEvents>>;
  readonly streams: StreamBlock | null;
  readonly sentInWindow: number;
  readonly okInWindow: number;
  readonly warmupEndsMs: Float64Array;
  readonly lastEndMs: number;
  readonly failedMs: number;
  readonly lastAnswer: PortableLastAnswer;
}

/** All that has been recorded so far, as plain data that can be sent and added to other records. */
export interface PortableRecords {
  readonly tally: PortableTally;
  readonly series: PortableSeries;
  readonly backlog: Float64Array | null;
  readonly start: PortableStart | null;
  readonly mix: readonly { readonly outcomes: Float64Array; readonly latency: PortableDistribution }[];
  readonly scenarios: PortableScenarios | null;
}

type PortableStart = Omit<StartRecord, 'latencies' | 'add' | 'addAll' | 'addGood'> & {
  readonly latencies: CellBytes;
};

/**
 * What several workers have recorded together. It may share memory with their tallies: send it at once.
 *
 * @param from intervals of the series before this one are left out
 */
export function portableRecords(tallies: readonly Tally[], records: RunRecords, from = 0): PortableRecords {
  const { series, backlog, start, mix, scenarios } = records;
  return {
    tally: portableSum(tallies),
    series: series.portableFrom(from),
    backlog: backlog?.portable ?? null,
    start: start === null ? null : { ...start, latencies: start.latencies.bytes },
    mix: mix.map(({ outcomes, latency }) => ({ outcomes, latency: latency.portable })),
    scenarios: scenarios?.portable ?? null,
  };
}

/** Adds other records of the same plan, by workers with these indices. */
export function addRecords(
  tally: Tally,
  records: RunRecords,
  other: PortableRecords,
  workers: readonly number[],
): void {
  addTally(tally, other.tally);
  records.series.addPortable(other.series);
  if (other.backlog !== null) records.backlog?.addPortable(other.backlog);
  if (other.start !== null) {
    const { latencies, count, waitMs, serviceMs, responseMs } = other.start;
    records.start?.latencies.addBytes(latencies);
    records.start?.addAll(count, waitMs, serviceMs, responseMs);
  }
  for (const [index, { outcomes, latency }] of other.mix.entries()) {
    records.mix[index]?.addOutcomes(outcomes);
    records.mix[index]?.latency.addPortable(latency);
  }
  if (other.scenarios !== null) records.scenarios?.addPortable(other.scenarios, workers);
}

function portableSum(tallies: readonly Tally[]): PortableTally {
  const [only] = tallies;
  if (only !== undefined && tallies.length === 1) return portableTally(only);
  const sum = new Tally();
  for (const tally of tallies) addTally(sum, portableTally(tally));
  return portableTally(sum);
}

function portableTally(tally: Tally): PortableTally {
  return {
    samples: tally.samples,
    outcomes: tally.outcomes,
    statuses: tally.statuses,
    errors: [...tally.errors.values()],
    latencies: forEachLatency((kind) => tally.latencies[kind].portable),
    eventTimes: forEachEventTime((kind) => tally.eventTimes[kind].portable),
    streams: tally.streams?.portable ?? null,
    sentInWindow: tally.sentInWindow,
    okInWindow: tally.okInWindow,
    warmupEndsMs: Float64Array.from(tally.warmupEndsMs),
    lastEndMs: tally.lastEndMs,
    failedMs: tally.failedMs,
    lastAnswer: tally.lastAnswer.portable,
  };
}

function addTally(tally: Tally, other: PortableTally): void {
  tally.samples += other.samples;
  tally.addOutcomes(other.outcomes);
  for (const [status, count] of other.statuses)
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + count);
  tally.foldErrors(other.errors);
  for (const kind of LATENCY_KINDS) tally.latencies[kind].addPortable(other.latencies[kind]);
  for (const kind of EVENT_TIME_KINDS) tally.eventTimes[kind].fold(other.eventTimes[kind]);
  if (other.streams !== null) {
    tally.streams ??= new StreamTally();
    tally.streams.fold(other.streams);
  }
  tally.sentInWindow += other.sentInWindow;
  tally.okInWindow += other.okInWindow;
  for (const endMs of other.warmupEndsMs) tally.warmupEndsMs.push(endMs);
  tally.lastEndMs = Math.max(tally.lastEndMs, other.lastEndMs);
  tally.failedMs += other.failedMs;
  tally.lastAnswer.addPortable(other.lastAnswer);
}
