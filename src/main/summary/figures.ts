import { type EventTimeKind, forEachEventTime } from '../../protocol/event-times.ts';
import type { Finding } from '../../protocol/finding.ts';
import { forEachLatency, type LatencyKind } from '../../protocol/latency.ts';
import type {
  ConnectionsSummary,
  ErrorSummary,
  LatencySummary,
  StreamSummary,
  Summary,
} from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Collected } from '../collect/collected.ts';
import { mergeEvents } from '../collect/event-tally.ts';
import { emptyTally, type MergedTally, mergeTallies, tallyOf } from '../collect/merge.ts';
import { mergeStreams } from '../collect/stream-tally.ts';
import { windowEndMs } from '../plan/split.ts';
import { findColdStart } from './cold-start.ts';
import { percentileIntervals } from './intervals.ts';
import { summarizeLatency } from './latency-summary.ts';
import { targetPerSecond } from './load-notes.ts';
import { summarizeMix, summarizeNamed } from './mix-summary.ts';
import { summarizeStreams } from './stream-summary.ts';
import { usedUpIn } from './used-up.ts';
import { summarizeWorker, sumOfReports, sumOfRequests } from './worker-summary.ts';

/** What all workers recorded, merged, and the figures derived from it. */
export interface Figures
  extends Pick<
    Summary,
    'windowMs' | 'requests' | 'rate' | 'latencyMs' | 'mix' | 'connections' | 'errors' | 'workers'
  > {
  readonly merged: MergedTally;
  readonly latencies: Readonly<Record<LatencyKind, LatencySummary>>;
  readonly eventTimesMs: Readonly<Record<EventTimeKind, LatencySummary>>;
  readonly streams: StreamSummary | null;
  readonly coldStart: Finding<'cold-start'> | null;
}

/** Merges what every worker recorded, and computes each percentile once. */
export function figuresOf(collected: Collected): Figures {
  const { plan, workers, tallies, records } = collected;
  const { headline } = records;
  const merged = tallies.map(tallyOf).reduce(mergeTallies, emptyTally());
  const latencies = forEachLatency((kind) => summarizeLatency(merged.latencies[kind], plan.percentiles));
  const ofHeadline = merged.latencies[headline];
  const intervals = percentileIntervals(
    ofHeadline,
    latencies[headline],
    records.series.buckets(MS_PER_SECOND),
    headline,
  );
  const workerSummaries = workers.map((worker) =>
    summarizeWorker(worker, collected.kind, records.scenarios?.interrupted(worker.shard.index) ?? null),
  );
  const windowMs = windowOf(collected, merged);
  const sentPerSecond = perSecond(merged.sentInWindow, windowMs);
  const throughputPerSecond = perSecond(okWithin(merged, windowMs), windowMs);
  const requests = sumOfRequests(workerSummaries);
  return {
    merged,
    latencies,
    windowMs,
    requests,
    rate: {
      targetPerSecond: targetPerSecond(collected, windowMs),
      sentPerSecond,
      throughputPerSecond,
      ...bytesPerSecond(collected, {
        sentPerSecond,
        // Answers that arrived within the window, as a share of the successful requests of the window.
        answeredShare: requests.ok === 0 ? 1 : okWithin(merged, windowMs) / requests.ok,
      }),
    },
    latencyMs: { headline, intervals, ...latencies },
    eventTimesMs: forEachEventTime((kind) =>
      summarizeLatency(mergeEvents(tallies.map(({ eventTimes }) => eventTimes[kind])), plan.percentiles),
    ),
    streams: summarizeStreams(
      plan,
      mergeStreams(tallies.map(({ streams }) => streams)),
      requests.sent,
      windowMs,
    ),
    mix:
      records.scenarios === null ? summarizeMix(plan, records.mix) : summarizeNamed(plan, records.scenarios),
    connections: connectionsOf(workers),
    errors: rankedErrors(merged),
    workers: workerSummaries,
    coldStart: findColdStart(records.start, ofHeadline),
  };
}

/** The measured window: until its planned end, the stop, or the last end of a closed budget, whichever came first. */
function windowOf({ plan, workers, stoppedAtMs }: Collected, merged: MergedTally): number {
  const { requests, durationMs } = plan.stop;
  const isOfIterations = plan.scenarios !== undefined && durationMs === null && stoppedAtMs === null;
  const isUsedUp =
    plan.scenarios !== undefined && usedUpIn(plan, workers).length === plan.scenarios.scenarios.length;
  const released = merged.outcomes.reduce((sum, count) => sum + count, 0);
  const isBudgetUsed =
    isOfIterations ||
    isUsedUp ||
    (requests !== null && (released === requests || (durationMs === null && stoppedAtMs === null)));
  const lastEndMs = plan.load.model === 'closed' && isBudgetUsed ? merged.lastEndMs : null;
  const ends = [windowEndMs(plan), stoppedAtMs, lastEndMs].filter((end) => end !== null);
  return workers.length === 0 ? 0 : Math.max(0, Math.min(...ends));
}

function connectionsOf(workers: Collected['workers']): ConnectionsSummary {
  const unrequested = sumOfReports(workers, 'connectionsUnrequested');
  return {
    opened: sumOfReports(workers, 'connectionsOpened'),
    closedByTarget: sumOfReports(workers, 'connectionsClosedByTarget'),
    ...(unrequested === 0 ? {} : { unrequested, doubtfulAnswers: sumOfReports(workers, 'answersDoubtful') }),
  };
}

/** Most frequent first. */
function rankedErrors(merged: MergedTally): ErrorSummary[] {
  return [...merged.errors.values()]
    .map((error) => ({
      ...error,
      firstAtMs: Math.round(error.firstAtMs),
      lastAtMs: Math.round(error.lastAtMs),
    }))
    .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

/** Successful responses that ended within the window, whenever they began. */
function okWithin({ okInWindow, warmupEndsMs }: MergedTally, windowMs: number): number {
  return okInWindow + warmupEndsMs.filter((endMs) => endMs <= windowMs).length;
}

/**
 * Connections count bytes over the whole run: the rate per second is the share of its requests. Unknown if a worker was
 * lost, which tells its bytes only at its end.
 */
function bytesPerSecond(
  { workers }: Collected,
  { sentPerSecond, answeredShare }: { readonly sentPerSecond: number; readonly answeredShare: number },
): { readonly sentBytesPerSecond?: number; readonly receivedBytesPerSecond?: number } {
  if (workers.some(({ report }) => report === null)) return {};
  const samples = workers.reduce((sum, { counts }) => sum + counts.samples, 0);
  const runsPerSecond = samples === 0 ? 0 : sentPerSecond / samples;
  return {
    sentBytesPerSecond: sumOfReports(workers, 'bytesSent') * runsPerSecond,
    receivedBytesPerSecond: sumOfReports(workers, 'bytesReceived') * runsPerSecond * answeredShare,
  };
}

function perSecond(count: number, windowMs: number): number {
  return windowMs === 0 ? 0 : (count * MS_PER_SECOND) / windowMs;
}
