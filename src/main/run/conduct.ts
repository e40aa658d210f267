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

/** A plan being executed. */
export interface Conduct {
  /**
   * Runs the plan to its end.
   *
   * @throws VolleyError VOLLEY_WORKER_START if a worker fails before it is ready; nothing was sent then
   */
  collect(): Promise<Collected>;
  /** Summarizes what was collected. */
  sumUp(collected: Collected): Summary;
  /** What has been recorded so far; null before the run has begun. */
  snapshot(): Snapshot | null;
  /** Current progress; null before the run has begun. */
  progress(): Progress | null;
  /** Starts nothing more and waits for requests in flight, at most for the timeout or 5 s; works before the start too. */
  stop(): void;
  /** Ends at once, keeping what has been recorded. */
  abort(): void;
}

/** Wires up a plan's coordinator, its kind of workers and the summary of what they record. */
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
