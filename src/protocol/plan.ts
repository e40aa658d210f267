import type { BatchPlan } from './batch.ts';
import type { ConnectionSettings } from './endpoint.ts';
import type { LoadModel } from './load.ts';
import type { RequestPlan, RowsMode } from './request.ts';
import type { ScenariosPlan } from './scenario.ts';
import type { Objective, StreamPlan } from './stream.ts';
import type { Supplies } from './supplies.ts';
import type { Threshold } from './threshold.ts';

/** What a worker is: a thread, a process, or the coordinator's own event loop. */
export const WORKER_MODES = ['threads', 'processes', 'inline'] as const;
/** Where workers run (docs/threads-vs-processes.md). */
export type WorkerMode = (typeof WORKER_MODES)[number];

/** What one worker of a mode is called in results. */
export const WORKER_KINDS = { threads: 'thread', processes: 'process', inline: 'inline' } as const;
/** The kind of one worker: its mode in the singular. */
export type WorkerKind = (typeof WORKER_KINDS)[WorkerMode];

export const CLIENT_NAMES = ['undici', 'wire'] as const;
/** What speaks HTTP (docs/clients.md). */
export type ClientName = (typeof CLIENT_NAMES)[number];

/** The run ends with whichever comes first; at least one of the two is set. */
export interface StopCondition {
  readonly requests: number | null;
  readonly durationMs: number | null;
}

/** One run, validated and complete. Every quantity is global; only `split` makes per-worker numbers. */
export interface RunPlan {
  /** Over so many agents; absent where it runs on this machine. */
  readonly agents?: number;
  readonly settings: ConnectionSettings;
  /** At least one; their origins may differ. */
  readonly mix: readonly RequestPlan[];
  /** How the rows of the supplies are used; null without rows. */
  readonly rows: RowsMode | null;
  /** Rows that could not be read, and were left out. */
  readonly skippedRows: number;
  /** Beside the plan, not a part of it: leave them out where the plan is shown or kept. */
  readonly supplies: Supplies;
  /** What a reader of the result should know of how it was asked for. */
  readonly notes: readonly string[];
  /** The target is on this machine: generator and target share its cores. */
  readonly isTargetLocal: boolean;
  readonly mode: WorkerMode;
  readonly workers: number;
  /** Connections. */
  readonly concurrency: number;
  /** Requests at once on each connection; more than 1 only over HTTP/2. */
  readonly streams: number;
  readonly client: ClientName;
  readonly load: LoadModel;
  readonly stop: StopCondition;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  /** Rounds of a hash that a worker computes over each answer's body. */
  readonly cpuWork: number;
  /** As given, for instance "99.9": ranks are computed in exact decimal arithmetic. */
  readonly percentiles: readonly string[];
  readonly thresholds: readonly Threshold[];
  /** Those of the thresholds that end the run when they do not hold of what has been recorded so far. */
  readonly abortOn: readonly Threshold[];
  readonly seed: number;
  /** Answers are streams of tokens, read as it says; null or absent where they are read as a whole. */
  readonly stream?: StreamPlan | null;
  /** What a streamed answer has to keep to be good. */
  readonly objectives?: readonly Objective[];
  /** One request for each row that the coordinator deals; without it, requests follow from load and stop. */
  readonly batch?: BatchPlan | undefined;
  /** Users whose code says what is sent; the mix has one request, which says where to and what all requests say. */
  readonly scenarios?: ScenariosPlan | undefined;
}
