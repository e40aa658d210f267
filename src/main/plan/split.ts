import { Schedule } from '../../metrics/schedule.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Shard } from '../../protocol/shard.ts';

/** Part `index` of `total` shared out over `parts`: the parts sum to the total and differ by at most one. */
export function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

/**
 * Splits a plan over its workers. Shares of requests and of connections go to the same workers first, so
 * that where the budget has a request for each connection in all, it has one for each in every shard.
 */
export function split(plan: RunPlan): Shard[] {
  const { workers, stop, warmupMs, timeoutMs, load, client, target, seed } = plan;
  const connections = usableConnections(plan);
  const maxConnections = load.model === 'open' ? load.maxInFlight : connections;
  return Array.from({ length: workers }, (_, index) => ({
    index,
    workers,
    connections: share(connections, workers, index),
    maxConnections: share(maxConnections, workers, index),
    requests: stop.requests === null ? null : share(stop.requests, workers, index),
    durationMs: stop.durationMs,
    windowEndMs: windowEndMs(plan),
    warmupMs,
    timeoutMs,
    load,
    client,
    target,
    seed,
  }));
}

/**
 * When the measured window ends at the latest, from its start: the duration, or in the open model the time
 * that the budget takes at the planned rate. Null where only the last request of a closed budget ends it.
 */
export function windowEndMs({
  stop,
  load,
  warmupMs,
}: Pick<RunPlan, 'stop' | 'load' | 'warmupMs'>): number | null {
  if (load.model === 'closed' || stop.requests === null) return stop.durationMs;
  const schedule = new Schedule(load, warmupMs);
  const budgetEndMs = schedule.timeOfMs(Math.ceil(schedule.dueBefore(0)) + stop.requests);
  return Math.min(stop.durationMs ?? Number.POSITIVE_INFINITY, budgetEndMs);
}

/** A budget smaller than the concurrency cannot use every connection; the others are not opened. */
function usableConnections({ concurrency, stop, warmupMs }: RunPlan): number {
  if (stop.requests === null || warmupMs > 0) return concurrency;
  return Math.min(concurrency, stop.requests);
}
