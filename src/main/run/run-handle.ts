import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { Summary } from '../../protocol/summary.ts';

/** Progress of a run, over all workers. */
export interface Progress {
  /** Time since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  readonly durationMs: number | null;
  readonly requests: number | null;
  /** Finished requests of the window. */
  readonly ended: number;
  readonly ok: number;
  readonly failed: number;
  /** Failures by kind and code, as `name`, most frequent first. */
  readonly failedAs: readonly { readonly name: string; readonly count: number }[];
  /** The most frequent error so far, for instance `connect (ECONNREFUSED)`; null if there is none. */
  readonly topError: string | null;
  /** Percentile of the headline latency so far, within 0.05 %; null while there are too few values. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** In a run over several machines, the last known state of each. */
  readonly agents?: readonly AgentSoFar[];
}

/** Lets a caller stop a run. */
export interface RunControl {
  /** Aborting stops the run like `stop()`: there is still a summary, marked as interrupted. */
  readonly signal?: AbortSignal | undefined;
}

/** Agents on several machines that carry out a run (docs/cluster.md). */
export interface ClusterOptions {
  /** URL of the broker that connects runs and agents: `redis://host:6379`, or `rediss://` with TLS; may contain a password. */
  readonly broker: string;
  /** Number of agents to run on. */
  readonly agents: number;
  /** Pool of agents at the broker; by default `default`. */
  readonly pool?: string | undefined;
  /** The cluster key; required unless the broker is on this machine. */
  readonly key?: string | undefined;
  /** Number of agents that is enough when the time to join is up; by default all. */
  readonly minAgents?: number | undefined;
  /** How long agents may take to join: milliseconds, or text with a unit; by default 30s. */
  readonly joinTimeout?: number | string | undefined;
  /** Share of the load that may be lost with agents, such as `5%`; beyond it the run ends. By default it goes on, degraded. */
  readonly maxLost?: string | undefined;
}

/** Lets a caller stop a run, and choose where it takes place. */
export interface StartControl extends RunControl {
  /** If omitted, the load comes from this machine. */
  readonly cluster?: ClusterOptions | undefined;
}

/** A run in progress. */
export interface Run {
  /** The result; rejects with a VolleyError if nothing could be sent. */
  readonly summary: Promise<Summary>;
  /** Progress of the run, every `intervalMs` (default 500, at least 1) from the first request to the last. @throws VolleyError VOLLEY_USAGE */
  progress(intervalMs?: number): AsyncIterable<Progress>;
  /** Starts nothing more and waits for requests in flight, at most for the timeout or 5 s. */
  stop(): void;
  /** Ends at once, keeping what has been recorded. */
  abort(): void;
}
