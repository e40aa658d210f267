import type { Protocol } from './endpoint.ts';
import type { Arrivals } from './load.ts';
import type { ClientName, StopCondition, WorkerMode } from './plan.ts';
import type { RowsMode } from './request.ts';
import type { ExecutorName } from './scenario.ts';

export interface StageSummary {
  /** Null: to the end of the run. */
  readonly durationMs: number | null;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** The load as the result shows it. */
export type LoadSummary =
  | { readonly model: 'closed' }
  | {
      readonly model: 'open';
      /** Null where stages change it. */
      readonly ratePerSecond: number | null;
      readonly arrivals: Arrivals;
      readonly maxInFlight: number;
      readonly stages: readonly StageSummary[];
    };

/** As they are given on the command line; a proxy without its name and password. */
export interface RoutesSummary {
  readonly unixSocket: string | null;
  readonly proxy: string | null;
  readonly connectTo: readonly string[];
  readonly resolve: readonly string[];
}

/** What was asked for, as the result shows it. */
export interface PlanSummary {
  readonly target: { readonly url: string; readonly method: string };
  readonly mode: WorkerMode;
  readonly workers: number;
  readonly concurrency: number;
  readonly client: ClientName;
  readonly protocol: Protocol;
  /** Requests at once on each connection. */
  readonly streams: number;
  readonly load: LoadSummary;
  readonly stop: StopCondition;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly cpuWork: number;
  /** `skipped` could not be read and were left out; absent in older results. */
  readonly rows: { readonly mode: RowsMode; readonly count: number; readonly skipped?: number } | null;
  /** Where connections went, if not where the URL says; null, or missing in older results, where nothing was said. */
  readonly routes?: RoutesSummary | null;
  readonly seed: number;
  /** Absent where no scenarios make the requests. */
  readonly scenarios?: {
    /** The name of the module's file. */
    readonly file: string;
    readonly loads: readonly {
      readonly executor: ExecutorName;
      /** At most, at once. */
      readonly users: number;
      readonly scenarios: readonly string[];
    }[];
  };
}
