import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import type { IterationTally } from '../collect/scenario-tally.ts';
import { iterationsOf } from './iterations-planned.ts';

/** What is known of the end of a run; during it there are no workers yet. */
export type Ending = Pick<Collected, 'plan' | 'workers'> & Partial<Pick<Collected, 'stoppedAtMs'>>;

/**
 * Iterations that were due and did not start, by scenario. Those of a lost worker, which says nothing any more, are what is
 * missing of the plan: also what it had started and has not recorded.
 */
export function notStartedIn(
  { plan: { scenarios: plan }, workers, stoppedAtMs = null }: Ending,
  tallies: readonly IterationTally[],
): number[] {
  const isWhole = workers.every((worker) => countsOf(worker) !== undefined);
  const planned = isWhole || plan === undefined ? [] : plannedIn(plan, workers, stoppedAtMs !== null);
  return tallies.map((tally, index) => {
    const meant = planned[index] ?? null;
    if (meant !== null) return Math.max(0, meant - tally.started - tally.dropped);
    return workers.reduce((sum, worker) => sum + (countsOf(worker)?.[index] ?? 0), 0);
  });
}

/** Undefined of a lost worker. */
function countsOf({ report, lostIterations }: CollectedWorker): readonly number[] | undefined {
  return lostIterations ?? report?.scenarios?.notStarted;
}

/** By scenario; null if there is no planned number, or a stop has changed it. */
function plannedIn(
  { pools, scenarios }: ScenariosPlan,
  workers: readonly CollectedWorker[],
  isStopped: boolean,
): (number | null)[] {
  const planned: (number | null)[] = scenarios.map(() => null);
  for (const pool of pools) {
    if (isStopped && pool.load.type !== 'iterations') continue;
    const own = workers.map(({ shard }) => iterationsOf({ pools: [pool], scenarios }, shard));
    for (const { scenario } of pool.parts)
      planned[scenario] = own.reduce<number | null>(
        (sum, counts) => (sum === null || counts === null ? null : sum + (counts[scenario] ?? 0)),
        0,
      );
  }
  return planned;
}
