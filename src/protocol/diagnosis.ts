import type { ExitCode } from './exit-codes.ts';
import type { ClientName } from './plan.ts';

/** What `volley doctor` has found; times in milliseconds, shares from 0 to 1. Null: this system does not say it. */
export interface Diagnosis {
  readonly kind: 'doctor';
  readonly tool: Readonly<Record<'version' | 'node' | 'platform', string>>;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly machine: MachineFacts;
  readonly activity: Activity;
  readonly clock: ClockFacts;
  readonly timers: SpreadMs;
  /** The cores that server and volley were kept on; null where they were not kept apart. */
  readonly pinnedTo: readonly number[] | null;
  readonly clients: readonly ClientFacts[];
  readonly findings: readonly DoctorFinding[];
  readonly exitCode: ExitCode;
}

export interface MachineFacts {
  readonly cores: number;
  readonly cpuModel: string;
  /** What a container may use of them. */
  readonly quotaCores: number | null;
  readonly governor: string | null;
  /** Of each process. */
  readonly openFiles: number | null;
  /** How many connections that leaves for a run with threads; null where there is no limit. */
  readonly connections: number | null;
  /** What connections of this machine's own are given. */
  readonly ports: { readonly first: number; readonly last: number } | null;
  /** Closed, and not to be used again yet. */
  readonly portsClosing: number | null;
  /** The most connections that wait to be accepted, of a server on this machine. */
  readonly backlog: number | null;
}

/** What else went on while volley did next to nothing. */
export interface Activity {
  /** Cores that others kept busy. */
  readonly othersCores: number | null;
  /** Of all cores' time, what the machine below this one took. */
  readonly stolenShare: number | null;
  /** Of the periods of a container's quota, those in which it was used up; of the whole examination. */
  readonly throttledShare: number | null;
  /** Load average of the last minute. */
  readonly load: number | null;
  /** Share of the last ten seconds in which something waited for a core. */
  readonly pressureShare: number | null;
}

export interface ClockFacts {
  readonly source: string | null;
  /** The smallest step seen. */
  readonly stepNanos: number;
  /** What one look at it costs. */
  readonly readNanos: number;
  /** Share of the time in which a thread that never waits stood still. */
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
  /** What volley and the loopback add to the time that the server had a request. */
  readonly addedMs: SpreadMs;
  /** How late requests of a rate started. */
  readonly lateMs: SpreadMs;
  /** The smallest latency that is right to within a tenth, as p50 and as p99. */
  readonly trustedFromMs: Pick<SpreadMs, 'p50' | 'p99'>;
  readonly answers: readonly AnswerFacts[];
  readonly highest: {
    readonly perSecond: number;
    /** Of one worker. */
    readonly loopBusyShare: number;
    /** False: the server was, and volley can do more. */
    readonly isOwnLimit: boolean;
  };
}

/** A load whose right answer is known, and what came out. */
export interface AnswerFacts {
  readonly answer: KnownAnswer;
  /** For how long the server waits with each answer, or stands still. */
  readonly scriptedMs: number;
  readonly expected: number;
  readonly ok: number;
  /** Records of volley, with the warm-up, and requests that the server has seen. */
  readonly recorded: number;
  readonly arrived: number;
  /** Whose stamps are not in the order in which things happened. */
  readonly disordered: number;
  /** p50 of the service time; of the stall p99 of the response time. */
  readonly measuredMs: number;
  /** The same by what the server says it did. */
  readonly knownMs: number;
  readonly toleranceMs: number;
}

/** `wrong`: do not trust what is measured here. `disturbed`: it holds, and is less certain. `advice`: what to change. */
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
