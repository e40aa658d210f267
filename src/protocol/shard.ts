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
  /** Connections at the start; zero only if the budget is zero too. */
  readonly connections: number;
  /** Concurrent requests per connection. */
  readonly streams: number;
  /** Upper limit on concurrent requests at the start: one slot each on one of the connections. */
  readonly slots: number;
  /** In the open model slots are added up to this number; in the closed model there are no more. */
  readonly maxSlots: number;
  /** This worker's share of the request budget; null without a budget. */
  readonly requests: number | null;
  readonly durationMs: number | null;
  /** Latest end of the window; null where only its last request ends it. */
  readonly windowEndMs: number | null;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  /** How long to wait, after the window, for requests in flight. */
  readonly graceMs: number;
  readonly cpuWork: number;
  readonly load: LoadModel;
  readonly client: ClientName;
  readonly settings: ConnectionSettings;
  /** Open connections to the first request's target before the start. */
  readonly mix: readonly RequestPlan[];
  /** How the supplies' rows are used; null without rows. */
  readonly rows: RowsMode | null;
  readonly numbering: { readonly warmup: Numbering; readonly window: Numbering };
  readonly seed: number;
  /** The columns recorded per request. */
  readonly layout: RowLayout;
  /** How to read answers that are streams of tokens; null where answers are read as a whole. */
  readonly stream: StreamPlan | null;
  readonly objectives: readonly Objective[];
  readonly batch?: BatchPlan | undefined;
  readonly scenarios?: ScenariosPlan | undefined;
}
