import type { Summary } from '../../protocol/summary.ts';
import { isComparison } from '../files/result-file.ts';
import { type Kept, type KeptRun, keptRunOf } from './kept-run.ts';

/** The parts of a result that comparisons with others use. */
export interface Held extends Pick<KeptRun, 'startedAt' | 'latency' | 'p50Ms' | 'p50Interval'> {
  /** A run has one. */
  readonly rounds: readonly Summary[];
  /** The machine's name; null unless the result was kept. */
  readonly host: string | null;
}

/** A result with at least one round. */
export function heldOf(result: Kept): Held {
  const rounds = isComparison(result) ? result.arms.flatMap((arm) => arm.rounds) : [result];
  const run = keptRunOf('', 0, result);
  return {
    startedAt: result.startedAt,
    latency: run?.latency ?? 'response',
    p50Ms: run?.p50Ms ?? null,
    p50Interval: run?.p50Interval ?? null,
    rounds,
    host: result.origin?.host ?? null,
  };
}
