import type { Arrivals, Stage } from './load.ts';

export const EXECUTORS = [
  'constant-vus',
  'ramping-vus',
  'per-vu-iterations',
  'shared-iterations',
  'constant-arrival-rate',
  'ramping-arrival-rate',
] as const;
/** Who starts iterations, and when (docs/scenarios.md). */
export type ExecutorName = (typeof EXECUTORS)[number];

/** The number of users goes to `target` in `durationMs`; 0 ms is a jump. */
export interface UserStage {
  readonly durationMs: number;
  readonly target: number;
}

interface Common {
  /** When it begins, from the start of the window. */
  readonly startMs: number;
  /** For how long iterations may go on when nothing starts any more. */
  readonly gracefulStopMs: number;
}

/** A number of users over time, each of whom starts its next iteration when its last one is over. */
export interface UsersOverTime extends Common {
  readonly type: 'users';
  readonly executor: 'constant-vus' | 'ramping-vus';
  readonly startUsers: number;
  readonly stages: readonly UserStage[];
  /** For how long the iteration of a user goes on who is one too many. */
  readonly gracefulRampDownMs: number;
}

/** A number of iterations, for each user or shared by all. */
export interface Iterations extends Common {
  readonly type: 'iterations';
  readonly executor: 'per-vu-iterations' | 'shared-iterations';
  readonly users: number;
  readonly iterations: number;
  readonly maxDurationMs: number;
}

/** Iterations that start by a schedule, whatever has become of earlier ones. */
export interface IterationArrivals extends Common {
  readonly type: 'arrivals';
  readonly executor: 'constant-arrival-rate' | 'ramping-arrival-rate';
  readonly stages: readonly Stage[];
  readonly durationMs: number;
  readonly arrivals: Arrivals;
  readonly maxUsers: number;
  /** Users that are there from the start, set up. */
  readonly firstUsers: number;
  /** An iteration for which there is no free user waits in line, or is left out. */
  readonly whenBusy: 'queue' | 'drop';
}

export type UserLoad = UsersOverTime | Iterations | IterationArrivals;

export const ROW_DEALS = ['per-vu', 'once', 'cycle', 'random'] as const;
/** Which row a user or an iteration has. */
export type RowDeal = (typeof ROW_DEALS)[number];

export const METRIC_KINDS = ['counter', 'trend', 'rate', 'gauge'] as const;
/** What a metric of a test's own is: a sum, a distribution, a share, or a last value. */
export type MetricKind = (typeof METRIC_KINDS)[number];

/** What one scenario says beside its code. */
export interface ScenarioPlan {
  readonly name: string;
  /** Null where its iterations have no rows. */
  readonly deal: RowDeal | null;
  /** Rows that there are; 0 where only the module knows. */
  readonly rowCount: number;
  /** Each iteration has connections of its own. */
  readonly newConnection: boolean;
  /** Its users keep cookies. */
  readonly hasCookies: boolean;
  /** From one iteration to the next. */
  readonly keepsCookies: boolean;
}

/** Users and the scenarios that they or their iterations are dealt to. */
export interface UserPool {
  readonly load: UserLoad;
  /** Its users are numbered from here. */
  readonly firstId: number;
  /** Places in the list of scenarios, and how often each is dealt. */
  readonly parts: readonly { readonly scenario: number; readonly weight: number }[];
}

/** A test of scenarios: whose code is in a module, which each worker loads. */
export interface ScenariosPlan {
  /** The module's `file:` URL. */
  readonly module: string;
  /** What stands before the path of a request that names no origin; null where each has to. */
  readonly base: string | null;
  readonly scenarios: readonly ScenarioPlan[];
  readonly pools: readonly UserPool[];
  readonly metrics: Readonly<Record<string, MetricKind>>;
  /** Something is done once before them, or after them. */
  readonly hasSetup: boolean;
  readonly hasTeardown: boolean;
  /** For each of the two. */
  readonly setupTimeoutMs: number;
}

/** Names of one kind beyond this many are counted together, as `OTHERS`. */
export const MOST_NAMES = 200;
export const OTHERS = '(others)';

/** What has a name that is known only when it is first used. */
export const NAMED = ['request', 'group', 'check'] as const;
export type Named = (typeof NAMED)[number];

/** A name that a worker has numbered: it is told once, before the number is used. */
export interface NumberedName {
  readonly of: Named;
  readonly number: number;
  readonly name: string;
  /** Of a request. */
  readonly method: string;
}

/** How an iteration ended. The number is what travels. */
export const ITERATION_OUTCOME = { completed: 0, failed: 1, interrupted: 2, dropped: 3 } as const;

/** Why an iteration failed: a request without a good answer, one that was not as expected, its code, or its own `fail()`. */
export type IterationErrorKind = 'request' | 'expectation' | 'script' | 'fail';

/** Iterations of one scenario that failed for the same reason. */
export interface IterationErrorTally {
  readonly scenario: number;
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
}

/** Where the load began and ended in time: how many users had a session, from when on. */
export interface UsersAt {
  readonly atMs: number;
  readonly users: number;
}

/** What is only counted. */
export interface NamedCount {
  readonly of: 'group' | 'check' | 'counter' | 'rate' | 'gauge';
  readonly number: number;
  /** Left, passed or good; of a counter the sum, of a gauge the last value. */
  readonly good: number;
  /** Failed or not good. */
  readonly bad: number;
  /** Of groups. */
  readonly interrupted: number;
}

/** Users whose beginning or end has failed, and why one of them did. */
export interface UserFailures {
  readonly count: number;
  readonly example: string;
}

/** What a worker says of its scenarios when it is done. */
export interface ScenarioReport {
  /** Rows of iterations that it has sent. */
  readonly iterations: number;
  /** Iterations that were to start and did not, by scenario. */
  readonly notStarted: readonly number[];
  /** Users that had a session. */
  readonly users: number;
  /** Users whose `vuSetup` failed, and why one did; null where none has. */
  readonly setupFailures: UserFailures | null;
  /** The same of `vuTeardown`. */
  readonly teardownFailures: UserFailures | null;
  /** Iterations that neither sent nor slept. */
  readonly idleIterations: number;
}

/** What became of iterations; docs/scenarios.md has the sums that hold. */
export interface IterationCounts {
  readonly scheduled: number;
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  /** Cut off: by the end of the load, of a ramp or of the run. */
  readonly interrupted: number;
  /** Due, and without a user until the end. */
  readonly dropped: number;
  readonly notStarted: number;
}

/** Iterations that failed for one reason. */
export interface IterationErrorSummary {
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
}
