import type { Finding } from '../../protocol/finding.ts';
import type { LatencyKind } from '../../protocol/latency.ts';
import type { LoadModel, Rate } from '../../protocol/load.ts';
import type { LoadSummary } from '../../protocol/plan-summary.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { LatencySummary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { Schedule, startsOf } from '../../time/schedule.ts';
import type { Collected } from '../collect/collected.ts';

/** A mean response beyond this many times the mean service, and longer by this much, is worth a note. */
const NOTED_RATIO = 1.5;
const NOTED_MS = 1;

/** The load as the result shows it: rates per second. */
export function summarizeLoad(load: LoadModel): LoadSummary {
  if (load.model === 'closed') return { model: 'closed' };
  const stages = load.stages.map(({ durationMs, from, to }) => ({
    durationMs,
    fromPerSecond: perSecond(from),
    toPerSecond: perSecond(to),
  }));
  const [first, ...others] = stages;
  const isConstant = first !== undefined && others.length === 0 && first.fromPerSecond === first.toPerSecond;
  return {
    model: 'open',
    ratePerSecond: isConstant ? first.fromPerSecond : null,
    arrivals: load.arrivals,
    maxInFlight: load.maxInFlight,
    stages,
  };
}

/** The mean rate asked for in the window; null in the closed model. */
export function targetPerSecond({ plan }: Collected, windowMs: number): number | null {
  if (plan.load.model === 'closed' || windowMs === 0) return null;
  const schedule = new Schedule(plan.load, plan.warmupMs);
  return ((schedule.dueBefore(windowMs) - schedule.dueBefore(0)) * MS_PER_SECOND) / windowMs;
}

/** How many requests of the window a worker was meant to start; with a closed duration, how many it started. */
export function plannedFor(shard: Shard, released: number): number {
  if (shard.requests !== null) return shard.requests;
  return shard.load.model === 'open' ? startsOf({ ...shard, load: shard.load }) : released;
}

/** What a reader should know about the figures. */
export function notesOn(
  load: LoadModel,
  latencies: Readonly<Record<LatencyKind, LatencySummary>>,
): Finding[] {
  const responseMs = latencies.response.mean ?? 0;
  const serviceMs = latencies.service.mean ?? 0;
  if (
    load.model === 'closed' ||
    serviceMs === 0 ||
    responseMs < Math.max(NOTED_RATIO * serviceMs, serviceMs + NOTED_MS)
  )
    return [];
  return [{ code: 'response-beyond-service', figures: { responseMs, serviceMs } }];
}

export function perSecond({ requests, periodMs }: Rate): number {
  return (requests * MS_PER_SECOND) / periodMs;
}
