import type { Summary } from '../../protocol/summary.ts';
import { isComparison } from '../files/result-file.ts';
import { type Kept, type KeptRun, keptRunOf } from './kept-run.ts';

/** What a result is held against others by. */
export interface Held extends Pick<KeptRun, 'startedAt' | 'latency' | 'p50Ms' | 'p50Interval'> {
  /** One of a run. */
  readonly rounds: readonly Summary[];
  /** The name of the machine; null unless the result was kept. */
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
