import { type CoarseCells, countOf, valueAtRankMs } from '../../metrics/coarse-cells.ts';
import { cellsPerOctaveOf, packCells } from '../../metrics/packed-cells.ts';
import { parsePercentile, rankOf } from '../../metrics/percentile-rank.ts';
import type { Finding } from '../../protocol/finding.ts';
import { LATENCY_KINDS, type LatencyKind } from '../../protocol/latency.ts';
import type { OwnedPart } from '../../protocol/report.ts';
import {
  type ErrorSummary,
  type LatencySummary,
  type RequestCounts,
  SCHEMA_VERSION,
  type SeriesBucket,
  type Summary,
  type WorkerSummary,
} from '../../protocol/summary.ts';
import { MICROS_PER_MS, MS_PER_SECOND } from '../../protocol/units.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import type { Clock } from '../../time/clock.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import { emptyTally, type MergedTally, mergeTallies, tallyOf } from '../collect/merge.ts';
import { windowEndMs } from '../plan/split.ts';
import { sentenceOf } from '../text/findings.ts';
import { summarizeAddresses } from './addresses.ts';
import { findColdStart, withoutStart } from './cold-start.ts';
import { exhaustionOf, lossesOf, shortfallOf, standstillOf, stoodStillMs } from './degradations.ts';
import { whenFailed } from './episode.ts';
import { hiddenFinding } from './hidden-findings.ts';
import { histogramRows } from './histogram-rows.ts';
import { findViolations } from './identities.ts';
import { percentileIntervals } from './intervals.ts';
import { judgeThresholds } from './judged-rules.ts';
import { summarizeLatency } from './latency-summary.ts';
import { notesOn, plannedFor, targetPerSecond } from './load-notes.ts';
import { summarizeMix } from './mix-summary.ts';
import { summarizePlan } from './plan-summary.ts';
import { toolFacts } from './tool.ts';
import { judge } from './verdict.ts';
import type { Judgement } from './verdict-facts.ts';

/** Merges what every worker recorded, computes each percentile once, and checks every identity. */
export function summarize(collected: Collected, clock: Clock): Summary {
  const { plan, workers } = collected;
  const mergeStartedAtMs = clock.nowMs();
  const merged = workers.map(({ tally }) => tallyOf(tally)).reduce(mergeTallies, emptyTally());
  const latencies = Object.fromEntries(
    LATENCY_KINDS.map((kind) => [kind, summarizeLatency(merged.latencies[kind], plan.percentiles)]),
  ) as Record<LatencyKind, LatencySummary>;
  const { headline } = collected.records;
  const windows = collected.records.series.buckets();
  const cellsPerOctave = cellsPerOctaveOf(windows.length);
  const workerSummaries = workers.map((worker) => summarizeWorker(worker, collected.kind));
  const windowMs = windowOf(collected, merged);
  const hide = hiding(plan.secrets);
  const errors = rankedErrors(merged, hide);
  const requests = sumOfRequests(workerSummaries);
  const rate = {
    targetPerSecond: targetPerSecond(collected, windowMs),
    sentPerSecond: perSecond(merged.sentInWindow, windowMs),
    throughputPerSecond: perSecond(okWithin(merged, windowMs), windowMs),
  };
  const latencyMs = {
    headline,
    intervals: percentileIntervals(merged.latencies[headline], latencies[headline], windows),
    ...latencies,
  };
  const mix = summarizeMix(plan, collected.records.mix);
  const connections = {
    opened: sumOfReports(workers, 'connectionsOpened'),
    closedByTarget: sumOfReports(workers, 'connectionsClosedByTarget'),
  };
  const { start } = collected.records;
  const coldStart = findColdStart(start, merged.latencies[headline]);
  const notes: readonly Finding[] = [
    ...plan.notes.map((text): Finding => ({ code: 'option-note', figures: { text } })),
    ...notesOn(plan.load, latencies),
    ...(plan.batch === undefined ? [] : standstillOf(workers)),
    ...(coldStart === null ? [] : [coldStart]),
  ];
  const mergeMs = clock.nowMs() - mergeStartedAtMs;

  const summary: Summary = {
    schemaVersion: SCHEMA_VERSION,
    tool: toolFacts(),
    startedAt: collected.startedAt.toISOString(),
    plan: summarizePlan(plan, hide),
    interrupted: collected.interrupted,
    stoppedBy: collected.stoppedBy,
    degraded: false,
    degradedReasons: [],
    notes: notes.map((note) => hide(sentenceOf(note))),
    windowMs,
    requests,
    rate,
    latencyMs,
    mix: mix.map((row) => ({ ...row, url: hide(row.url) })),
    histogram: histogramRows(merged.latencies[headline]),
    connections,
    addresses: summarizeAddresses(collected),
    bytes: { sent: sumOfReports(workers, 'bytesSent'), received: sumOfReports(workers, 'bytesReceived') },
    statuses: Object.fromEntries([...merged.statuses].sort(([a], [b]) => a - b)),
    errors,
    workers: workerSummaries,
    generator: {
      ...summarizeGenerator(collected, mergeMs),
      ...verdictOn(
        collected,
        {
          requests,
          errors,
          mix,
          connections,
          latencies: coldStart === null || start === null ? latencies : withoutStart(latencies, start),
          workers: workerSummaries,
          windowMs,
        },
        hide,
      ),
    },
    thresholds: [],
    series: {
      intervalMs: collected.records.series.intervalMs,
      cellsPerOctave,
      buckets: windows.map(
        ({ atMs, sent, ok, failed, latencies }): SeriesBucket => ({
          atMs,
          sent,
          ok,
          failed,
          p50: percentileIn(latencies, '50'),
          p99: percentileIn(latencies, '99'),
          cells: packCells(latencies, cellsPerOctave),
        }),
      ),
    },
  };
  const degradations = [
    ...lossesOf(workers, plan.batch !== undefined),
    ...(plan.batch === undefined ? standstillOf(workers) : []),
    ...exhaustionOf(summary),
    ...shortfallOf(summary),
    ...findViolations(summary, merged, workers),
  ];
  return {
    ...summary,
    thresholds: judgeThresholds(plan.thresholds, summary),
    degraded: degradations.length > 0,
    degradedReasons: degradations.map((finding) => hide(sentenceOf(finding))),
    findings: {
      degraded: degradations.map((finding) => hiddenFinding(finding, hide)),
      notes: notes.map((note) => hiddenFinding(note, hide)),
    },
  };
}

/** The measured window: until its planned end, the stop, or the last end of a closed budget, whichever was first. */
function windowOf({ plan, workers, stoppedAtMs }: Collected, merged: MergedTally): number {
  const { requests, durationMs } = plan.stop;
  const released = merged.outcomes.reduce((sum, count) => sum + count, 0);
  const isBudgetUsed =
    requests !== null && (released === requests || (durationMs === null && stoppedAtMs === null));
  const lastEndMs = plan.load.model === 'closed' && isBudgetUsed ? merged.lastEndMs : null;
  const ends = [windowEndMs(plan), stoppedAtMs, lastEndMs].filter((end) => end !== null);
  return workers.length === 0 ? 0 : Math.max(0, Math.min(...ends));
}

/** What the verdict goes by, beside what the coordinator has collected. */
type Judged = Pick<Summary, 'requests' | 'errors' | 'mix' | 'connections' | 'workers' | 'windowMs'> & {
  readonly latencies: Readonly<Record<LatencyKind, LatencySummary>>;
};

function verdictOn(
  { plan, records, interrupted, stoppedBy, workers: collectedWorkers }: Collected,
  { workers, windowMs, ...judged }: Judged,
  hide: Hide,
): Judgement {
  const waits = workers.flatMap(({ processorWait }) => processorWait ?? []);
  const { verdict, reasons } = judge({
    ...judged,
    windowMs,
    isStopped: interrupted || stoppedBy !== null,
    when: whenFailed(records.series, windowMs),
    load: plan.load,
    concurrency: plan.concurrency * plan.streams,
    streams: plan.streams,
    keepsAlive: plan.mix.every(({ message }) => !message.asksToClose),
    loopBusy: Math.max(0, ...workers.map(({ eventLoopUtilization }) => eventLoopUtilization)),
    processorWait: waits.length === 0 ? null : Math.max(...waits),
    stoodStillMs: stoodStillMs(collectedWorkers),
    outstanding: records.backlog?.quarters(windowMs) ?? [],
    isTargetLocal: plan.isTargetLocal,
  });
  return { verdict, reasons: reasons.map(hide) };
}

function summarizeWorker(worker: CollectedWorker, kind: WorkerSummary['kind']): WorkerSummary {
  const { shard, tally, report } = worker;
  const released = tally.released;
  // What a lost worker left undone was never released, as far as anyone knows.
  const notStarted = report?.notStarted ?? Math.max(0, plannedFor(shard, released) - released);
  return {
    index: shard.index,
    kind,
    pid: worker.pid,
    threadId: worker.threadId,
    connections: shard.connections,
    scheduled: released + notStarted,
    sent: tally.sent,
    ok: tally.ok,
    failed: tally.failed,
    unfinished: tally.unfinished,
    dropped: tally.dropped,
    notStarted,
    retried: report?.retried ?? 0,
    cpuMs: report?.cpuMs ?? 0,
    eventLoopUtilization: report?.eventLoopUtilization ?? 0,
    processorWait: report?.processorWait ?? null,
    loopDelayP99Ms: report?.loopDelayP99Ms ?? 0,
    gcMs: report?.gcMs ?? 0,
    startupMs: worker.startupMs,
    workRounds: report?.workRounds ?? 0,
    lost: worker.lostBecause !== null,
  };
}

function summarizeGenerator(
  collected: Collected,
  mergeMs: number,
): Omit<Summary['generator'], 'verdict' | 'reasons'> {
  const { plan, workers } = collected;
  const whoOwn = (part: OwnedPart): CollectedWorker[] =>
    workers.filter(({ report }) => report?.owns === part);
  const children = whoOwn('process');
  const inOwnLoop = whoOwn('nothing');
  const cpuMs = collected.ownCpuMs + sumOfReports(children, 'processCpuMs');
  const workersCpuMs = sumOfReports(workers, 'cpuMs');
  const coordinatorCpuMs = Math.max(0, collected.ownLoopCpuMs - sumOfReports(inOwnLoop, 'cpuMs'));
  const requests = workers.reduce((sum, { tally }) => sum + tally.samples, 0);
  const starts = workers.map(({ report }) => report?.startedAtMs ?? null).filter((start) => start !== null);
  return {
    pacing: plan.load.model === 'open' ? plan.load.pacing : null,
    cpuMs,
    cpuMicrosPerRequest: requests === 0 ? null : (cpuMs * MICROS_PER_MS) / requests,
    workersCpuMs,
    coordinatorCpuMs,
    runtimeCpuMs: Math.max(0, cpuMs - workersCpuMs - coordinatorCpuMs),
    peakRssBytes: collected.ownPeakRssBytes + sumOfReports(children, 'peakRssBytes'),
    startupMs: collected.startupMs,
    mergeMs,
    // Within one event loop nothing travels.
    batchBytes: inOwnLoop.length > 0 ? 0 : collected.batchBytes,
    startSkewMs: starts.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts),
  };
}

function sumOfRequests(workers: readonly WorkerSummary[]): RequestCounts {
  const sum = (field: keyof RequestCounts): number =>
    workers.reduce((total, worker) => total + worker[field], 0);
  return {
    scheduled: sum('scheduled'),
    sent: sum('sent'),
    ok: sum('ok'),
    failed: sum('failed'),
    unfinished: sum('unfinished'),
    dropped: sum('dropped'),
    notStarted: sum('notStarted'),
    retried: sum('retried'),
  };
}

type SummedField =
  | 'connectionsOpened'
  | 'connectionsClosedByTarget'
  | 'bytesSent'
  | 'bytesReceived'
  | 'processCpuMs'
  | 'peakRssBytes'
  | 'cpuMs';

function sumOfReports(workers: readonly CollectedWorker[], field: SummedField): number {
  return workers.reduce((sum, { report }) => sum + (report?.[field] ?? 0), 0);
}

/** Most frequent first. */
function rankedErrors(merged: MergedTally, hide: Hide): ErrorSummary[] {
  return [...merged.errors.values()]
    .map((error) => ({ ...error, example: hide(error.example) }))
    .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
}

/** Successful responses that ended within the window, whenever they began. */
function okWithin({ okInWindow, warmupEndsMs }: MergedTally, windowMs: number): number {
  return okInWindow + warmupEndsMs.filter((endMs) => endMs <= windowMs).length;
}

function perSecond(count: number, windowMs: number): number {
  return windowMs === 0 ? 0 : (count * MS_PER_SECOND) / windowMs;
}

/** A percentile of one interval, by nearest rank; null where it has too few values. */
function percentileIn(latencies: CoarseCells, label: string): number | null {
  const percentile = parsePercentile(label);
  const rank = percentile === null ? null : rankOf(percentile, countOf(latencies));
  return rank === null ? null : valueAtRankMs(latencies, rank);
}
