import type { ExitCode } from './exit-codes.ts';
import type { ClientName } from './plan.ts';

/** What `volley doctor` found; times in milliseconds, shares from 0 to 1. Null: this system does not report it. */
export interface Diagnosis {
  readonly kind: 'doctor';
  readonly tool: Readonly<Record<'version' | 'node' | 'platform', string>>;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly machine: MachineFacts;
  readonly activity: Activity;
  readonly clock: ClockFacts;
  readonly timers: SpreadMs;
  /** The cores that server and volley were pinned to; null where they were not kept apart. */
  readonly pinnedTo: readonly number[] | null;
  readonly clients: readonly ClientFacts[];
  readonly findings: readonly DoctorFinding[];
  readonly exitCode: ExitCode;
}

export interface MachineFacts {
  readonly cores: number;
  readonly cpuModel: string;
  /** How many of them a container may use. */
  readonly quotaCores: number | null;
  readonly governor: string | null;
  /** Per process. */
  readonly openFiles: number | null;
  /** Connections that this leaves for a run with threads; null without a limit. */
  readonly connections: number | null;
  /** The range of local (ephemeral) ports. */
  readonly ports: { readonly first: number; readonly last: number } | null;
  /** Closed but not reusable yet. */
  readonly portsClosing: number | null;
  /** Longest accept queue of a server on this machine. */
  readonly backlog: number | null;
}

/** Other activity while volley was nearly idle. */
export interface Activity {
  /** Cores kept busy by other processes. */
  readonly othersCores: number | null;
  /** Share of all cores' time that the hypervisor took. */
  readonly stolenShare: number | null;
  /** Share of a container's quota periods in which the quota ran out, over the whole examination. */
  readonly throttledShare: number | null;
  /** Load average of the last minute. */
  readonly load: number | null;
  /** Share of the last ten seconds in which something was waiting for a core. */
  readonly pressureShare: number | null;
}

export interface ClockFacts {
  readonly source: string | null;
  /** The smallest step observed. */
  readonly stepNanos: number;
  /** Cost of one reading. */
  readonly readNanos: number;
  /** Share of the time in which a thread that never waits did not run. */
  readonly takenAwayShare: number;
  readonly longestAwayMs: number;
}

export interface SpreadMs {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export type KnownAnswer = 'immediate' | 'delay' | 'stall';

export interface ClientFacts {
  readonly client: ClientName;
  /** What volley and the loopback add to the time that the server held a request. */
  readonly addedMs: SpreadMs;
  /** How late the requests of an open load started. */
  readonly lateMs: SpreadMs;
  /** The smallest latency measured to within a tenth, as p50 and as p99. */
  readonly trustedFromMs: Pick<SpreadMs, 'p50' | 'p99'>;
  readonly answers: readonly AnswerFacts[];
  readonly highest: {
    readonly perSecond: number;
    /** With one worker. */
    readonly loopBusyShare: number;
    /** False: the server was the limit, and volley can do more. */
    readonly isOwnLimit: boolean;
  };
}

/** A load whose result is known in advance, and what was measured. */
export interface AnswerFacts {
  readonly answer: KnownAnswer;
  /** How long the server delays each answer, or stalls. */
  readonly scriptedMs: number;
  readonly expected: number;
  readonly ok: number;
  /** volley's records, warm-up included, and the requests that the server saw. */
  readonly recorded: number;
  readonly arrived: number;
  /** Records whose time stamps are out of order. */
  readonly disordered: number;
  /** p50 of service time; in the experiment with a stall, p99 of response time. */
  readonly measuredMs: number;
  /** The same figure from the server's own log. */
  readonly knownMs: number;
  readonly toleranceMs: number;
}

/** `wrong`: do not trust measurements here. `disturbed`: they hold, with less certainty. `advice`: what to change. */
export type FindingLevel = 'wrong' | 'disturbed' | 'advice';

export interface DoctorFinding {
  readonly code: DoctorCode;
  readonly level: FindingLevel;
  readonly message: string;
}

export type DoctorCode = keyof DoctorFigures;

/** The figures of each code. */
export interface DoctorFigures {
  readonly 'requests-lost': AnswerFacts & { readonly client: ClientName };
  readonly 'stamps-disordered': AnswerFacts & { readonly client: ClientName };
  readonly 'time-off': { readonly client: ClientName; readonly answers: readonly AnswerFacts[] };
  readonly 'others-busy': { readonly othersCores: number; readonly cores: number };
  readonly 'time-stolen': { readonly share: number };
  readonly 'quota-used-up': { readonly share: number };
  readonly 'stands-still': { readonly share: number; readonly longestMs: number };
  readonly 'starts-late': { readonly clients: readonly Pick<ClientFacts, 'client' | 'lateMs'>[] };
  readonly 'timers-late': { readonly p99Ms: number };
  readonly 'one-core': Readonly<Record<never, never>>;
  readonly 'small-quota': { readonly quotaCores: number; readonly cores: number };
  readonly 'slow-governor': { readonly governor: string };
  readonly 'slow-clock': { readonly source: string | null; readonly readNanos: number };
  readonly 'coarse-clock': { readonly source: string | null; readonly stepNanos: number };
  readonly 'few-open-files': { readonly openFiles: number; readonly connections: number };
  readonly 'few-ports': { readonly ports: number };
  readonly 'ports-closing': { readonly closing: number; readonly ports: number };
  readonly 'short-backlog': { readonly backlog: number };
}
