import type { RequestCounts, WorkerSummary } from '../../protocol/summary.ts';
import type { CollectedWorker } from '../collect/collected.ts';
import { plannedFor } from './load-notes.ts';

/**
 * What one worker did, and what it cost.
 *
 * @param interrupted how many of its requests ended with their iterations and are no failures; null without users
 */
export function summarizeWorker(
  worker: CollectedWorker,
  kind: WorkerSummary['kind'],
  interrupted: number | null,
): WorkerSummary {
  const { shard, counts, report } = worker;
  const { released } = counts;
  const cancels = shard.stream?.cancel != null;
  // What a lost worker left undone counts as never released, as far as is known.
  const notStarted = report?.notStarted ?? Math.max(0, plannedFor(shard, released) - released);
  return {
    index: shard.index,
    kind: worker.kind ?? kind,
    pid: worker.pid,
    threadId: worker.threadId,
    connections: shard.connections,
    scheduled: released + notStarted,
    sent: counts.sent,
    ok: counts.ok,
    failed: counts.failed,
    ...withInterrupted(counts.unfinished, interrupted),
    ...(cancels ? { cancelled: counts.cancelled } : {}),
    dropped: counts.dropped,
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
    ...(worker.agent === undefined ? {} : { agent: worker.agent }),
  };
}

/** What has no answer, in two parts where users made the requests: some of it is no failure. */
export function withInterrupted(
  unfinished: number,
  interrupted: number | null,
): Pick<RequestCounts, 'unfinished' | 'interrupted'> {
  return interrupted === null ? { unfinished } : { unfinished: unfinished - interrupted, interrupted };
}

/** The sum over all workers. */
export function sumOfRequests(workers: readonly WorkerSummary[]): RequestCounts {
  const sum = (field: keyof RequestCounts): number =>
    workers.reduce((total, worker) => total + (worker[field] ?? 0), 0);
  return {
    scheduled: sum('scheduled'),
    sent: sum('sent'),
    ok: sum('ok'),
    failed: sum('failed'),
    unfinished: sum('unfinished'),
    ...(workers.some(({ cancelled }) => cancelled !== undefined) ? { cancelled: sum('cancelled') } : {}),
    ...(workers.some(({ interrupted }) => interrupted !== undefined)
      ? { interrupted: sum('interrupted') }
      : {}),
    dropped: sum('dropped'),
    notStarted: sum('notStarted'),
    retried: sum('retried'),
  };
}

type SummedField =
  | 'restedMs'
  | 'connectionsOpened'
  | 'connectionsClosedByTarget'
  | 'connectionsUnrequested'
  | 'answersDoubtful'
  | 'bytesSent'
  | 'bytesReceived'
  | 'processCpuMs'
  | 'practiceCpuMs'
  | 'peakRssBytes'
  | 'cpuMs';

/** The sum of a figure over the workers' reports. */
export function sumOfReports(workers: readonly CollectedWorker[], field: SummedField): number {
  return workers.reduce((sum, { report }) => sum + (report?.[field] ?? 0), 0);
}
