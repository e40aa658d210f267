import { Schedule } from '../../metrics/schedule.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Numbering } from '../../protocol/request.ts';
import type { Shard } from '../../protocol/shard.ts';

/** Part `index` of `total` shared out over `parts`: the parts sum to the total and differ by at most one. */
export function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

/**
 * Splits a plan over its workers. A closed budget is shared out over the connections, so that all of them,
 * and with them all workers, come to their end together; an open one over the workers, as its starts are.
 */
export function split(plan: RunPlan): Shard[] {
  const { workers, stop, warmupMs, timeoutMs, cpuWork, load, client, target, mix, rows, seed } = plan;
  const connections = usableConnections(plan);
  const maxConnections = load.model === 'open' ? load.maxInFlight : connections;
  return Array.from({ length: workers }, (_, index) => ({
    index,
    workers,
    connections: share(connections, workers, index),
    maxConnections: share(maxConnections, workers, index),
    requests: stop.requests === null ? null : budgetOf(plan, connections, index),
    durationMs: stop.durationMs,
    windowEndMs: windowEndMs(plan),
    warmupMs,
    timeoutMs,
    cpuWork,
    load,
    client,
    target,
    mix,
    rows,
    numbering: { warmup: { first: index, step: workers }, window: windowNumbering(plan, connections, index) },
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

/**
 * Which numbers a worker's requests of the window have. A closed budget is cut into ranges, so that each
 * number is used exactly once however fast the workers are; else every worker takes every W-th.
 */
function windowNumbering(plan: RunPlan, connections: number, index: number): Numbering {
  if (plan.load.model === 'open' || plan.stop.requests === null) return { first: index, step: plan.workers };
  const before = Array.from({ length: index }, (_, earlier) => budgetOf(plan, connections, earlier));
  return { first: before.reduce((sum, count) => sum + count, 0), step: 1 };
}

function budgetOf({ workers, stop, load }: RunPlan, connections: number, index: number): number {
  const requests = stop.requests ?? 0;
  if (load.model === 'open') return share(requests, workers, index);
  const before = Array.from({ length: index }, (_, earlier) => share(connections, workers, earlier));
  const first = before.reduce((sum, count) => sum + count, 0);
  const own = share(connections, workers, index);
  return Array.from({ length: own }, (_, offset) => share(requests, connections, first + offset)).reduce(
    (sum, count) => sum + count,
    0,
  );
}

/** A budget smaller than the concurrency cannot use every connection; the others are not opened. */
function usableConnections({ concurrency, stop, warmupMs }: RunPlan): number {
  if (stop.requests === null || warmupMs > 0) return concurrency;
  return Math.min(concurrency, stop.requests);
}
