import type { BatchPlan } from './batch.ts';
import type { ConnectionSettings } from './endpoint.ts';
import type { LoadModel } from './load.ts';
import type { ClientName } from './plan.ts';
import type { Numbering, RequestPlan, RowsMode } from './request.ts';
import type { RowLayout } from './samples.ts';
import type { ScenariosPlan } from './scenario.ts';
import type { Objective, StreamPlan } from './stream.ts';

/** One worker's exact part of a plan. */
export interface Shard {
  readonly index: number;
  readonly workers: number;
  /** Connections to start with; zero only where its budget is zero too. */
  readonly connections: number;
  /** Requests at once on each connection. */
  readonly streams: number;
  /** Requests at once at most, to start with: a place for each on one of the connections. */
  readonly slots: number;
  /** In the open model more places are made, up to this; in the closed model these are all. */
  readonly maxSlots: number;
  /** This worker's share of the request budget; null where there is none. */
  readonly requests: number | null;
  readonly durationMs: number | null;
  /** When the window ends at the latest; null where only its last request ends it. */
  readonly windowEndMs: number | null;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  /** After the end of the window, what is under way is waited for so long. */
  readonly graceMs: number;
  readonly cpuWork: number;
  readonly load: LoadModel;
  readonly client: ClientName;
  readonly settings: ConnectionSettings;
  /** Connections to where the first one goes are opened before the start. */
  readonly mix: readonly RequestPlan[];
  /** How the rows of the supplies are used; null without rows. */
  readonly rows: RowsMode | null;
  readonly numbering: { readonly warmup: Numbering; readonly window: Numbering };
  readonly seed: number;
  /** What is recorded of each request. */
  readonly layout: RowLayout;
  /** Answers are streams of tokens; null where they are read as a whole. */
  readonly stream: StreamPlan | null;
  readonly objectives: readonly Objective[];
  readonly batch?: BatchPlan | undefined;
  readonly scenarios?: ScenariosPlan | undefined;
}
