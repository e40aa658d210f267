import type { Scenario } from '../../target/precise-scenario.ts';
import type { RunOptions } from '../plan/options.ts';
import type { Observation } from './bench.ts';

/** A load whose right answer is known before it is measured. */
export interface KnownLoad {
  readonly scenario: Scenario;
  readonly options: Omit<RunOptions, 'url'>;
  /** Requests of the window. */
  readonly count: number;
}

const FIRST_STAGE = { ms: 100, perSecond: 3_000 } as const;

/** Answers at once: what is measured is what volley and the loopback add. */
export function immediateAnswers(rate: number, durationMs: number): KnownLoad {
  return {
    scenario: { kind: 'delay', delayMs: 0 },
    options: { rate, duration: `${durationMs}ms`, pacing: 'precise', workers: 1 },
    count: (rate * durationMs) / 1_000,
  };
}

/**
 * A constant rate, and from when on its requests are looked at. It comes after a short stage of many more,
 * and the warm-up has that stage's rate: so Node has compiled what is hot before the slow part begins.
 */
export function steadyRate(
  rate: number,
  durationMs: number,
): Omit<KnownLoad, 'scenario'> & { fromMs: number } {
  const { ms, perSecond } = FIRST_STAGE;
  return {
    options: { stages: `${ms}ms:${perSecond},${durationMs}ms:${rate}`, pacing: 'precise', workers: 1 },
    count: (perSecond * ms + rate * durationMs) / 1_000,
    fromMs: ms,
  };
}

/** Stands still for a tenth of the time, at 2 ms an answer else: whoever was due meanwhile has waited. */
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
    count: (rate * durationMs) / 1_000,
    stallMs,
  };
}

/** For how long the server had a request. */
export function atServerMs({ arrivedMs, leftMs }: Observation): number {
  return leftMs - arrivedMs;
}

/** What the server itself says: from when a request was due until its answer left. */
export function loggedResponseMs({ intendedMs, leftMs }: Observation): number {
  return leftMs - intendedMs;
}
