import type { ScenarioReport } from './scenario.ts';

/** How a request ended: the number is stored in blocks, the name appears in results. */
export const OUTCOMES = [
  'ok',
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'truncated',
  'protocol',
  'status',
  'expectation',
  'aborted',
  'generator',
  'unfinished',
  'dropped',
  'request',
  'stream',
  'stalled',
  'cancelled',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An answer with this status, or a higher one, is a failure unless something else is expected. */
export const LOWEST_FAILURE = 400;

/** The kind of a failure; docs/metrics.md lists them. */
export type ErrorKind = Exclude<Outcome, 'ok' | 'unfinished' | 'dropped' | 'cancelled'>;

/** Outcome to number, the inverse of `OUTCOMES`. */
export const OUTCOME = {
  ok: 0,
  dns: 1,
  connect: 2,
  tls: 3,
  timeout: 4,
  reset: 5,
  truncated: 6,
  protocol: 7,
  status: 8,
  expectation: 9,
  aborted: 10,
  generator: 11,
  unfinished: 12,
  dropped: 13,
  request: 14,
  stream: 15,
  stalled: 16,
  cancelled: 17,
} as const satisfies Record<Outcome, number>;

/** A complete response arrived, whatever its status. */
export function isComplete(outcome: number): boolean {
  return outcome === OUTCOME.ok || outcome === OUTCOME.status || outcome === OUTCOME.expectation;
}

/** Its latency is only a lower bound: there was no answer when we stopped waiting. */
export function isCensored(outcome: number): boolean {
  return outcome === OUTCOME.timeout || outcome === OUTCOME.unfinished || outcome === OUTCOME.dropped;
}

/** Sent, and neither ok nor unfinished at the end nor cancelled on purpose. */
export function isFailed(outcome: number): boolean {
  return (
    outcome !== OUTCOME.ok &&
    outcome !== OUTCOME.unfinished &&
    outcome !== OUTCOME.dropped &&
    outcome !== OUTCOME.cancelled
  );
}

/** So many times as long as the slowest good one: then what volley has cut off was late, whoever ended it. */
export const LATE_AFTER_TIMES = 2;

/** Requests sent whose answer was waited for: all but those that volley ended itself. */
export function awaitedOf({ sent, cancelled = 0, interrupted = 0 }: Omit<Ended, 'ok'>): number {
  return sent - cancelled - interrupted;
}

/** Counts of requests, of all or of one of a mix. */
interface Ended {
  readonly sent: number;
  readonly ok: number;
  readonly cancelled?: number | undefined;
  readonly interrupted?: number | undefined;
}

/** Requests whose answer was waited for, and that got no good one: failed, or without an answer in the end. */
export function notOkOf(counts: Ended): number {
  return awaitedOf(counts) - counts.ok;
}

/** Their share, which rules call the error rate; null if no answer was waited for. */
export function errorRateOf(counts: Ended): number | null {
  const awaited = awaitedOf(counts);
  return awaited === 0 ? null : notOkOf(counts) / awaited;
}

/** What can be done about a failure, where its words alone do not say it; put into words with the result. */
export const ERROR_ADVICE = [
  'client-certificate',
  'client-certificate-refused',
  'client-certificate-if-wanted',
  'server-name',
  'authority',
  'certificate-dates',
  'lower-tls-min',
  'with-https',
  'without-http2',
  'with-http2',
  'with-http2-if-only',
  'with-h2c',
  'with-http1',
  'with-http1-if-only',
  'without-keepalive',
  'closes-idle',
  'use-undici',
  'wire-reads-it',
  'see-what-wire-says',
] as const;
export type ErrorAdvice = (typeof ERROR_ADVICE)[number];

/** Failures of one kind and code, with an example in words. */
export interface ErrorTally {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
  /** Some of them differ from the example; absent if none does. */
  readonly varies?: true;
  readonly advice?: ErrorAdvice;
}

/** The same for a run, with the due times of the first and last, from the start of the measured window. */
export interface TimedErrorTally extends ErrorTally {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** What a worker has to itself, separate from its coordinator. */
export type OwnedPart = 'process' | 'thread' | 'nothing';

/** Time used by the worker's own event loop. */
export interface WorkerUsage {
  readonly cpuMs: number;
  /** A process, a thread of the coordinator, or nothing: the coordinator's own loop. */
  readonly owns: OwnedPart;
  /** Of its whole process. */
  readonly processCpuMs: number;
  readonly peakRssBytes: number;
  readonly eventLoopUtilization: number;
  /** Share of the load in which it was ready to run but had no processor; null if the system does not report it. */
  readonly processorWait: number | null;
  readonly loopDelayP99Ms: number;
  readonly gcMs: number;
  /** Time in which it could not run at all, as when its process is stopped. */
  readonly stoodStillMs: number;
}

/** A worker's final report; its samples have been sent before. */
export interface WorkerReport extends WorkerUsage {
  /** CPU of its thread for practice before the load: part of `processCpuMs`, but not of the load. */
  readonly practiceCpuMs: number;
  /** Absent without scenarios. */
  readonly scenarios?: ScenarioReport | undefined;
  /** Rows sent in blocks, warm-up included; the coordinator checks that it received them all. */
  readonly samples: number;
  /** Requests of the window that this shard should have started and did not. */
  readonly notStarted: number;
  /** Total time that connections rested after failures within the window. */
  readonly restedMs: number;
  readonly retried: number;
  /** Location of the first redirect that was not followed, secrets hidden; null if there was none. */
  readonly redirectedTo: string | null;
  /** Rounds of the hash that was asked for, warm-up included. */
  readonly workRounds: number;
  readonly connectionsOpened: number;
  readonly connectionsClosedByTarget: number;
  /** Given up because of bytes that no request had asked for. */
  readonly connectionsUnrequested: number;
  /** Answers taken from these, warm-up included. */
  readonly answersDoubtful: number;
  /** Connections opened, by the address reached. */
  readonly addresses: readonly (readonly [address: string, connections: number])[];
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** When the first request was released, on the shared clock; null if none was. */
  readonly startedAtMs: number | null;
  /** It stopped itself early because its lease ran out. */
  readonly isFenced: boolean;
}
