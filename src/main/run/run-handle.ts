import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { Summary } from '../../protocol/summary.ts';

/** Where a run stands, over all workers. */
export interface Progress {
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  readonly durationMs: number | null;
  readonly requests: number | null;
  /** Requests of the window that have ended. */
  readonly ended: number;
  readonly ok: number;
  readonly failed: number;
  /** Failures by kind and code, as `name`, the most frequent first. */
  readonly failedAs: readonly { readonly name: string; readonly count: number }[];
  /** The most frequent error so far, for instance `connect (ECONNREFUSED)`; null while there is none. */
  readonly topError: string | null;
  /** Of the headline latency so far, within 0.05 %; null while there are too few values. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Of a run over several machines, each as far as it has said. */
  readonly agents?: readonly AgentSoFar[];
}

/** How a caller stops a run. */
export interface RunControl {
  /** Aborting stops the run as `stop()` does: the summary still comes, marked interrupted. */
  readonly signal?: AbortSignal | undefined;
}

/** Agents on many machines that carry a run out (docs/cluster.md). */
export interface ClusterOptions {
  /** Where they and runs meet: `redis://host:6379`, or `rediss://` with TLS; it may hold a password. */
  readonly broker: string;
  /** Over how many to run. */
  readonly agents: number;
  /** Which of the agents at the broker; by default `default`. */
  readonly pool?: string | undefined;
  /** The cluster key; needed unless the broker is on this machine. */
  readonly key?: string | undefined;
  /** So few are enough when the time to join is up; by default all. */
  readonly minAgents?: number | undefined;
  /** How long they may take to join: milliseconds, or text with a unit; 30s. */
  readonly joinTimeout?: number | string | undefined;
  /** So much of the load may be lost with agents, such as `5%`; beyond it the run ends. By default none may, and the others go on. */
  readonly maxLost?: string | undefined;
}

/** How a caller stops a run, and where it takes place. */
export interface StartControl extends RunControl {
  /** Left out, the load comes from this machine. */
  readonly cluster?: ClusterOptions | undefined;
}

/** A run under way. */
export interface Run {
  /** The result; rejects with a VolleyError where nothing could be sent. */
  readonly summary: Promise<Summary>;
  /** Where the run stands, every `intervalMs` (default 500) from the first request to the last. */
  progress(intervalMs?: number): AsyncIterable<Progress>;
  /** Starts nothing more and waits for what is in flight, for at most the timeout or 5 s. */
  stop(): void;
  /** Ends at once, with what has been recorded. */
  abort(): void;
}
