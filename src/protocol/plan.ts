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

/** The name of one worker of a mode in results. */
export const WORKER_KINDS = { threads: 'thread', processes: 'process', inline: 'inline' } as const;
/** The kind of one worker: its mode in the singular. */
export type WorkerKind = (typeof WORKER_KINDS)[WorkerMode];

export const CLIENT_NAMES = ['undici', 'wire'] as const;
/** The HTTP client (docs/clients.md). */
export type ClientName = (typeof CLIENT_NAMES)[number];

/** The run ends at whichever comes first; at least one is set. */
export interface StopCondition {
  readonly requests: number | null;
  readonly durationMs: number | null;
}

/** Where the options of a run were written; sentences name options as they are written there. */
export type WrittenIn =
  /** A plan file, and these on the command line. */
  | { readonly in: 'plan'; readonly onCommandLine: readonly string[] }
  /** A module of scenarios has these fields; the rest is the command line's. */
  | { readonly in: 'module'; readonly fields: readonly string[] }
  | { readonly in: 'library' };

/** One run, validated and complete. Every quantity is global; only `split` makes per-worker numbers. */
export interface RunPlan {
  /** Number of agents; absent for a run on this machine. */
  readonly agents?: number;
  readonly settings: ConnectionSettings;
  /** At least one request; origins may differ. */
  readonly mix: readonly RequestPlan[];
  /** How the supplies' rows are used; null without rows. */
  readonly rows: RowsMode | null;
  /** Rows that could not be read and were skipped. */
  readonly skippedRows: number;
  /** Attached to the plan but not part of it: leave them out wherever the plan is shown or kept. */
  readonly supplies: Supplies;
  /** Notes on how the run was asked for, for readers of the result. */
  readonly notes: readonly string[];
  /** Absent if that was the command line alone. */
  readonly writtenIn?: WrittenIn | undefined;
  /** The target is on this machine, so generator and target share its cores. */
  readonly isTargetLocal: boolean;
  readonly mode: WorkerMode;
  readonly workers: number;
  /** Connections. */
  readonly concurrency: number;
  /** Concurrent requests per connection; more than 1 only over HTTP/2. */
  readonly streams: number;
  readonly client: ClientName;
  readonly load: LoadModel;
  readonly stop: StopCondition;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  /** Rounds of a hash that a worker computes over each answer's body. */
  readonly cpuWork: number;
  /** As given, such as "99.9": ranks are computed in exact decimal arithmetic. */
  readonly percentiles: readonly string[];
  readonly thresholds: readonly Threshold[];
  /** The thresholds that end the run as soon as what is recorded so far breaks them. */
  readonly abortOn: readonly Threshold[];
  readonly seed: number;
  /** How to read answers that are streams of tokens; null or absent where answers are read as a whole. */
  readonly stream?: StreamPlan | null;
  /** What makes a streamed answer good. */
  readonly objectives?: readonly Objective[];
  /** What the result is called; absent if it has no name. */
  readonly name?: string;
  /** One request per row that the coordinator hands out; without it, load and stop decide. */
  readonly batch?: BatchPlan | undefined;
  /** Users whose code decides what is sent; the mix then holds one request, with what all requests share. */
  readonly scenarios?: ScenariosPlan | undefined;
}
