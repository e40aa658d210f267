import type { Protocol } from './endpoint.ts';
import type { Arrivals } from './load.ts';
import type { ClientName, StopCondition, WorkerMode } from './plan.ts';
import type { RowsMode } from './request.ts';
import type { ExecutorName } from './scenario.ts';

export interface StageSummary {
  /** Null: until the end of the run. */
  readonly durationMs: number | null;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** The load as shown in the result. */
export type LoadSummary =
  | { readonly model: 'closed' }
  | {
      readonly model: 'open';
      /** Null where it changes by stages. */
      readonly ratePerSecond: number | null;
      readonly arrivals: Arrivals;
      readonly maxInFlight: number;
      readonly stages: readonly StageSummary[];
    };

/** As written on the command line; a proxy without its credentials. */
export interface RoutesSummary {
  readonly unixSocket: string | null;
  readonly proxy: string | null;
  readonly connectTo: readonly string[];
  readonly resolve: readonly string[];
}

/** What was asked for, as shown in the result. */
export interface PlanSummary {
  /** As `--name` or the plan gives it; absent without one. */
  readonly name?: string;
  readonly target: { readonly url: string; readonly method: string };
  readonly mode: WorkerMode;
  readonly workers: number;
  readonly concurrency: number;
  readonly client: ClientName;
  readonly protocol: Protocol;
  /** Concurrent requests per connection. */
  readonly streams: number;
  readonly load: LoadSummary;
  readonly stop: StopCondition;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly cpuWork: number;
  /** `skipped`: rows that could not be read; absent in older results. */
  readonly rows: { readonly mode: RowsMode; readonly count: number; readonly skipped?: number } | null;
  /** Where connections went if not to the URL's host; null (in older results absent) where no route was given. */
  readonly routes?: RoutesSummary | null;
  readonly seed: number;
  /**
   * Agrees where requests are alike in what results do not show, such as headers and bodies, secrets aside. Absent in
   * older results.
   */
  readonly requestsDigest?: string;
  /** Absent unless scenarios make the requests. */
  readonly scenarios?: {
    /** The name of the module's file, or the plan's. */
    readonly file: string;
    readonly loads: readonly {
      readonly executor: ExecutorName;
      /** Upper limit on concurrent users. */
      readonly users: number;
      readonly scenarios: readonly string[];
    }[];
  };
}
