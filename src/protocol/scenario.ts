import type { FlowTest } from './flow.ts';
import type { Arrivals, Stage } from './load.ts';
import type { MetricKind, RowDeal } from './scenario-words.ts';

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

/** The number of users moves to `target` over `durationMs`; 0 ms is a jump. */
export interface UserStage {
  readonly durationMs: number;
  readonly target: number;
}

interface Common {
  /** Start, from the start of the window. */
  readonly startMs: number;
  /** How long iterations may continue after the last start. */
  readonly gracefulStopMs: number;
}

/** A number of users over time; each starts its next iteration when its last one ends. */
export interface UsersOverTime extends Common {
  readonly type: 'users';
  readonly executor: 'constant-vus' | 'ramping-vus';
  readonly startUsers: number;
  readonly stages: readonly UserStage[];
  /** How long a surplus user may continue its iteration. */
  readonly gracefulRampDownMs: number;
}

/** A number of iterations, per user or shared by all. */
export interface Iterations extends Common {
  readonly type: 'iterations';
  readonly executor: 'per-vu-iterations' | 'shared-iterations';
  readonly users: number;
  readonly iterations: number;
  readonly maxDurationMs: number;
}

/** Iterations that start on schedule, whether or not earlier ones have ended. */
export interface IterationArrivals extends Common {
  readonly type: 'arrivals';
  readonly executor: 'constant-arrival-rate' | 'ramping-arrival-rate';
  readonly stages: readonly Stage[];
  readonly durationMs: number;
  readonly arrivals: Arrivals;
  readonly maxUsers: number;
  /** Users that are set up before the start. */
  readonly firstUsers: number;
  /** Without a free user, an iteration waits in line or is dropped. */
  readonly whenBusy: 'queue' | 'drop';
}

export type UserLoad = UsersOverTime | Iterations | IterationArrivals;

/** The settings of one scenario, without its code. */
export interface ScenarioPlan {
  readonly name: string;
  /** Null without rows. */
  readonly deal: RowDeal | null;
  /** Number of rows; 0 where only the module knows. */
  readonly rowCount: number;
  /** Each iteration opens its own connections. */
  readonly newConnection: boolean;
  /** Its users keep cookies. */
  readonly hasCookies: boolean;
  /** Cookies survive from one iteration to the next. */
  readonly keepsCookies: boolean;
}

/** Users, and the scenarios that they or their iterations are assigned to. */
export interface UserPool {
  readonly load: UserLoad;
  /** The number of its first user. */
  readonly firstId: number;
  /** Indices in the list of scenarios, and the weight of each. */
  readonly parts: readonly { readonly scenario: number; readonly weight: number }[];
}

/** What users do: the code of a module that every worker loads by its `file:` URL, or the steps of a plan file. */
export type ScenarioCode =
  | { readonly type: 'module'; readonly url: string }
  | { readonly type: 'flow'; readonly flow: FlowTest };

/** Modules on their way to another machine, with all that they import. Paths have slashes. */
export interface CarriedCode {
  readonly files: readonly (readonly [path: string, content: Uint8Array])[];
  /** The path of each module, by its URL where it comes from. */
  readonly modules: readonly (readonly [url: string, path: string])[];
  /** What an import in a file stands for. */
  readonly imports: readonly (readonly [from: string, specifier: string, path: string])[];
}

/** A test of scenarios. */
export interface ScenariosPlan {
  readonly code: ScenarioCode;
  /** The folder of its modules, if they come from another machine. */
  readonly codeFolder?: string;
  /** Name of the module's file, or the plan's. */
  readonly file: string;
  /** Prefix for requests without an origin; null if every request must name one. */
  readonly base: string | null;
  readonly scenarios: readonly ScenarioPlan[];
  readonly pools: readonly UserPool[];
  readonly metrics: Readonly<Record<string, MetricKind>>;
  /** Whether the module has a `setup`, or a `teardown`. */
  readonly hasSetup: boolean;
  readonly hasTeardown: boolean;
  /** Limit for each of the two. */
  readonly setupTimeoutMs: number;
}

/** Names of one kind beyond this number are counted together as `OTHERS`. */
export const MOST_NAMES = 200;
export const OTHERS = '(others)';

/** Kinds of names that are known only when first used. */
const NAMED = ['request', 'group', 'check'] as const;
export type Named = (typeof NAMED)[number];

/** Where the requests of one name go beyond this number of places is only counted so far. */
export const MOST_PLACES_OF_A_NAME = 100;

/** Where a request goes; its URL has `{}` for each value of a template, and no query. */
export interface RequestPlace {
  readonly method: string;
  readonly url: string;
}

/** A name with the number a worker gave it; sent before the number is used, and again for another place of requests. */
export interface NumberedName {
  readonly of: Named;
  readonly number: number;
  readonly name: string;
  /** Of a request; null for other names, and for requests counted together. */
  readonly place: RequestPlace | null;
}

/** How long interrupted code is waited for; what has taken no longer is not stuck. */
export const LAST_OF_CODE_MS = 1_000;

/** How an iteration ended; the number is what is sent. */
export const ITERATION_OUTCOME = { completed: 0, failed: 1, interrupted: 2, dropped: 3 } as const;

/** Why an iteration failed: a failed request, an unexpected answer, an error in its code, or its own `fail()`. */
export type IterationErrorKind = 'request' | 'expectation' | 'script' | 'fail';

/** Iterations of one scenario that failed for one reason. */
export interface IterationErrorTally {
  readonly scenario: number;
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
  /** Some of them differ from the example; absent if none does. */
  readonly varies?: true;
}

/** How many users there were from a given time on, those in their setup among them. */
export interface UsersAt {
  readonly atMs: number;
  readonly users: number;
}

/** Counts per name. */
export interface NamedCount {
  readonly of: 'group' | 'check' | 'counter' | 'rate' | 'gauge';
  readonly number: number;
  /** Passed or good; the sum of a counter, the last value of a gauge. */
  readonly good: number;
  /** Failed or not good. */
  readonly bad: number;
  /** Of groups. */
  readonly interrupted: number;
}

/** Users whose setup or teardown failed, and why one of them did. */
export interface UserFailures {
  readonly count: number;
  readonly example: string;
}

/** How long the scenarios' own code held a worker's event loop; milliseconds. */
export interface CodeUse {
  /** How long the load lasted. */
  readonly loadMs: number;
  /** By scenario. */
  readonly codeMs: readonly number[];
  /** The part of it that ran for 10 ms or longer at a time. */
  readonly blockedMs: number;
  /** The longest of those; 0 where there were none. */
  readonly longestMs: number;
  /** Its scenario, and the request whose answer that had been given last; null where there were none. */
  readonly longestOf: { readonly scenario: string; readonly after: string | null } | null;
}

/** The scenarios' own code; shares of the load's time, of the worker in which it took most. */
export interface CodeShare {
  /** Over all workers. */
  readonly ms: number;
  /** Of that each scenario's part, the largest first; absent in older results. */
  readonly scenarios?: readonly { readonly name: string; readonly ms: number }[];
  readonly share: number;
  /** In pieces of 10 ms or longer, in which no answer is read. */
  readonly blockedShare: number;
  /** The longest of those in any worker; 0 where there were none. */
  readonly longestMs: number;
  /** Its scenario, and the request whose answer that had been given last; null where there were none. */
  readonly longestOf: { readonly scenario: string; readonly after: string | null } | null;
}

/** A part of a scenario that volley interrupted, for so many users; the scenario by index. */
export interface CutOff {
  readonly scenario: number;
  readonly part: 'vuSetup' | 'vuTeardown';
  readonly users: number;
}

/** A worker's final report on its scenarios. */
export interface ScenarioReport {
  /** Rows of iterations sent. */
  readonly iterations: number;
  /** Iterations that should have started and did not, by scenario. */
  readonly notStarted: readonly number[];
  /** Users that had a session: whose setup, if they have one, did not fail. */
  readonly users: number;
  /** Users whose `vuSetup` failed, and why one did; null if none did. */
  readonly setupFailures: UserFailures | null;
  /** The same for `vuTeardown`. */
  readonly teardownFailures: UserFailures | null;
  /** Users whose `vuSetup` or `vuTeardown` had not ended when its time was over, by scenario. */
  readonly cutOff: readonly CutOff[];
  /** Rejections that nothing awaited, when their user had no iteration left. */
  readonly lateRejections: UserFailures | null;
  /** Iterations that neither sent nor slept. */
  readonly idleIterations: number;
  /** Scenarios that ended because each of their rows is used once, and none was left, by index. */
  readonly usedUp: readonly number[];
  readonly code: CodeUse;
}

/** Outcomes of iterations; docs/scenarios.md has the identities between them. */
export interface IterationCounts {
  readonly scheduled: number;
  readonly started: number;
  readonly completed: number;
  readonly failed: number;
  /** Interrupted by the end of the load, of a ramp or of the run. */
  readonly interrupted: number;
  /** Due, but without a user until the end. */
  readonly dropped: number;
  readonly notStarted: number;
}

/** Their names. */
export const ITERATION_COUNTS = [
  'scheduled',
  'started',
  'completed',
  'failed',
  'interrupted',
  'dropped',
  'notStarted',
] as const satisfies readonly (keyof IterationCounts)[];

/** How often a check held. */
export interface CheckCounts {
  readonly name: string;
  readonly made: number;
  readonly passed: number;
  readonly failed: number;
}

/** Iterations that failed for one reason. */
export interface IterationErrorSummary {
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
  /** Some of them differ from the example; absent if none does. */
  readonly varies?: true;
}
