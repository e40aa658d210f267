import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Scenario } from '../../target/precise-scenario.ts';
import type { RunOptions } from '../plan/options.ts';
import type { Observation } from './bench.ts';

/** A load whose correct result is known beforehand. */
export interface KnownLoad {
  readonly scenario: Scenario;
  readonly options: Omit<RunOptions, 'url'>;
  /** Number of requests in the window. */
  readonly count: number;
}

const FIRST_STAGE = { ms: 100, perSecond: 3_000 } as const;

/** Immediate answers: the measured time is what volley and the loopback add. */
export function immediateAnswers(rate: number, durationMs: number): KnownLoad & { fromMs: number } {
  return { scenario: { kind: 'delay', delayMs: 0 }, ...steadyRate(rate, durationMs) };
}

/**
 * A constant rate, and the time from which its requests are evaluated. It follows a short stage at a much higher rate,
 * which is also the warm-up's rate, so that Node has compiled the hot code before the slow part begins: with undici the
 * first few hundred requests take up to twice the CPU time of later ones, and it takes about a thousand to settle.
 */
export function steadyRate(
  rate: number,
  durationMs: number,
): Omit<KnownLoad, 'scenario'> & { fromMs: number } {
  const { ms, perSecond } = FIRST_STAGE;
  return {
    options: { stages: `${ms}ms:${perSecond},${durationMs}ms:${rate}`, pacing: 'precise', workers: 1 },
    count: (perSecond * ms + rate * durationMs) / MS_PER_SECOND,
    fromMs: ms,
  };
}

/** A server that stalls for a tenth of the time and otherwise takes 2 ms: requests due during a stall have to wait. */
export function stalls(rate: number, durationMs: number, periodMs: number): KnownLoad & { stallMs: number } {
  const stallMs = periodMs / 10;
  return {
    scenario: {
      kind: 'stall',
      serviceMs: 2,
      firstAtMs: periodMs * 0.45,
      periodMs,
      stallMs,
      times: durationMs / periodMs,
    },
    options: { rate, duration: `${durationMs}ms`, pacing: 'precise', workers: 1 },
    count: (rate * durationMs) / MS_PER_SECOND,
    stallMs,
  };
}

/** How long the request was at the server. */
export function atServerMs({ arrivedMs, leftMs }: Observation): number {
  return leftMs - arrivedMs;
}

/** Response time by the server's log: from when a request was due until its answer left. */
export function loggedResponseMs({ intendedMs, leftMs }: Observation): number {
  return leftMs - intendedMs;
}
