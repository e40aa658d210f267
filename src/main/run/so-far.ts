import { forEachEventTime } from '../../protocol/event-times.ts';
import { forEachLatency } from '../../protocol/latency.ts';
import { headlineOf } from '../../protocol/load.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { forEachStreamTime } from '../../protocol/stream.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import type { Threshold } from '../../protocol/threshold.ts';
import type { TimeKind } from '../../protocol/times.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { coarsely, emptyDistribution } from '../collect/merged-distribution.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { percentilesIn } from '../plan/thresholds.ts';
import { type Judged, type JudgedStreams, judgeThresholds } from '../summary/judged-rules.ts';
import { summarizeLatency } from '../summary/latency-summary.ts';
import { summarizeScenarios } from '../summary/scenarios-summary.ts';

/** Made once: each has two histograms of hundreds of kilobytes. */
const NO_TIMES = emptyDistribution();

/** Judges rules by what has been recorded so far; the verdicts may still change. */
export function rulesSoFar(plan: RunPlan, snapshot: Snapshot): Summary['thresholds'] {
  // This is asked for at every frame of the live screen.
  if (plan.thresholds.length === 0) return [];
  const { elapsedMs, sent, ok, cancelled, interrupted } = snapshot;
  const perSecond = (count: number): number => (count * MS_PER_SECOND) / elapsedMs;
  return judgeThresholds(plan.thresholds, {
    ...timesSoFar(plan, snapshot, plan.thresholds),
    requests: { sent, ok, cancelled, interrupted },
    rate: {
      sentPerSecond: perSecond(snapshot.sumOf(({ sentInWindow }) => sentInWindow)),
      throughputPerSecond: perSecond(
        snapshot.sumOf(({ okInWindow, warmupEndsMs }) => okInWindow + warmupEndsMs.length),
      ),
    },
    mix: mixSoFar(plan, snapshot, plan.thresholds),
    ...(snapshot.scenarios === null
      ? {}
      : { scenarios: summarizeScenarios({ plan, workers: [] }, snapshot.scenarios, coarsely) }),
  });
}

/** The times that rules refer to; the others stay empty. Percentiles come from the histograms. */
export function timesSoFar(
  { load }: RunPlan,
  snapshot: Snapshot,
  rules: readonly Threshold[],
): Pick<Judged, 'latencyMs' | 'eventTimesMs' | 'streams'> {
  const headline = headlineOf(load);
  const wanted = new Set<TimeKind>(
    rules.flatMap(({ measure }) => ('kind' in measure ? [measure.kind ?? headline] : [])),
  );
  const labels = [...new Set(percentilesIn(rules))];
  const unwanted = summarizeLatency(NO_TIMES, labels);
  const latencies = forEachLatency((kind) =>
    wanted.has(kind) ? summarizeLatency(snapshot.latency(kind), labels) : unwanted,
  );
  const eventTimesMs = forEachEventTime((kind) =>
    wanted.has(kind) ? summarizeLatency(snapshot.eventTimes(kind), labels) : unwanted,
  );
  return {
    latencyMs: { headline, ...latencies },
    eventTimesMs,
    streams: streamsSoFar(snapshot, wanted, labels, unwanted),
  };
}

/** The same for streamed answers; null before the first one. */
function streamsSoFar(
  snapshot: Snapshot,
  wanted: ReadonlySet<TimeKind>,
  labels: readonly string[],
  unwanted: LatencySummary,
): JudgedStreams | null {
  const { streams, sent } = snapshot;
  if (streams === null) return null;
  const timesMs = forEachStreamTime((kind) =>
    wanted.has(kind) ? summarizeLatency(streams.times[kind], labels) : unwanted,
  );
  return { timesMs, goodput: { share: sent === 0 ? null : streams.counts.good / sent } };
}

/** The requests of a mix that are named in rules. */
export function mixSoFar({ mix }: RunPlan, snapshot: Snapshot, rules: readonly Threshold[]): Judged['mix'] {
  const wanted = new Set(rules.map(({ request }) => request));
  const labels = percentilesIn(rules);
  const named =
    snapshot.scenarios?.requests ?? snapshot.mix.map((tally, index) => ({ name: mix[index]?.name, tally }));
  const longestOkMs = snapshot.scenarios?.longestOkMs ?? 0;
  return named.flatMap(({ name, tally }) => {
    if (name === undefined || !wanted.has(name)) return [];
    const { sent, ok, cancelled, latency } = tally;
    const interrupted = tally.cutOff.interrupted(longestOkMs);
    return [
      { name, sent, ok, cancelled, interrupted, latencyMs: summarizeLatency(coarsely(latency), labels) },
    ];
  });
}
