import type { RunPlan } from '../../protocol/plan.ts';
import { layoutOf } from '../../protocol/samples.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Shard } from '../../protocol/shard.ts';
import { turnLength } from '../../requests/dealing.ts';
import { inRounds } from '../../requests/numbering.ts';
import { leastStarts, Schedule } from '../../time/schedule.ts';

/** Time for the code of interrupted users to end. */
const AFTER_GRACE_MS = 1_000;

/** Part `index` of `total` divided into `parts`: the parts sum to the total and differ by at most one. */
export function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

/** The sum of `count` parts of a divided total, from the part `first` on. */
function shareOf(total: number, parts: number, first: number, count: number): number {
  if (count === 0) return 0;
  return count * Math.floor(total / parts) + Math.min(count, Math.max(0, (total % parts) - first));
}

/**
 * Splits a plan over its workers. A closed budget is divided over the slots for requests, so that all slots,
 * and with them all workers, finish together; an open one is divided over the workers, like its
 * starts.
 */
export function split(plan: RunPlan): Shard[] {
  const { scenarios } = plan;
  const { workers, stop, warmupMs, timeoutMs, cpuWork, load, client, settings, mix, rows, seed, streams } =
    plan;
  const layout = layoutOf(plan);
  const connections = usable(plan.concurrency, plan);
  const slots = load.model === 'open' ? connections * streams : usable(plan.concurrency * streams, plan);
  const numberingOf = numberings(plan, slots);
  return Array.from({ length: workers }, (_, index) => {
    const firstConnection = shareOf(connections, workers, 0, index);
    const own = share(connections, workers, index);
    const ownSlots = shareOf(slots, connections, firstConnection, own);
    const maxSlots = load.model === 'open' ? share(load.maxInFlight, workers, index) : ownSlots;
    const firstSlot = shareOf(slots, connections, 0, firstConnection);
    return {
      index,
      workers,
      // Each user opens its own connections.
      connections: scenarios === undefined ? own : 0,
      streams,
      slots: scenarios === undefined ? Math.min(ownSlots, maxSlots) : 0,
      maxSlots,
      requests:
        stop.requests === null
          ? null
          : load.model === 'open'
            ? share(stop.requests, workers, index)
            : shareOf(stop.requests, slots, firstSlot, ownSlots),
      durationMs: stop.durationMs,
      windowEndMs: windowEndMs(plan),
      warmupMs,
      timeoutMs,
      graceMs: graceMsOf(plan),
      cpuWork,
      load,
      client,
      settings,
      mix,
      rows,
      numbering: numberingOf(index, firstSlot),
      seed,
      layout,
      stream: plan.stream ?? null,
      objectives: plan.objectives ?? [],
      ...(plan.batch === undefined ? {} : { batch: plan.batch }),
      ...(scenarios === undefined ? {} : { scenarios }),
    };
  });
}

/** The numbers of each worker's requests, by its index and the first of its slots. */
function numberings(
  { load, stop, mix, workers, warmupMs }: RunPlan,
  slots: number,
): (index: number, firstSlot: number) => Shard['numbering'] {
  const isRecorded = load.model === 'open' && load.timesMs !== undefined;
  // A recorded start has the request that was recorded with it.
  const turn = isRecorded ? 1 : turnLength(mix.map(({ weight }) => weight));
  const known =
    load.model === 'open'
      ? leastStarts({ load, warmupMs, durationMs: stop.durationMs }, stop.requests)
      : Number.POSITIVE_INFINITY;
  return (index, firstSlot) => ({
    warmup: inRounds({ index, workers }, turn, Number.POSITIVE_INFINITY),
    // A closed budget is cut into ranges, so that each number is used exactly once at any speed of the
    // workers; otherwise each round of numbers has one for every worker.
    window:
      load.model === 'open' || stop.requests === null
        ? inRounds({ index, workers }, turn, known)
        : { type: 'range', first: shareOf(stop.requests, slots, 0, firstSlot) },
  });
}

/**
 * The latest end of the measured window, from its start: the duration, or in the open model the time
 * that the budget takes at the planned rate. Null if only the last request of a closed budget ends it.
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

/** How long what was under way at the end of the window may continue. */
export function graceMsOf({ scenarios, timeoutMs }: Pick<RunPlan, 'scenarios' | 'timeoutMs'>): number {
  return scenarios === undefined ? timeoutMs : longestEndMs(scenarios);
}

/** How long iterations and the ends of their users may continue at most. */
function longestEndMs({ pools }: ScenariosPlan): number {
  const longest = Math.max(
    ...pools.map(({ load }) =>
      load.type === 'users' ? Math.max(load.gracefulStopMs, load.gracefulRampDownMs) : load.gracefulStopMs,
    ),
  );
  return longest + AFTER_GRACE_MS;
}

/** Fewer requests than connections or slots cannot use them all; the rest is not opened. */
function usable(most: number, { stop: { requests, durationMs }, warmupMs, load }: RunPlan): number {
  if (warmupMs > 0) return most;
  const isKnown = load.model === 'open' && load.arrivals === 'constant';
  const count = isKnown ? leastStarts({ load, warmupMs, durationMs }, requests) : requests;
  return Math.min(most, count ?? most);
}
