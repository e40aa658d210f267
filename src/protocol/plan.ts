/** What a worker is: a thread, a process, or the coordinator's own event loop. */
export const WORKER_MODES = ['threads', 'processes', 'inline'] as const;
export type WorkerMode = (typeof WORKER_MODES)[number];

/** What one worker of a mode is called in results. */
export const WORKER_KINDS = { threads: 'thread', processes: 'process', inline: 'inline' } as const;
export type WorkerKind = (typeof WORKER_KINDS)[WorkerMode];

export const CLIENT_NAMES = ['undici'] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

/** Closed: each connection sends its next request when the last one has ended. */
export interface ClosedLoad {
  readonly model: 'closed';
}

export type LoadModel = ClosedLoad;

/** The run ends with whichever comes first; at least one of the two is set. */
export interface StopCondition {
  readonly requests: number | null;
  readonly durationMs: number | null;
}

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Where every request goes and what it carries. */
export interface Target {
  /** As reported: without credentials. */
  readonly url: string;
  readonly origin: string;
  /** Without brackets, also for IPv6. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  readonly path: string;
  readonly method: string;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
  /** Resolved once, before the start; tried in turn. */
  readonly addresses: readonly Address[];
  /** Accept any certificate. */
  readonly insecure: boolean;
}

/** One run, validated and complete. Every quantity is global; only `split` makes per-worker numbers. */
export interface RunPlan {
  readonly target: Target;
  readonly mode: WorkerMode;
  readonly workers: number;
  readonly concurrency: number;
  readonly client: ClientName;
  readonly load: LoadModel;
  readonly stop: StopCondition;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  /** As given, for instance "99.9": ranks are computed in exact decimal arithmetic. */
  readonly percentiles: readonly string[];
  readonly seed: number;
}
