import type { ScenarioReport } from './scenario.ts';

/** How a request ended. The number is what travels in a block; the name is what results show. */
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

/** Why a request failed, in a word; docs/metrics.md lists the kinds. */
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

/** A complete response arrived, of whatever status. */
export function isComplete(outcome: number): boolean {
  return outcome === OUTCOME.ok || outcome === OUTCOME.status || outcome === OUTCOME.expectation;
}

/** Its latency is only a lower bound: the answer had not come when we stopped waiting. */
export function isCensored(outcome: number): boolean {
  return outcome === OUTCOME.timeout || outcome === OUTCOME.unfinished || outcome === OUTCOME.dropped;
}

/** Sent, and neither ok nor still unfinished at the end, nor ended on purpose. */
export function isFailed(outcome: number): boolean {
  return (
    outcome !== OUTCOME.ok &&
    outcome !== OUTCOME.unfinished &&
    outcome !== OUTCOME.dropped &&
    outcome !== OUTCOME.cancelled
  );
}

/** Of the requests that were sent those whose answer somebody waited for: all but the ones that were cancelled. */
export function awaitedOf({ sent, cancelled = 0 }: { sent: number; cancelled?: number | undefined }): number {
  return sent - cancelled;
}

/** Failures of one kind and code, with one example in words. */
export interface ErrorTally {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly count: number;
  readonly example: string;
}

/** The same of a run, with when the first and the last of them were due, from the start of the measured window. */
export interface TimedErrorTally extends ErrorTally {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

/** What a worker does not share with its coordinator. */
export type OwnedPart = 'process' | 'thread' | 'nothing';

/** What a worker's own event loop has taken. */
export interface WorkerUsage {
  readonly cpuMs: number;
  /** What it has to itself: a process, a thread of the coordinator's, or nothing, where the loop is the coordinator's. */
  readonly owns: OwnedPart;
  /** Of its whole process. */
  readonly processCpuMs: number;
  readonly peakRssBytes: number;
  readonly eventLoopUtilization: number;
  /** Share of the load in which it was ready to run and had no processor; null where the system does not say. */
  readonly processorWait: number | null;
  readonly loopDelayP99Ms: number;
  readonly gcMs: number;
  /** In which it could do nothing at all, as while its process was stopped. */
  readonly stoodStillMs: number;
}

/** What a worker says of itself when it is done; the samples have travelled before it. */
export interface WorkerReport extends WorkerUsage {
  /** Of its thread, for what it has practised before the load: part of `processCpuMs`, and no load's. */
  readonly practiceCpuMs: number;
  /** Absent without scenarios. */
  readonly scenarios?: ScenarioReport | undefined;
  /** Rows sent in blocks, warm-up included: the coordinator checks that it got them all. */
  readonly samples: number;
  /** Requests of the window that this shard was to start and never released. */
  readonly notStarted: number;
  /** For how long connections rested after failures, within the window and over all of them. */
  readonly restedMs: number;
  readonly retried: number;
  /** Where the first redirect that was not followed leads, its secrets hidden; null where there was none. */
  readonly redirectedTo: string | null;
  /** Of the computation asked for with each answer, warm-up included. */
  readonly workRounds: number;
  readonly connectionsOpened: number;
  readonly connectionsClosedByTarget: number;
  /** Of those opened, by the address that was reached. */
  readonly addresses: readonly (readonly [address: string, connections: number])[];
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** When the first request was released, on the shared clock; null where none was. */
  readonly startedAtMs: number | null;
  /** It stopped early by itself, since its lease had run out. */
  readonly isFenced: boolean;
}
