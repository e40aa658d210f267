import type { RunPlan, WorkerKind } from '../../protocol/plan.ts';
import type { WorkerReport } from '../../protocol/report.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { AgentSummary, StoppedBy } from '../../protocol/summary.ts';
import type { RunRecords, Tally } from './tally.ts';

/** How many of a worker's requests have been recorded. */
export interface RecordedCounts {
  /** Rows received, warm-up included. */
  readonly samples: number;
  /** Only of the window, here and below. */
  readonly released: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly cancelled: number;
  readonly dropped: number;
}

/** What the coordinator knows about one worker at the end. */
export interface CollectedWorker {
  readonly shard: Shard;
  readonly counts: RecordedCounts;
  readonly pid: number;
  readonly threadId: number;
  readonly startupMs: number;
  /** Null if the worker was lost. */
  readonly report: WorkerReport | null;
  /** Why it was lost; null if it was not. */
  readonly lostBecause: string | null;
  /** Iterations that were lost with its agent, by scenario: they count in place of those in its report. */
  readonly lostIterations?: readonly number[];
  /** The agent that it belongs to; absent on a single machine. */
  readonly agent?: number;
  /** Set if agents differ in it. */
  readonly kind?: WorkerKind;
}

/** Everything that a run produces before it is summarized. */
export interface Collected {
  readonly plan: RunPlan;
  readonly kind: WorkerKind;
  readonly startedAt: Date;
  readonly workers: readonly CollectedWorker[];
  /** How each agent ended; absent on a single machine. */
  readonly agents?: readonly AgentSummary[];
  /** Share of the load that may be lost with agents without degrading the result; absent: none. */
  readonly mostLostShare?: number | undefined;
  /** All that was recorded, in as many parts as it was collected in. */
  readonly tallies: readonly Tally[];
  readonly records: RunRecords;
  readonly interrupted: boolean;
  readonly stoppedBy: StoppedBy | null;
  /** When the window began, on the shared clock; null if the load never began. */
  readonly windowAtMs: number | null;
  /** When the run was stopped, from the start of the window; null if it was not. */
  readonly stoppedAtMs: number | null;
  /** From the call to the start of the load. */
  readonly startupMs: number;
  /** CPU time of the coordinator's process since the call. */
  readonly ownCpuMs: number;
  /** CPU time of the coordinator's event loop, which in inline mode is also the worker's. */
  readonly ownLoopCpuMs: number;
  readonly blockBytes: number;
  readonly ownPeakRssBytes: number;
}
