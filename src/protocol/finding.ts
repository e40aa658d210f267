import type { Pacing } from './load.ts';
import type { ErrorKind } from './report.ts';

/** When requests failed: null where that is the beginning of the run, or its end. */
export interface FailedWhen {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** In fewer than half of the intervals in between. */
  readonly isOnAndOff: boolean;
}

/** How many failed in one way; `code` is null for what had no answer. */
export interface FailedAs {
  readonly kind: ErrorKind | 'unfinished' | 'dropped';
  readonly code: string | null;
  readonly count: number;
}

/** What must hold of every result (docs/metrics.md). */
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
 * The figures of each code: milliseconds where a name ends in `Ms`, shares from 0 to 1 where it ends in `Share`, else
 * counts and names. docs/findings.md has the same table.
 */
export interface FindingFigures {
  /** Of one `request` of the mix, or of all; `failedAs` counts what failed in any of them. */
  readonly 'requests-failed': {
    readonly failed: number;
    readonly of: number;
    readonly request: string | null;
    readonly when: FailedWhen | null;
    readonly failedAs: readonly FailedAs[];
    /**
     * Closed model: share of all connections' time that failed requests took, with the rests after them; also of
     * requests that were due in the warm-up. Absent in older results and in the open model.
     */
    readonly heldShare?: number;
    /** Most of them ran out of time while volley itself was late, as a caveat says: it may be why. Absent in older results. */
    readonly isStarved?: boolean;
    /** For how long volley itself could do nothing, which may be why; 0 where it never stood still. */
    readonly stoodStillMs: number;
  };
  readonly 'machine-ran-out': { readonly failed: number; readonly codes: readonly string[] };
  readonly 'run-too-short': Readonly<Record<'sent' | 'windowMs' | 'fewestRequests' | 'shortestMs', number>>;
  readonly 'loop-busy': { readonly busyShare: number };
  readonly 'late-starts': {
    readonly startLagP99Ms: number;
    readonly responseP99Ms: number;
    readonly pacing: Pacing;
  };
  readonly 'no-processor': { readonly waitShare: number };
  readonly 'waited-for-connection': ConnectionFigures & Readonly<Record<'waitMs' | 'responseMs', number>>;
  readonly 'no-connection-left': ConnectionFigures;
  readonly 'backlog-grew': Readonly<Record<'first' | 'last', number>>;
  readonly 'nothing-answered': Readonly<Record<never, never>>;
  readonly 'kept-up': Readonly<Record<never, never>>;
  readonly 'concurrency-sets-rate': {
    readonly concurrency: number;
    /** Null where nothing was served. */
    readonly serviceMs: number | null;
    readonly isLowerBound: boolean;
  };
  readonly 'figures-mislead': Readonly<Record<never, never>>;
  readonly 'shared-machine': Readonly<Record<never, never>>;
  /** Degraded: what a worker process or thread had not sent yet is missing; a batch gives its rows to the others. */
  readonly 'worker-lost': { readonly worker: number; readonly because: string; readonly isBatch: boolean };
  /** Degraded: an agent was lost, and its part of the load with it. Null where nobody knows. */
  readonly 'load-lost': {
    readonly agent: string;
    readonly address: string;
    readonly because: string;
    readonly lostAtMs: number | null;
    readonly planned: number | null;
    readonly sent: number;
    readonly missing: number | null;
    readonly missingShare: number | null;
    readonly unknownAtMost: number | null;
    /** Its own, and those of all agents. */
    readonly connections: number;
    readonly ofConnections: number;
  };
  /** Agents whose own figures are limited by the agent. */
  readonly 'agents-limited': { readonly agents: readonly string[]; readonly of: number };
  /** The longest time in which a worker could do nothing at all. */
  readonly 'stood-still': { readonly stoodStillMs: number };
  readonly 'requests-failed-here': {
    readonly failed: number;
    readonly sent: number;
    readonly codes: readonly string[];
  };
  readonly 'requests-dropped': { readonly dropped: number };
  readonly 'requests-unfinished': { readonly unfinished: number };
  readonly 'requests-not-started': { readonly notStarted: number };
  /** Degraded: iterations that were due and had no user until the end. */
  readonly 'iterations-dropped': { readonly dropped: number; readonly scheduled: number };
  readonly 'iterations-not-started': { readonly notStarted: number; readonly scheduled: number };
  /** Degraded: users that did not run because their `vuSetup` failed. */
  readonly 'vu-setup-failed': { readonly count: number; readonly example: string };
  readonly 'vu-teardown-failed': { readonly count: number; readonly example: string };
  /** Scenarios: nothing but the number of users, and how long they think, sets the rate. */
  readonly 'users-set-rate': { readonly users: number };
  /** Iterations that neither sent nor slept. */
  readonly 'idle-iterations': { readonly count: number };
  /** `of` is the latency, kind of failure, field or worker that it is about; null where it is about all. */
  readonly 'identity-violated': {
    readonly identity: Identity;
    readonly of: string | null;
    readonly left: number;
    readonly right: number;
  };
  /** What was said while the options were read, in words already. */
  readonly 'option-note': { readonly text: string };
  readonly 'response-beyond-service': Readonly<Record<'responseMs' | 'serviceMs', number>>;
  /** Most answers were redirects; `isFollowing` where redirects are followed, and these led nowhere. */
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

/** Connections that were opened, and requests that had none, or one too late. */
export interface ConnectionFigures {
  readonly sent: number;
  readonly opened: number;
  readonly streams: number;
  /** Null in the closed model. */
  readonly maxInFlight: number | null;
  readonly dropped: number;
  readonly unfinished: number;
}

/** What to do about a verdict. */
export const NEXT_STEPS = [
  'check-name',
  'check-listening',
  'check-proxy',
  'check-tls',
  'check-protocol',
  'check-credentials',
  'check-request',
  'check-rows',
  'look-at-answer',
  'look-in-logs',
  'look-in-logs-for-resets',
  'look-in-logs-or-lower-load',
  'lower-load-or-raise-timeout',
  'measure-again',
  'raise-machine-limits',
  'add-workers',
  'give-cores-or-lower-rate',
  'free-cores',
  'keep-alive',
  'let-target-keep-alive',
  'keep-connections',
  'raise-max-in-flight',
  'lower-streams',
  'lower-rate',
  'raise-concurrency',
] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

export type FindingCode = keyof FindingFigures;

/** Something that was found, for a reporter to put into words. */
export type Finding<Code extends FindingCode = FindingCode> = {
  [Known in Code]: { readonly code: Known; readonly figures: FindingFigures[Known] };
}[Code];
