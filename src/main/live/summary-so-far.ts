import { forEachEventTime } from '../../protocol/event-times.ts';
import { forEachLatency } from '../../protocol/latency.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { type MixRow, SCHEMA_VERSION, type Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { coarsely } from '../collect/merged-distribution.ts';
import type { RequestTally } from '../collect/request-tally.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { namingOf } from '../plan/terms.ts';
import { rulesSoFar } from '../run/so-far.ts';
import { summarizeLatency } from '../summary/latency-summary.ts';
import { isOfIterations, placeOf } from '../summary/mix-summary.ts';
import { summarizePlan } from '../summary/plan-summary.ts';
import { summarizeScenarios } from '../summary/scenarios-summary.ts';
import { summarizeSeries } from '../summary/series-summary.ts';
import { withoutSecrets } from '../summary/without-secrets.ts';
import { withInterrupted } from '../summary/worker-summary.ts';
import { withAdvice } from '../text/error-advice.ts';
import { toolFacts } from '../text/version.ts';
import { statusesOf } from './state-parts.ts';

/** Fewer intervals than in a result, since they are computed repeatedly during the load. */
const MOST_INTERVALS = 300;
/** The longest delay of records: newer intervals would seem quieter than they are. */
const LONGEST_DELAY_MS = 500;

/**
 * A running load in the fields of a result, as far as they are known before its end: without workers, confidence
 * intervals and verdict. Percentiles come from the histograms.
 */
export function summarySoFar(plan: RunPlan, snapshot: Snapshot, startedAt: Date): Summary {
  const { elapsedMs, oldestMs, headline } = snapshot;
  const windowMs = Math.max(0, Math.min(elapsedMs, plan.stop.durationMs ?? elapsedMs));
  const perSecond = (count: number): number => (windowMs === 0 ? 0 : (count * MS_PER_SECOND) / windowMs);
  const series = summarizeSeries(snapshot.series, headline, snapshot.streamSeries, windowMs, MOST_INTERVALS);
  const naming = namingOf(plan.writtenIn);
  const knownMs = oldestMs - LONGEST_DELAY_MS;
  return withoutSecrets(
    {
      schemaVersion: SCHEMA_VERSION,
      tool: toolFacts(),
      startedAt: startedAt.toISOString(),
      plan: summarizePlan(plan),
      interrupted: false,
      stoppedBy: null,
      degraded: false,
      degradedReasons: [],
      notes: plan.notes,
      windowMs,
      requests: requestsSoFar(plan, snapshot),
      rate: {
        targetPerSecond: null,
        sentPerSecond: perSecond(snapshot.sumOf(({ sentInWindow }) => sentInWindow)),
        throughputPerSecond: perSecond(
          snapshot.sumOf(({ okInWindow, warmupEndsMs }) => okInWindow + warmupEndsMs.length),
        ),
      },
      latencyMs: {
        headline,
        intervals: null,
        ...forEachLatency((kind) => summarizeLatency(snapshot.latency(kind), plan.percentiles)),
      },
      eventTimesMs: forEachEventTime((kind) => summarizeLatency(snapshot.eventTimes(kind), plan.percentiles)),
      mix: rowsSoFar(plan, snapshot),
      ...(snapshot.scenarios === null
        ? {}
        : { scenarios: summarizeScenarios({ plan, workers: [] }, snapshot.scenarios, coarsely) }),
      histogram: [],
      connections: { opened: 0, closedByTarget: 0 },
      addresses: [],
      bytes: { sent: 0, received: 0 },
      statuses: Object.fromEntries(statusesOf(snapshot).map(({ status, count }) => [status, count])),
      errors: [...snapshot.errors.values()]
        .map((error) => ({ ...error, example: withAdvice(error.example, error.advice, naming) }))
        .sort((a, b) => b.count - a.count),
      workers: [],
      generator: NOTHING_KNOWN,
      thresholds: rulesSoFar(plan, snapshot),
      series: {
        ...series,
        buckets: series.buckets.filter(({ atMs }) => atMs + series.intervalMs <= knownMs),
      },
    },
    plan.supplies.secrets,
  );
}

function requestsSoFar(plan: RunPlan, snapshot: Snapshot): Summary['requests'] {
  const { sent, ok, failed, ended, cancelled, interrupted } = snapshot;
  const unfinished = snapshot.sumOf((tally) => tally.unfinished) - interrupted;
  return {
    ...{ scheduled: ended, sent, ok, failed, unfinished },
    ...(plan.scenarios === undefined ? {} : { interrupted }),
    ...(plan.stream?.cancel == null ? {} : { cancelled }),
    ...{ dropped: ended - sent, notStarted: 0, retried: 0 },
  };
}

/** What the limit was is judged at the end. */
const NOTHING_KNOWN: Summary['generator'] = {
  verdict: 'ok',
  reasons: [],
  pacing: null,
  cpuMs: 0,
  cpuMicrosPerRequest: null,
  workersCpuMs: 0,
  coordinatorCpuMs: 0,
  runtimeCpuMs: 0,
  peakRssBytes: 0,
  startupMs: 0,
  mergeMs: 0,
  batchBytes: 0,
  startSkewMs: 0,
};

/** A row for each request of a mix, or for each name that scenarios used. */
function rowsSoFar(plan: RunPlan, { mix, scenarios }: Snapshot): Summary['mix'] {
  if (scenarios === null) return mix.flatMap((tally, index) => mixRow(plan, tally, index));
  const { longestOkMs } = scenarios;
  return scenarios.requests
    .filter(isOfIterations)
    .map(({ name, places, tally }) =>
      rowSoFar(
        plan,
        { name, ...placeOf(places, plan), weight: 1 },
        tally,
        tally.cutOff.interrupted(longestOkMs),
      ),
    );
}

function mixRow(plan: RunPlan, tally: RequestTally, index: number): Summary['mix'] {
  const request = plan.mix[index];
  if (request === undefined) return [];
  const { name, message, weight } = request;
  return [rowSoFar(plan, { name, method: message.method, url: message.url, weight }, tally)];
}

function rowSoFar(
  plan: RunPlan,
  request: Pick<MixRow, 'name' | 'method' | 'url' | 'places' | 'weight'>,
  { sent, ok, failed, unfinished, cancelled, dropped, latency }: RequestTally,
  interrupted: number | null = null,
): MixRow {
  return {
    ...request,
    ...{ sent, ok, failed, dropped },
    ...withInterrupted(unfinished, interrupted),
    ...(plan.stream?.cancel == null ? {} : { cancelled }),
    latencyMs: summarizeLatency(coarsely(latency), plan.percentiles),
  };
}
