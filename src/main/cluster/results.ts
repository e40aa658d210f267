import type { RunPlan, WorkerMode } from '../../protocol/plan.ts';
import { WORKER_KINDS, WORKER_MODES } from '../../protocol/plan.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { AgentSummary } from '../../protocol/summary.ts';
import { Schedule } from '../../time/schedule.ts';
import type { Collected, CollectedWorker, RecordedCounts } from '../collect/collected.ts';
import { windowEndMs } from '../plan/split.ts';
import { iterationsOf, usersOf } from '../summary/iterations-planned.ts';
import { plannedFor } from '../summary/load-notes.ts';
import type { Outcome, Slot } from './agent-slots.ts';
import { summarizeAgent } from './agent-summary.ts';
import type { AgentState, WorkerState } from './messages.ts';
import { addState, collectorOf, type LatestStates } from './states.ts';

const NO_COUNTS: RecordedCounts = {
  samples: 0,
  released: 0,
  sent: 0,
  ok: 0,
  failed: 0,
  unfinished: 0,
  cancelled: 0,
  dropped: 0,
};

/** What the submitter knows when all agents have ended. */
type Submitted = Pick<
  Collected,
  | 'plan'
  | 'startedAt'
  | 'interrupted'
  | 'stoppedBy'
  | 'windowAtMs'
  | 'stoppedAtMs'
  | 'startupMs'
  | 'ownCpuMs'
  | 'mostLostShare'
> & {
  readonly outcomes: readonly Outcome[];
  /** Null if the load never began. */
  readonly states: LatestStates | null;
};

/** Merges the records of all agents as if they were recorded here, and adds a summary of each agent. */
export function collectAgents({ outcomes, states, ...run }: Submitted): Collected {
  const total = collectorOf(run.plan);
  for (const { slot } of outcomes) {
    const state = states?.of(slot) ?? null;
    if (state !== null) addState(total, state);
  }
  const workers: CollectedWorker[] = [];
  const agents: AgentSummary[] = [];
  const costs = { ownCpuMs: run.ownCpuMs, ownLoopCpuMs: 0, blockBytes: 0, ownPeakRssBytes: 0 };
  const kind = states?.of(outcomes[0]?.slot)?.workers[0]?.kind ?? 'thread';
  const plan = { ...run.plan, mode: modeOf(kind) };
  for (const { slot, shards } of outcomes) {
    const state = states?.of(slot) ?? null;
    const lost = lostIterations(slot, shards, state, run.stoppedAtMs);
    const own = shards.map((shard, at) =>
      workerOf(slot, untilStop(shard, run.stoppedAtMs), state?.workers[at], agents.length, lost[at]),
    );
    workers.push(...own);
    const part = collectorOf(plan);
    if (state !== null) {
      addState(part, state);
      if (total.records.scenarios !== null) part.records.scenarios?.judgeBy(total.records.scenarios);
      for (const name of ['ownCpuMs', 'ownLoopCpuMs', 'blockBytes', 'ownPeakRssBytes'] as const)
        costs[name] += state.costs[name];
    }
    agents.push(
      summarizeAgent(
        {
          ...{ ...run, ...costs, kind, tallies: part.tallies, records: part.records, workers: own },
          plan: planOf(plan, shards),
        },
        {
          name: slot.name,
          address: slot.joined?.address ?? '',
          because: slot.because,
          lostAtMs:
            slot.because === null || slot.overAtMs === null || run.windowAtMs === null
              ? null
              : slot.overAtMs - run.windowAtMs,
          ...(slot.because === null ? {} : { knownUntilMs: state?.atMs ?? null }),
          rttMs: slot.rttMs,
          driftMs: state?.driftMs ?? null,
          unknownAtMost: unknownOf(plan, slot, shards, state, run.windowAtMs),
        },
      ),
    );
  }
  return { ...run, ...costs, plan, kind, workers, agents, tallies: total.tallies, records: total.records };
}

/** Shortens a load that ends by duration to the time of its stop: the rest is not missing. */
function untilStop(shard: Shard, stoppedAtMs: number | null): Shard {
  if (stoppedAtMs === null || shard.requests !== null) return shard;
  return { ...shard, durationMs: Math.min(stoppedAtMs, shard.durationMs ?? stoppedAtMs) };
}

/** Iterations that a lost agent has not started: which of its workers would have is not known, so the first has them. */
function lostIterations(
  { because }: Slot,
  shards: readonly Shard[],
  state: AgentState | null,
  stoppedAtMs: number | null,
): readonly (readonly number[])[] {
  const scenarios = shards[0]?.scenarios;
  if (because === null || scenarios === undefined || stoppedAtMs !== null) return [];
  const planned = shards.map((shard) => iterationsOf(scenarios, shard));
  const missing = scenarios.scenarios.map((_, index) => {
    const { outcomes = new Float64Array() } = state?.records.scenarios?.scenarios[index] ?? {};
    return planned.reduce(
      (sum, counts) => sum + (counts?.[index] ?? 0),
      -outcomes.reduce((a, b) => a + b, 0),
    );
  });
  const none = missing.map(() => 0);
  return planned.includes(null) ? [] : shards.map((_, at) => (at === 0 ? missing : none));
}

function workerOf(
  slot: Slot,
  shard: Shard,
  state: WorkerState | undefined,
  agent: number,
  lost: readonly number[] | undefined,
): CollectedWorker {
  const counts = state?.counts ?? NO_COUNTS;
  const lostBecause =
    slot.because ?? state?.lostBecause ?? (state === undefined ? 'it sent no result' : null);
  const report = state?.report ?? null;
  // An agent that stopped early counted only what was due until then, but all the rest of its part is missing.
  const notStarted = Math.max(0, plannedFor(shard, counts.released) - counts.released);
  return {
    shard,
    counts,
    agent,
    ...(lost === undefined ? {} : { lostIterations: lost }),
    ...(state === undefined ? {} : { kind: state.kind }),
    pid: state?.pid ?? 0,
    threadId: state?.threadId ?? 0,
    startupMs: state?.startupMs ?? 0,
    report: report === null || lostBecause === null ? report : { ...report, notStarted },
    lostBecause,
  };
}

/** The plan reduced to this agent's shards. */
function planOf(plan: RunPlan, shards: readonly Shard[]): RunPlan {
  const sum = (count: (shard: Shard) => number): number =>
    shards.reduce((total, shard) => total + count(shard), 0);
  const requests = plan.stop.requests === null ? null : sum((shard) => shard.requests ?? 0);
  return {
    ...plan,
    workers: shards.length,
    concurrency: sum((shard) =>
      shard.scenarios === undefined ? shard.connections : usersOf(shard.scenarios, shard),
    ),
    stop: { ...plan.stop, requests },
  };
}

/** How many requests may have been sent that are not recorded: all that were due by the agent's end. */
function unknownOf(
  plan: RunPlan,
  { maySendUntilMs, because }: Slot,
  shards: readonly Shard[],
  state: AgentState | null,
  windowAtMs: number | null,
): number {
  const isWhole = state?.isFinal === true && state.workers.every(({ report }) => report !== null);
  if (because === null || isWhole || maySendUntilMs === null || windowAtMs === null) return 0;
  if (plan.load.model === 'closed') return Number.POSITIVE_INFINITY;
  const schedule = new Schedule(plan.load, plan.warmupMs);
  const untilMs = Math.min(maySendUntilMs - windowAtMs, windowEndMs(plan) ?? Number.POSITIVE_INFINITY);
  const due = Math.max(0, schedule.dueBefore(untilMs) - schedule.dueBefore(0));
  // Its workers alternate with the others: each may be one start ahead.
  const own = Math.ceil((due * shards.length) / plan.workers) + shards.length;
  const recorded = (state?.workers ?? []).reduce((sum, { counts }) => sum + counts.released, 0);
  return Math.max(0, own - recorded);
}

function modeOf(kind: CollectedWorker['kind']): WorkerMode {
  return WORKER_MODES.find((mode) => WORKER_KINDS[mode] === kind) ?? 'threads';
}
