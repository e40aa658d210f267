import type { ClientName, LoadModel, Target } from './plan.ts';

/** One worker's exact part of a plan. */
export interface Shard {
  readonly index: number;
  /** Connections of this worker; zero only where its budget is zero too. */
  readonly connections: number;
  /** This worker's share of the request budget; null where there is none. */
  readonly requests: number | null;
  readonly durationMs: number | null;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly load: LoadModel;
  readonly client: ClientName;
  readonly target: Target;
  readonly seed: number;
}
