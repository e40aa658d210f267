import type { Pacing } from './load.ts';
import type { ErrorKind } from './report.ts';
import type { IterationErrorKind } from './scenario.ts';

/** When requests failed; null stands for the beginning or the end of the run. */
export interface FailedWhen {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** They failed in fewer than half of the intervals between. */
  readonly isOnAndOff: boolean;
}

/** How many failed in one way; `code` is null where there was no answer. */
export interface FailedAs {
  readonly kind: ErrorKind | 'unfinished' | 'dropped';
  readonly code: string | null;
  readonly count: number;
}

/** The identities that hold for every result (docs/metrics.md). */
export type Identity =
  | 'scheduled-sum'
  | 'sent-sum'
  | 'outcomes-sum'
  | 'errors-sum'
  | 'errors-by-kind'
  | 'statuses-sum'
  | 'latency-count'
  | 'response-bounds'
  | 'service-or-wait'
  | 'first-bytes'
  | 'histogram-sum'
  | 'series-sum'
  | 'mix-sum'
  | 'mix-latencies'
  | 'records-arrived'
  | 'planned-sum'
  | 'iterations-scheduled'
  | 'iterations-started'
  | 'iteration-errors'
  | 'iterations-arrived'
  | 'iterations-sum';

/**
 * The figures of each code: names in `Ms` are milliseconds, names in `Share` are shares from 0 to 1, others
 * are counts and names. docs/findings.md has the same table.
 */
export interface FindingFigures {
  /** For one `request` of the mix, or for all; `failedAs` counts the failures in any of them. */
  readonly 'requests-failed': {
    readonly failed: number;
    readonly of: number;
    /** Requests that volley stopped waiting for, which are in neither; absent if there are none, and in older results. */
    readonly leftOut?: number;
    readonly request: string | null;
    readonly when: FailedWhen | null;
    readonly failedAs: readonly FailedAs[];
    /**
     * Closed model: the share of all connections' time spent in failed requests and in the rests after them, including
     * requests due in the warm-up. Absent in older results and in the open model.
     */
    readonly heldShare?: number;
    /** Most of them timed out while volley itself was late, which may be the cause. Absent in older results. */
    readonly isStarved?: boolean;
    /** When the last answer came, if the target answered no more until the end, and how long that was waited for. */
    readonly silentSinceMs?: number;
    readonly silentForMs?: number;
    /** How long volley itself could not run, which may be the cause; 0 where it never stalled. */
    readonly stoodStillMs: number;
  };
  /** Iterations of one `scenario`, or of all; interrupted ones are not among them. */
  readonly 'iterations-failed': {
    readonly failed: number;
    readonly of: number;
    readonly scenario: string | null;
    readonly failedAs: readonly {
      readonly kind: IterationErrorKind;
      readonly code: string;
      readonly count: number;
    }[];
  };
  /** No attempt at one request of the mix was answered well; `others` is how many more requests that holds for. */
  readonly 'request-never-ok': { readonly request: string; readonly failed: number; readonly others: number };
  readonly 'machine-ran-out': { readonly failed: number; readonly codes: readonly string[] };
  readonly 'run-too-short': Readonly<Record<'sent' | 'windowMs' | 'fewestRequests' | 'shortestMs', number>>;
  readonly 'loop-busy': { readonly busyShare: number };
  /** The scenarios' own code held an event loop of volley. */
  readonly 'scenario-code': {
    readonly codeShare: number;
    /** Of several scenarios the one whose code took the most, and its part of that; absent with one, and in older results. */
    readonly mostOf?: string;
    readonly mostShare?: number;
    /** In pieces of 10 ms or longer. */
    readonly blockedShare: number;
    /** The longest of those; 0 where there were none. */
    readonly longestMs: number;
    /** Its scenario, and the request whose answer that had been given last. */
    readonly scenario: string | null;
    readonly after: string | null;
  };
  readonly 'late-starts': {
    readonly startLagP99Ms: number;
    readonly responseP99Ms: number;
    readonly pacing: Pacing;
  };
  readonly 'no-processor': { readonly waitShare: number };
  readonly 'waited-for-connection': ConnectionFigures & Readonly<Record<'waitMs' | 'responseMs', number>>;
  readonly 'no-connection-left': ConnectionFigures;
  /** Absent `lastMs`: over the whole window, else in its last part of this length. */
  readonly 'backlog-grew': Readonly<Record<'first' | 'last', number>> & { readonly lastMs?: number };
  /** So many were sent; absent in older results. */
  readonly 'nothing-answered': { readonly sent?: number };
  readonly 'no-iteration-ended': { readonly interrupted: number };
  readonly 'kept-up': Readonly<Record<never, never>>;
  readonly 'concurrency-sets-rate': {
    readonly concurrency: number;
    /** Null if nothing was served. */
    readonly serviceMs: number | null;
    readonly isLowerBound: boolean;
  };
  /** A batch sent about as fast as its own limit allows, repeated requests included. */
  readonly 'limit-sets-rate': Readonly<Record<'sentPerSecond' | 'limitPerSecond', number>>;
  readonly 'figures-mislead': Readonly<Record<never, never>>;
  readonly 'shared-machine': Readonly<Record<never, never>>;
  /** Degraded: what a lost worker had not sent yet is missing; in a batch the others take over its rows. */
  readonly 'worker-lost': {
    readonly worker: number;
    readonly because: string;
    readonly isBatch: boolean;
    /** Of its requests that count as never started, as no record of them came: absent where there are none. */
    readonly unknownAtMost?: number;
  };
  /** Degraded: an agent was lost, and its part of the load with it. Null where the figure is unknown. */
  readonly 'load-lost': {
    readonly agent: string;
    readonly address: string;
    readonly because: string;
    readonly lostAtMs: number | null;
    /** Until when its figures reach; null if it reported nothing. Absent in older results. */
    readonly knownUntilMs?: number | null;
    /** Iterations and users are meant, not requests and connections. */
    readonly isOfIterations?: true;
    readonly planned: number | null;
    readonly sent: number;
    readonly missing: number | null;
    readonly missingShare: number | null;
    readonly unknownAtMost: number | null;
    /** Its own, and those of all agents. */
    readonly connections: number;
    readonly ofConnections: number;
  };
  /** Agents whose own results are limited by the agent. */
  readonly 'agents-limited': { readonly agents: readonly string[]; readonly of: number };
  /** The longest time in which a worker could not run at all. */
  /** With the agent whose process it was, in a run over several machines. */
  readonly 'stood-still': { readonly stoodStillMs: number; readonly agent?: string };
  readonly 'requests-failed-here': {
    readonly failed: number;
    readonly sent: number;
    readonly codes: readonly string[];
  };
  readonly 'requests-dropped': { readonly dropped: number };
  readonly 'requests-unfinished': { readonly unfinished: number };
  readonly 'requests-not-started': { readonly notStarted: number };
  /** Degraded: iterations that were due and never got a user. */
  readonly 'iterations-dropped': { readonly dropped: number; readonly scheduled: number };
  readonly 'iterations-not-started': { readonly notStarted: number; readonly scheduled: number };
  /** Degraded: users that did not run because their `vuSetup` failed. */
  readonly 'vu-setup-failed': { readonly count: number; readonly example: string };
  readonly 'vu-teardown-failed': { readonly count: number; readonly example: string };
  readonly 'late-rejections': { readonly count: number; readonly example: string };
  /** Scenarios: only the number of users and their think time set the rate. */
  readonly 'users-set-rate': { readonly users: number };
  /** Iterations that neither sent nor slept. */
  readonly 'idle-iterations': { readonly count: number };
  readonly 'rows-used-up': { readonly scenario: string; readonly rows: number };
  /** Weights deal users, or iterations, to scenarios: there were `dealt` of them, and the first of this one is number `needed`. */
  readonly 'scenario-not-dealt': {
    readonly scenario: string;
    readonly of: 'users' | 'iterations';
    readonly dealt: number;
    readonly needed: number;
  };
  /** More iterations of a scenario were cut off by the end of the run than came to their own. */
  readonly 'iterations-cut': {
    readonly scenario: string;
    readonly interrupted: number;
    readonly started: number;
  };
  /** The setups or teardowns of so many users of a scenario had not ended when their time was over. */
  readonly 'users-cut': {
    readonly scenario: string;
    readonly part: 'vuSetup' | 'vuTeardown';
    readonly users: number;
  };
  /** Iterations of a scenario waited for a free user for at least half of what the user waited in them; means. */
  readonly 'iterations-waited': {
    readonly scenario: string;
    readonly waitMs: number;
    readonly responseMs: number;
    readonly users: number;
  };
  /** `of` is the latency, kind of failure, field or worker concerned; null: all. */
  readonly 'identity-violated': {
    readonly identity: Identity;
    readonly of: string | null;
    readonly left: number;
    readonly right: number;
  };
  /**
   * Connections given up because the target sent bytes that no request had asked for, and how many answers were taken from
   * them, of all that were sent, warm-up included: each may be cut, or that of another request. In a batch, of another row.
   */
  readonly 'unrequested-bytes': {
    readonly connections: number;
    readonly isBatch: boolean;
    /** Absent in older results. */
    readonly answers?: number;
    readonly of?: number;
  };
  /** More tokens than bytes came, by the server's own count: most are hidden, or the count is wrong. */
  readonly 'tokens-beyond-bytes': Readonly<Record<'tokens' | 'bytes', number>>;
  /** Notes from reading the options, already in words. */
  readonly 'option-note': { readonly text: string };
  readonly 'response-beyond-service': Readonly<Record<'responseMs' | 'serviceMs', number>>;
  /** Most answers were redirects; `isFollowing`: redirects are followed, but these led nowhere. */
  readonly 'redirects-not-followed': {
    readonly redirects: number;
    readonly answered: number;
    /** Without its query, where tokens are; null where none is known. */
    readonly location: string | null;
    readonly isFollowing: boolean;
  };
  readonly 'cold-start': {
    readonly slow: number;
    readonly count: number;
    readonly startMs: number;
    readonly longestMs: number;
    readonly laterP99Ms: number;
  };
}

/** Connections opened, and requests that got none, or got one too late. */
export interface ConnectionFigures {
  readonly sent: number;
  readonly opened: number;
  readonly streams: number;
  /** Null in the closed model. */
  readonly maxInFlight: number | null;
  readonly dropped: number;
  readonly unfinished: number;
}

/** That all of this many requests fail is not a coincidence. */
export const FEWEST_ALL_FAILED = 3;

/** What to do about the verdict. */
export const NEXT_STEPS = [
  'check-name',
  'check-listening',
  'check-proxy',
  'check-proxy-credentials',
  'check-proxy-rules',
  'check-behind-proxy',
  'check-tunnel',
  'look-behind-proxy',
  'look-in-proxy-logs',
  'keep-no-proxy-connections',
  'check-tls',
  'check-tls-version',
  'check-scheme',
  'try-https',
  'check-protocol',
  'change-protocol',
  'check-credentials',
  'check-request',
  'check-rows',
  'look-at-answer',
  'look-at-iteration',
  'look-in-logs',
  'look-in-logs-for-resets',
  'raise-idle-limit',
  'look-in-logs-or-lower-load',
  'lower-load-or-raise-timeout',
  'give-graceful-stop',
  'measure-again',
  'raise-machine-limits',
  'add-workers',
  'lighten-scenario-code',
  'give-cores-or-lower-rate',
  'free-cores',
  'give-cores',
  'keep-alive',
  'let-target-keep-alive',
  'keep-connections',
  'raise-max-in-flight',
  'raise-max-vus',
  'lower-streams',
  'lower-rate',
  'raise-concurrency',
] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

export type FindingCode = keyof FindingFigures;

/** A finding; reporters put it into words. */
export type Finding<Code extends FindingCode = FindingCode> = {
  [Known in Code]: { readonly code: Known; readonly figures: FindingFigures[Known] };
}[Code];
