import type { AgentIterations } from './agent-iterations.ts';
import type { AgainstBaseline } from './baseline.ts';
import type { EventTimeKind } from './event-times.ts';
import type { Finding, NextStep } from './finding.ts';
import type { HistogramRow, LatencyKind } from './latency.ts';
import type { Pacing } from './load.ts';
import type { WorkerKind } from './plan.ts';
import type { PlanSummary } from './plan-summary.ts';
import type { ErrorAdvice, ErrorKind } from './report.ts';
import type {
  CheckCounts,
  CodeShare,
  IterationCounts,
  IterationErrorSummary,
  UserFailures,
} from './scenario.ts';
import type { SeriesBucket } from './series-bucket.ts';
import type { StreamTimeKind } from './stream.ts';
import type { Operator, RuleFigure } from './threshold.ts';
import type { TimeKind } from './times.ts';

export const SCHEMA_VERSION = 1;

/** One kind of latency over all workers, in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  /** Number of values that are only lower bounds. */
  readonly censored: number;
  /** Null if nothing was recorded; the same below. */
  readonly min: number | null;
  readonly mean: number | null;
  /** Of the sample (n − 1); null below two values. */
  readonly stdev: number | null;
  readonly max: number | null;
  readonly maxMinusMean: number | null;
  /** Nearest rank; null if the sample is too small for it. */
  readonly percentiles: Readonly<Record<string, number | null>>;
  /** The percentiles, and `min`, whose value is only a lower bound. */
  readonly atLeast: readonly string[];
  /** What those percentiles are at most, whatever the lower bounds stand for; absent where there is no limit. */
  readonly atMost?: Readonly<Record<string, number>>;
  readonly precision: 'exact' | 'histogram';
  /** All values as a histogram with 64 cells per power of two; docs/metrics.md explains the format. Absent in older results. */
  readonly cells?: readonly number[];
}

/** Ends of a 95 % interval; null where that side is unbounded. */
export interface PercentileInterval {
  readonly low: number | null;
  readonly high: number | null;
}

/** Outcomes of requests; docs/metrics.md has the identities between them. */
export interface RequestCounts {
  readonly scheduled: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Cancelled on purpose, as `--cancel` asks; absent without it. */
  readonly cancelled?: number;
  /** Ended by volley with their iterations, before they could be called late; absent without scenarios. */
  readonly interrupted?: number;
  readonly dropped: number;
  readonly notStarted: number;
  readonly retried: number;
}

/** What one worker did, and what it cost. */
export interface WorkerSummary extends RequestCounts {
  readonly index: number;
  readonly kind: WorkerKind;
  readonly pid: number;
  readonly threadId: number;
  readonly connections: number;
  readonly cpuMs: number;
  readonly eventLoopUtilization: number;
  /** Share of the load in which it was ready to run but had no processor; null if the system does not report it. */
  readonly processorWait: number | null;
  readonly loopDelayP99Ms: number;
  readonly gcMs: number;
  readonly startupMs: number;
  readonly workRounds: number;
  readonly lost: boolean;
  /** The agent that it belongs to; absent in a run on one machine. */
  readonly agent?: number;
}

/** What one agent contributed to a run over several machines. */
export interface AgentSummary {
  readonly name: string;
  readonly address: string;
  readonly workers: number;
  /** Of scenarios, users: each has connections of its own. */
  readonly connections: number;
  readonly state: 'finished' | 'lost';
  /** Absent unless scenarios made the requests. */
  readonly iterations?: AgentIterations;
  /** Why it was lost; null if it was not. */
  readonly because: string | null;
  /** When that was found, from the start of the window. */
  readonly lostAtMs: number | null;
  /** Of a lost one, until when its figures reach; null if it reported nothing. Absent in older results. */
  readonly knownUntilMs?: number | null;
  /** Its share of the requests; null if it was lost from a closed load that only a duration ends. */
  readonly planned: number | null;
  readonly sent: number;
  /** Planned, but not known to be sent. */
  readonly missing: number | null;
  /** How many it may have sent that are not measured: after a stop of which it did not hear, more than are missing. */
  readonly unknownAtMost: number | null;
  /** Between the agent and the broker: clocks agree to within half of it. */
  readonly rttMs: number;
  /** How far its clock and the broker's drifted apart during the run; null if it was lost. */
  readonly driftMs: number | null;
  /** How long after the common start its last worker began; null if none did. */
  readonly startLateMs: number | null;
  /** How long after it was due its latest request started; null in a closed load. Absent in older results. */
  readonly mostLagMs?: number | null;
  /** Of the headline latency. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** The verdict on its own figures; null if it was lost. */
  readonly verdict: Verdict | null;
  readonly reasons: readonly string[];
}

/** Connections opened, and how those ended that did not last. */
export interface ConnectionsSummary {
  readonly opened: number;
  readonly closedByTarget: number;
  /** Given up because the target sent bytes that no request had asked for; absent where there were none. */
  readonly unrequested?: number;
  /** Answers taken from these, warm-up included: each may be cut, or that of another request; absent like those. */
  readonly doubtfulAnswers?: number;
}

/** Failures of one kind and code, with an example. */
export interface ErrorSummary {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
  /** Some of them differ from the example, for instance in their path; absent if none does. */
  readonly varies?: true;
  /** What can be done about it, as `example` ends; absent if there is nothing to add, and in older results. */
  readonly advice?: ErrorAdvice;
  /** Due times of the first and the last, from the start of the window. Absent in older results. */
  readonly firstAtMs?: number;
  readonly lastAtMs?: number;
}

/** The rule that ended a run early. */
export interface StoppedBy {
  readonly expression: string;
  /** Its value then: milliseconds, requests per second, or a share. */
  readonly measured: number;
  /** From the start of the window. */
  readonly atMs: number;
}

/** One scenario, or all of them. */
export interface ScenarioRow extends IterationCounts {
  readonly name: string;
  /** From when an iteration was due to its end, without think time. */
  readonly responseMs: LatencySummary;
  /** From its start to its end, think time included. */
  readonly durationMs: LatencySummary;
  readonly startLagMs: LatencySummary;
  /** Think time asked for, summed over all iterations. */
  readonly thinkMs: number;
  readonly errors: readonly IterationErrorSummary[];
}

/** What users did, if scenarios made the requests. */
export interface ScenariosSummary {
  readonly total: ScenarioRow;
  /** In the order of the module. */
  readonly scenarios: readonly ScenarioRow[];
  readonly groups: readonly {
    readonly name: string;
    readonly entered: number;
    readonly left: number;
    readonly failed: number;
    readonly interrupted: number;
    /** Without think time. */
    readonly responseMs: LatencySummary;
  }[];
  readonly checks: readonly CheckCounts[];
  readonly metrics: readonly MetricSummary[];
  /** Requests of iterations that went on after the window; nothing else counts them. Absent in older results. */
  readonly laterRequests?: number;
  /** How much of a worker's event loop the scenarios' own code took. Null if unknown; absent in older results. */
  readonly code?: CodeShare | null;
  /** Why the test's `teardown` failed; null if it did not. */
  readonly teardownFailure: string | null;
  readonly users: {
    /** Users that had a session: whose setup, if they have one, did not fail. */
    readonly ever: number;
    /** Most users at one time, those in their setup among them. */
    readonly max: number;
    /** How many there were, from each time on, those in their setup among them. */
    readonly series: readonly { readonly atMs: number; readonly users: number }[];
    /** Users whose setup failed; null if none did. */
    readonly setupFailures: UserFailures | null;
    /** Users whose teardown failed. */
    readonly teardownFailures: UserFailures | null;
    /** Rejections that nothing awaited, when their user had no iteration left. Absent in older results. */
    readonly lateRejections?: UserFailures | null;
  };
}

/** A custom metric of the test; null if it got no value. */
export type MetricSummary = { readonly name: string } & (
  | { readonly kind: 'counter'; readonly count: number }
  | { readonly kind: 'rate'; readonly share: number | null; readonly good: number; readonly of: number }
  | { readonly kind: 'gauge'; readonly value: number | null }
  | { readonly kind: 'trend'; readonly values: LatencySummary }
);

/** Whether the target failed, or else what set the limit (docs/metrics.md). */
export const VERDICTS = [
  'failing',
  'ok',
  'generator-limited',
  'connection-limited',
  'vu-limited',
  'target-limited',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The result of a run, and the JSON that is saved. */
export interface Summary {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: {
    readonly name: 'volley';
    readonly version: string;
    readonly node: string;
    readonly undici: string;
    readonly platform: string;
    readonly cpuModel: string;
    readonly cores: number;
  };
  readonly startedAt: string;
  readonly plan: PlanSummary;
  readonly interrupted: boolean;
  /** Null if no rule ended the run. */
  readonly stoppedBy: StoppedBy | null;
  /** How it compares with an earlier result, if `--baseline` asked for it; null if none was kept. */
  readonly baseline?: AgainstBaseline | null;
  readonly degraded: boolean;
  /** Why the result is degraded, a sentence each. */
  readonly degradedReasons: readonly string[];
  /** What a reader must know about the figures, a sentence each. */
  readonly notes: readonly string[];
  /** The same as codes with figures. Absent in older results. */
  readonly findings?: { readonly degraded: readonly Finding[]; readonly notes: readonly Finding[] };
  readonly windowMs: number;
  readonly requests: RequestCounts;
  readonly rate: {
    readonly targetPerSecond: number | null;
    readonly sentPerSecond: number;
    readonly throughputPerSecond: number;
    /** Bytes of requests and of answers, heads included, per second over the whole run. Absent in older results. */
    readonly sentBytesPerSecond?: number;
    readonly receivedBytesPerSecond?: number;
  };
  readonly latencyMs: {
    readonly headline: 'response' | 'service';
    /** Intervals of the headline latency's percentiles; null if the run is too short for them. */
    readonly intervals: Readonly<Record<string, PercentileInterval>> | null;
  } & Readonly<Record<LatencyKind, LatencySummary>>;
  /** Times of events that do not occur once per request, over the whole run. Absent in older results. */
  readonly eventTimesMs?: Readonly<Record<EventTimeKind, LatencySummary>>;
  /** Figures of streamed answers; null (in older results absent) if answers are read as a whole. */
  readonly streams?: StreamSummary | null;
  /** One row per request of the mix, in the plan's order; empty if there is only one. */
  readonly mix: readonly MixRow[];
  /** Absent unless scenarios made the requests. */
  readonly scenarios?: ScenariosSummary;
  /** Distribution of the headline latency, in rows of increasing latency. */
  readonly histogram: readonly HistogramRow[];
  readonly connections: ConnectionsSummary;
  /** Connections opened to each address, including addresses that were known but never reached. */
  readonly addresses: readonly { readonly address: string; readonly connections: number }[];
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: readonly ErrorSummary[];
  readonly workers: readonly WorkerSummary[];
  /** Null in a run on one machine; absent in older results. */
  readonly agents?: readonly AgentSummary[] | null;
  readonly generator: {
    readonly verdict: Verdict;
    readonly reasons: readonly string[];
    /** The same as codes with figures: the grounds of the verdict, advice, and caveats. Absent in older results. */
    readonly finding?: Finding & { readonly nextStep: NextStep | null };
    readonly caveats?: readonly Finding[];
    readonly pacing: Pacing | null;
    /** Of the whole process tree, from the operating system. */
    readonly cpuMs: number;
    readonly cpuMicrosPerRequest: number | null;
    /** Split into the workers' event loops, the coordinator's, and the rest (Node's own threads and start-up). */
    readonly workersCpuMs: number;
    readonly coordinatorCpuMs: number;
    readonly runtimeCpuMs: number;
    readonly peakRssBytes: number;
    readonly startupMs: number;
    readonly mergeMs: number;
    /** Size of all sample blocks received: moved from threads, copied from processes. */
    readonly batchBytes: number;
    /** Time between the first and the last worker's start. */
    readonly startSkewMs: number;
  };
  readonly thresholds: readonly {
    readonly expression: string;
    /** Its subject, such as the percentile in `p99`. Absent in older results, like the next four. */
    readonly figure?: RuleFigure;
    /** The latency or event time; null for other figures. */
    readonly latency?: TimeKind | null;
    /** The request of the mix; null for all of them. */
    readonly request?: string | null;
    readonly operator?: Operator;
    /** In the unit of `measured`. */
    readonly limit?: number;
    /** Milliseconds, requests per second, or a share; null if there is no such figure. */
    readonly measured: number | null;
    /** A lower bound because of requests without an answer: an upper limit then counts as broken. */
    readonly isLowerBound: boolean;
    /** Requests that the figure needs, if there were too few; null if it was measured. Absent in older results. */
    readonly requestsNeeded?: number | null;
    /** The nearest name that was measured, where the request, group or check was not; null if none is near. Else absent. */
    readonly meant?: string | null;
    /** Implied by the other rules, not given by the user. Absent in older results. */
    readonly isImplied?: boolean;
    readonly ok: boolean;
  }[];
  readonly series: {
    readonly intervalMs: number;
    /** Resolution of `buckets[].cells`: 8; fewer in older results with many intervals. */
    readonly cellsPerOctave: number;
    readonly buckets: readonly SeriesBucket[];
  };
}

/** Times and tokens of streamed answers: those of the measured window that were complete and ok. */
export interface StreamSummary {
  readonly timesMs: Readonly<Record<StreamTimeKind, LatencySummary>>;
  readonly answers: number;
  /** Of those, answers that did not come as a stream: only their `e2e` time is known. */
  readonly notStreamed: number;
  readonly tokens: {
    readonly total: number;
    /** Token events of the answers with a known number of tokens. */
    readonly events: number;
    readonly perEvent: number | null;
    /** Answers with a known number of tokens, and those of them that the server counted. */
    readonly countedAnswers: number;
    readonly countedByServer: number;
    /** All tokens divided by the time from when the first answer was due until the last was complete. */
    readonly perSecond: number | null;
    /** Rate that one user sees: 1 second divided by the mean time per output token. */
    readonly perUserPerSecond: number | null;
  };
  /** Gaps between token events; `coalesced` ones are zero because both events came in one read. */
  readonly gaps: { readonly count: number; readonly coalescedShare: number | null };
  /** Answers that met every objective; null without objectives. */
  readonly goodput: {
    readonly objectives: readonly {
      readonly latency: StreamTimeKind;
      readonly name: string;
      readonly limitMs: number;
    }[];
    readonly good: number;
    /** Share of all requests sent. */
    readonly share: number | null;
    readonly perSecond: number;
  } | null;
}

/** Outcomes of one request of the mix. */
export interface MixRow {
  readonly name: string;
  /** Empty where several requests share the name, and differ in it. */
  readonly method: string;
  /** Of requests that share the name, but go to several places, their origin; empty where that differs, too. */
  readonly url: string;
  /** How many methods and URLs share the name, from 2 to 100 or more; absent for one. */
  readonly places?: number;
  readonly weight: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly cancelled?: number;
  readonly interrupted?: number;
  readonly dropped: number;
  /** Of the headline latency. */
  readonly latencyMs: LatencySummary;
}
