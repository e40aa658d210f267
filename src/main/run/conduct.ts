import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { createMonotonicClock } from '../../time/clock.ts';
import type { Collected } from '../collect/collected.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { withoutSecretsIn } from '../plan/hidden-error.ts';
import { POOLS } from '../pool/pools.ts';
import { summarize } from '../summary/summarize.ts';
import { Coordinator } from './coordinator.ts';
import type { CoordinatorOptions } from './coordinator-options.ts';
import { progressOf } from './progress.ts';
import type { Progress } from './run-handle.ts';

/** A plan that is being carried out. */
export interface Conduct {
  /**
   * Carries the plan out, to its end.
   *
   * @throws VolleyError VOLLEY_WORKER_START where a worker fails before it is ready; then nothing was sent
   */
  collect(): Promise<Collected>;
  /** What has been collected, summed up. */
  sumUp(collected: Collected): Summary;
  /** What has been recorded so far; null before it has begun. */
  snapshot(): Snapshot | null;
  /** Where it stands; null before it has begun. */
  progress(): Progress | null;
  /** Starts nothing more and waits for what is in flight, for at most the timeout or 5 s; also before the start. */
  stop(): void;
  /** Ends at once, with what has been recorded. */
  abort(): void;
}

/** Brings together who coordinates a plan, the workers of its kind, and who sums up what they record. */
export function conduct(plan: RunPlan, options: CoordinatorOptions = {}): Conduct {
  const clock = createMonotonicClock();
  const coordinator = new Coordinator(plan, clock, options);
  return {
    collect: async () => {
      try {
        return await coordinator.run(await POOLS[plan.mode]());
      } catch (error) {
        throw withoutSecretsIn(error, plan.supplies.secrets);
      }
    },
    sumUp: (collected) => summarize(collected, clock),
    snapshot: () => coordinator.snapshot(),
    progress: () => {
      const snapshot = coordinator.snapshot();
      return snapshot === null ? null : progressOf(plan, snapshot);
    },
    stop: () => coordinator.stop(),
    abort: () => coordinator.abort(),
  };
}
