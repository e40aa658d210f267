import type { RunPlan, WorkerKind } from '../../protocol/plan.ts';
import type { WorkerReport } from '../../protocol/report.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { AgentSummary, StoppedBy } from '../../protocol/summary.ts';
import type { RunRecords, Tally } from './tally.ts';

/** How many requests of a worker there are records of. */
export interface RecordedCounts {
  /** Rows received, warm-up included. */
  readonly samples: number;
  /** Of the window, here and below. */
  readonly released: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly cancelled: number;
  readonly dropped: number;
}

/** What the coordinator knows of one worker when all has ended. */
export interface CollectedWorker {
  readonly shard: Shard;
  readonly counts: RecordedCounts;
  readonly pid: number;
  readonly threadId: number;
  readonly startupMs: number;
  /** Null where the worker was lost. */
  readonly report: WorkerReport | null;
  /** Why it was lost; null where it was not. */
  readonly lostBecause: string | null;
  /** Which of the agents it belongs to; absent where there is one machine. */
  readonly agent?: number;
  /** Where agents differ in it. */
  readonly kind?: WorkerKind;
}

/** Everything that a run leaves behind, before it is summed up. */
export interface Collected {
  readonly plan: RunPlan;
  readonly kind: WorkerKind;
  readonly startedAt: Date;
  readonly workers: readonly CollectedWorker[];
  /** What became of each agent; absent where there is one machine. */
  readonly agents?: readonly AgentSummary[];
  /** So large a share of the load may be lost with agents without spoiling the result; absent: none. */
  readonly mostLostShare?: number | undefined;
  /** All that was recorded, in as many parts as it was collected in. */
  readonly tallies: readonly Tally[];
  readonly records: RunRecords;
  readonly interrupted: boolean;
  readonly stoppedBy: StoppedBy | null;
  /** When the window began, on the shared clock; null where the load never did. */
  readonly windowAtMs: number | null;
  /** When the run was stopped, from the start of the window; null where it was not. */
  readonly stoppedAtMs: number | null;
  /** From the call to the beginning of the load. */
  readonly startupMs: number;
  /** Of the coordinator's own process, since the call. */
  readonly ownCpuMs: number;
  /** Of the coordinator's own event loop, which in inline mode is the worker's too. */
  readonly ownLoopCpuMs: number;
  readonly blockBytes: number;
  readonly ownPeakRssBytes: number;
}
