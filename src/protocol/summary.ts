import type { AgainstBaseline } from './baseline.ts';
import type { EventTimeKind } from './event-times.ts';
import type { Finding, NextStep } from './finding.ts';
import type { LatencyKind } from './latency.ts';
import type { Pacing } from './load.ts';
import type { WorkerKind } from './plan.ts';
import type { PlanSummary } from './plan-summary.ts';
import type { ErrorKind } from './report.ts';
import type { IterationCounts, IterationErrorSummary, UserFailures } from './scenario.ts';
import type { StreamTimeKind } from './stream.ts';
import type { Operator, RuleFigure } from './threshold.ts';
import type { TimeKind } from './times.ts';

export const SCHEMA_VERSION = 1;

/** One kind of latency over all workers, in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  /** How many of the values are only lower bounds. */
  readonly censored: number;
  /** Null where nothing was recorded, here and below. */
  readonly min: number | null;
  readonly mean: number | null;
  /** Of the sample (n − 1); null below two values. */
  readonly stdev: number | null;
  readonly max: number | null;
  readonly maxMinusMean: number | null;
  /** Nearest rank; null where the sample is too small for it. */
  readonly percentiles: Readonly<Record<string, number | null>>;
  /** The percentiles, and `min`, whose number is only a lower bound. */
  readonly atLeast: readonly string[];
  readonly precision: 'exact' | 'histogram';
  /** All of them as a histogram with 64 cells for each power of two; docs/metrics.md says how to read it. Absent in older results. */
  readonly cells?: readonly number[];
}

/** Ends of a 95 % interval; null where there is none on that side. */
export interface PercentileInterval {
  readonly low: number | null;
  readonly high: number | null;
}

/** What became of the requests; docs/metrics.md has the sums that hold. */
export interface RequestCounts {
  readonly scheduled: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  /** Ended on purpose, as `--cancel` asks; absent where it does not. */
  readonly cancelled?: number;
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
  /** Share of the load in which it was ready to run and had no processor; null where the system does not say. */
  readonly processorWait: number | null;
  readonly loopDelayP99Ms: number;
  readonly gcMs: number;
  readonly startupMs: number;
  readonly workRounds: number;
  readonly lost: boolean;
  /** Which of the agents it belongs to; absent in a run on one machine. */
  readonly agent?: number;
}

/** What one agent did of a run over several machines. */
export interface AgentSummary {
  readonly name: string;
  readonly address: string;
  readonly workers: number;
  readonly connections: number;
  readonly state: 'finished' | 'lost';
  /** Why it was lost; null where it was not. */
  readonly because: string | null;
  /** When that was found, from the start of the window. */
  readonly lostAtMs: number | null;
  /** Its part of the requests; null where it was lost from a closed load that a duration ends. */
  readonly planned: number | null;
  readonly sent: number;
  /** Planned and not known to be sent. */
  readonly missing: number | null;
  /** So many of those that are missing may have been sent after its last word. */
  readonly unknownAtMost: number | null;
  /** Between it and the broker: clocks agree within half of it. */
  readonly rttMs: number;
  /** How far its clock and the broker's went apart during the run; null where it was lost. */
  readonly driftMs: number | null;
  /** How long after the common start its last worker began; null where none did. */
  readonly startLateMs: number | null;
  /** Of the headline latency. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Of its own figures; null where it was lost. */
  readonly verdict: Verdict | null;
  readonly reasons: readonly string[];
}

/** Failures of one kind and code, with an example. */
export interface ErrorSummary {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
  /** When the first and the last of them were due, from the start of the window. Absent in older results. */
  readonly firstAtMs?: number;
  readonly lastAtMs?: number;
}

/** One latency in one interval; null where there are too few values. */
export interface IntervalPercentiles {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** One interval of the run, with the requests that were due in it; `atMs` is its beginning. */
export interface SeriesBucket {
  readonly atMs: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Ended on purpose; absent where none was. */
  readonly cancelled?: number;
  /** How many latencies are only lower bounds. Absent in older results, as what follows without a null. */
  readonly censored?: number;
  /** By kind. */
  readonly failures?: Readonly<Record<string, number>>;
  /** Ended well in it, whenever they were due. */
  readonly answered?: number;
  /** Without an answer at its end, whenever they were due. */
  readonly outstanding?: number;
  /** Of the headline latency. */
  readonly p50: number | null;
  readonly p90?: number | null;
  readonly p99: number | null;
  readonly max?: number | null;
  /** The headline latency of its requests, as a histogram; docs/metrics.md says how to read it. */
  readonly cells: readonly number[];
  /** The one of the two that is not the headline. */
  readonly service?: IntervalPercentiles;
  readonly response?: IntervalPercentiles;
  readonly waitP99?: number | null;
  readonly startLagP99?: number | null;
}

/** The rule that ended a run early. */
export interface StoppedBy {
  readonly expression: string;
  /** Milliseconds, requests per second, or a share, at that time. */
  readonly measured: number;
  /** Since the window began. */
  readonly atMs: number;
}

/** One scenario, or all of them. */
export interface ScenarioRow extends IterationCounts {
  readonly name: string;
  /** How long an iteration took its user, without the time it thought: from when it was due. */
  readonly responseMs: LatencySummary;
  /** From its start to its end, think time included. */
  readonly durationMs: LatencySummary;
  readonly startLagMs: LatencySummary;
  /** Think time asked for, of all iterations together. */
  readonly thinkMs: number;
  readonly errors: readonly IterationErrorSummary[];
}

/** What users did, where scenarios made the requests. */
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
  readonly checks: readonly {
    readonly name: string;
    readonly made: number;
    readonly passed: number;
    readonly failed: number;
  }[];
  readonly metrics: readonly MetricSummary[];
  /** Why the test's `teardown` has failed; null where it has not. */
  readonly teardownFailure: string | null;
  readonly users: {
    /** That had a session. */
    readonly ever: number;
    /** At once. */
    readonly max: number;
    /** How many there were from a time on. */
    readonly series: readonly { readonly atMs: number; readonly users: number }[];
    /** Whose beginning failed; null where none did. */
    readonly setupFailures: UserFailures | null;
    /** Whose end failed. */
    readonly teardownFailures: UserFailures | null;
  };
}

/** A metric of the test's own; null where it got no value. */
export type MetricSummary = { readonly name: string } & (
  | { readonly kind: 'counter'; readonly count: number }
  | { readonly kind: 'rate'; readonly share: number | null; readonly good: number; readonly of: number }
  | { readonly kind: 'gauge'; readonly value: number | null }
  | { readonly kind: 'trend'; readonly values: LatencySummary }
);

/** Whether the target failed, or what set the limit (docs/metrics.md). */
export type Verdict = 'failing' | 'ok' | 'generator-limited' | 'connection-limited' | 'target-limited';

/** The result of a run, which is also the JSON that is saved. */
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
  /** Null where no rule ended the run. */
  readonly stoppedBy: StoppedBy | null;
  /** How it stands to an earlier result, where `--baseline` asked for it. */
  readonly baseline?: AgainstBaseline;
  readonly degraded: boolean;
  /** What makes the result degraded, a sentence each. */
  readonly degradedReasons: readonly string[];
  /** What a reader should know of the figures, a sentence each. */
  readonly notes: readonly string[];
  /** The same as codes with figures. Absent in older results. */
  readonly findings?: { readonly degraded: readonly Finding[]; readonly notes: readonly Finding[] };
  readonly windowMs: number;
  readonly requests: RequestCounts;
  readonly rate: {
    readonly targetPerSecond: number | null;
    readonly sentPerSecond: number;
    readonly throughputPerSecond: number;
    /** Bytes of a request and of its answer, heads included, over the whole run, by the rates above. Absent in older results. */
    readonly sentBytesPerSecond?: number;
    readonly receivedBytesPerSecond?: number;
  };
  readonly latencyMs: {
    readonly headline: 'response' | 'service';
    /** Of the headline latency's percentiles; null for a run too short to tell. */
    readonly intervals: Readonly<Record<string, PercentileInterval>> | null;
  } & Readonly<Record<LatencyKind, LatencySummary>>;
  /** Times of what does not come once a request, over the whole run. Absent in older results. */
  readonly eventTimesMs?: Readonly<Record<EventTimeKind, LatencySummary>>;
  /** Of answers that are streams of tokens; null, or missing in older results, where they are read as a whole. */
  readonly streams?: StreamSummary | null;
  /** A row for each request of the mix, in the plan's order; empty where there is only one. */
  readonly mix: readonly MixRow[];
  /** Absent where no scenarios made the requests. */
  readonly scenarios?: ScenariosSummary;
  /** Of the headline latency: rows of increasing latency. */
  readonly histogram: readonly HistogramRow[];
  readonly connections: { readonly opened: number; readonly closedByTarget: number };
  /** Connections opened to each address, also to those that were known and never reached. */
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
    /** The same as codes with figures: what the verdict rests on, what to do, and what must be known besides. Absent in older results. */
    readonly finding?: Finding & { readonly nextStep: NextStep | null };
    readonly caveats?: readonly Finding[];
    readonly pacing: Pacing | null;
    /** The whole process tree's, from the operating system. */
    readonly cpuMs: number;
    readonly cpuMicrosPerRequest: number | null;
    /** Of that: the workers' event loops, the coordinator's, and the rest: Node's own threads and start-up. */
    readonly workersCpuMs: number;
    readonly coordinatorCpuMs: number;
    readonly runtimeCpuMs: number;
    readonly peakRssBytes: number;
    readonly startupMs: number;
    readonly mergeMs: number;
    /** Size of all blocks of samples that came from workers: moved from threads, copied from processes. */
    readonly batchBytes: number;
    /** Between the first and the last worker to begin. */
    readonly startSkewMs: number;
  };
  readonly thresholds: readonly {
    readonly expression: string;
    /** What it is about: a percentile as in `p99`. Absent in older results, like the next four. */
    readonly figure?: RuleFigure;
    /** Which latency, or which time of an event; null for a figure that is none. */
    readonly latency?: TimeKind | null;
    /** Of the mix; null for all of them. */
    readonly request?: string | null;
    readonly operator?: Operator;
    /** In the unit of `measured`. */
    readonly limit?: number;
    /** Milliseconds, requests per second, or a share; null where there is no such figure. */
    readonly measured: number | null;
    /** Requests without an answer make it one: an upper limit is then not kept. */
    readonly isLowerBound: boolean;
    /** How many requests the figure takes, where there were too few; null where it was measured. Absent in older results. */
    readonly requestsNeeded?: number | null;
    /** Nobody gave it: it came with the others. Absent in older results. */
    readonly isImplied?: boolean;
    readonly ok: boolean;
  }[];
  readonly series: {
    readonly intervalMs: number;
    /** Of `buckets[].cells`: 8; fewer in older results with many intervals. */
    readonly cellsPerOctave: number;
    readonly buckets: readonly SeriesBucket[];
  };
}

/** What streamed answers took and brought: of those of the measured window that were complete and ok. */
export interface StreamSummary {
  readonly timesMs: Readonly<Record<StreamTimeKind, LatencySummary>>;
  readonly answers: number;
  /** Of those, answers that came as no stream: of their times only `e2e` is known. */
  readonly notStreamed: number;
  readonly tokens: {
    readonly total: number;
    /** Token events of the answers whose tokens are counted. */
    readonly events: number;
    readonly perEvent: number | null;
    /** Answers whose number of tokens is known, and how many of them the server has counted. */
    readonly countedAnswers: number;
    readonly countedByServer: number;
    /** All tokens by the time from when the first answer was due until the last one was complete. */
    readonly perSecond: number | null;
    /** What one user sees: 1 second by the mean time per output token. */
    readonly perUserPerSecond: number | null;
  };
  /** Between token events; coalesced ones are none, since both events came with one read. */
  readonly gaps: { readonly count: number; readonly coalescedShare: number | null };
  /** Answers that kept every objective; null where none is set. */
  readonly goodput: {
    readonly objectives: readonly {
      readonly latency: StreamTimeKind;
      readonly name: string;
      readonly limitMs: number;
    }[];
    readonly good: number;
    /** Of all requests that were sent. */
    readonly share: number | null;
    readonly perSecond: number;
  } | null;
}

/** What became of one request of the mix. */
export interface MixRow {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly weight: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly cancelled?: number;
  readonly dropped: number;
  /** Of the headline latency. */
  readonly latencyMs: LatencySummary;
}

/** How many latencies lie between two bounds. */
export interface HistogramRow {
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
  readonly count: number;
}
