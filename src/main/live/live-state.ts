import type { CoarseCells } from '../../metrics/coarse-cells.ts';
import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { Summary } from '../../protocol/summary.ts';

/** A latency of the requests that ended in a span, including lower bounds. */
export interface SpanLatency {
  readonly cells: CoarseCells;
  /** By nearest rank: for few requests the p99 is the slowest. Null without requests. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** What ended between two looks at a run. */
export interface Span {
  /** Since the measured window began. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly ended: number;
  readonly ok: number;
  readonly failed: number;
  /** On purpose, which is not a failure. */
  readonly cancelled: number;
  readonly latencies: Readonly<Record<ShownLatency, SpanLatency>>;
  /** Due by then and not ended; null in the closed model, where it equals the number of connections. */
  readonly outstanding: number | null;
}

const SHOWN_LATENCIES = ['response', 'service'] as const;
export type ShownLatency = (typeof SHOWN_LATENCIES)[number];

export const TIMED_LATENCIES = [...SHOWN_LATENCIES, 'startLag', 'wait'] as const;
type TimedLatency = (typeof TIMED_LATENCIES)[number];

/** One latency since the window began; null if there are too few values. */
export interface LatencySoFar {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Which of the three are only lower bounds. */
  readonly atLeast: readonly (keyof LatencySoFar)[];
}

/** One request of a mix so far. */
export interface RequestSoFar {
  readonly name: string;
  readonly sent: number;
  /** Sent and not cancelled on purpose: of these is the share that failed. */
  readonly awaited: number;
  readonly ok: number;
  readonly failed: number;
  /** Of the headline latency. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly isP99AtLeast: boolean;
}

/** What users have done so far. */
export interface UsersSoFar {
  /** Users active now. */
  readonly users: number;
  /** All planned iterations have ended: what these users do is their teardown. */
  readonly areAtTeardown: boolean;
  /** Iterations that have ended. */
  readonly completed: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly dropped: number;
  readonly failedChecks: number;
  /** Groups that were left by a failure, most frequent first. */
  readonly failedGroups: readonly { readonly name: string; readonly failed: number }[];
  /** The most frequent failure; null without failures. */
  readonly example: string | null;
}

/** Everything that a view of a running load shows. */
export interface LiveState {
  /** `GET http://127.0.0.1/`, or the number of requests and the first of them. */
  readonly title: string;
  /** Workers, connections, load. */
  readonly plan: string;
  readonly durationMs: number | null;
  readonly requests: number | null;
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  readonly ended: number;
  readonly sent: number;
  /** Sent and not cancelled on purpose. */
  readonly awaited: number;
  readonly ok: number;
  readonly failed: number;
  readonly headline: ShownLatency;
  /** The current rate of the schedule; null in the closed model and after the schedule's end. */
  readonly askedPerSecond: number | null;
  readonly latencies: Readonly<Record<TimedLatency, LatencySoFar>>;
  /** How long ago the last request ended; null if that was a moment ago. */
  readonly silentMs: number | null;
  /** With random arrivals, the number outstanding is only approximate. */
  readonly isOutstandingAbout: boolean;
  readonly rules: Summary['thresholds'];
  /** A row for each request of a mix; empty for a single request. */
  readonly mix: readonly RequestSoFar[];
  /** A row for each agent; empty if the run is on this machine. */
  readonly agents: readonly AgentSoFar[];
  /** Null without scenarios. */
  readonly users: UsersSoFar | null;
  /** Most frequent first. */
  readonly failures: readonly { readonly name: string; readonly count: number; readonly example: string }[];
  readonly statuses: readonly { readonly status: number; readonly count: number }[];
  /** From the oldest to the newest, up to a limit. */
  readonly spans: readonly Span[];
  /** The same spans, joined in pairs. */
  readonly pairs: readonly Span[];
}
