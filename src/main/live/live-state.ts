import type { CoarseCells } from '../../metrics/coarse-cells.ts';
import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { Summary } from '../../protocol/summary.ts';

/** A latency of what ended in a span, also of what is only known to have taken longer. */
export interface SpanLatency {
  readonly cells: CoarseCells;
  /** By nearest rank: of few requests the p99 is the slowest. Null where there are none. */
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
  readonly latencies: Readonly<Record<ShownLatency, SpanLatency>>;
  /** Due by then and not ended; null in the closed model, where it is as many as there are connections. */
  readonly outstanding: number | null;
}

const SHOWN_LATENCIES = ['response', 'service'] as const;
export type ShownLatency = (typeof SHOWN_LATENCIES)[number];

export const TIMED_LATENCIES = [...SHOWN_LATENCIES, 'startLag', 'wait'] as const;
export type TimedLatency = (typeof TIMED_LATENCIES)[number];

/** One latency since the window began; null where there are too few values. */
export interface LatencySoFar {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  /** Those of the three that are only lower bounds. */
  readonly atLeast: readonly (keyof LatencySoFar)[];
}

/** One request of a mix so far. */
export interface RequestSoFar {
  readonly name: string;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Of the headline latency. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly isP99AtLeast: boolean;
}

/** What users have done so far. */
export interface UsersSoFar {
  /** There now. */
  readonly users: number;
  /** Iterations that have ended. */
  readonly completed: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly dropped: number;
  readonly failedChecks: number;
  /** What failed most often; null where nothing did. */
  readonly example: string | null;
}

/** Everything that a picture of a running load shows. */
export interface LiveState {
  /** `GET http://127.0.0.1/`, or how many requests there are. */
  readonly title: string;
  /** Workers, connections, load. */
  readonly plan: string;
  readonly durationMs: number | null;
  readonly requests: number | null;
  /** Since the measured window began; negative in the warm-up. */
  readonly elapsedMs: number;
  readonly ended: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly headline: ShownLatency;
  /** By the schedule, now; null in the closed model and behind the schedule's end. */
  readonly askedPerSecond: number | null;
  readonly latencies: Readonly<Record<TimedLatency, LatencySoFar>>;
  /** How long ago the last request ended; null where that was only just now. */
  readonly silentMs: number | null;
  /** Random arrivals: how many are due is only about known. */
  readonly isOutstandingAbout: boolean;
  readonly rules: Summary['thresholds'];
  /** A row for each request of a mix; none where there is only one. */
  readonly mix: readonly RequestSoFar[];
  /** A row for each agent; none where the run is on this machine. */
  readonly agents: readonly AgentSoFar[];
  /** Null without scenarios. */
  readonly users: UsersSoFar | null;
  /** The most frequent first. */
  readonly failures: readonly { readonly name: string; readonly count: number; readonly example: string }[];
  readonly statuses: readonly { readonly status: number; readonly count: number }[];
  /** From the first to the newest, within bounds. */
  readonly spans: readonly Span[];
  /** The same, two and two of them. */
  readonly pairs: readonly Span[];
}
