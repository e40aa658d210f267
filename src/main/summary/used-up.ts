import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenarioPlan } from '../../protocol/scenario.ts';
import type { CollectedWorker } from '../collect/collected.ts';

/** The scenarios that ended because their rows had all been used. */
export function usedUpIn(
  { scenarios }: Pick<RunPlan, 'scenarios'>,
  workers: readonly CollectedWorker[],
): ScenarioPlan[] {
  const indices = new Set(workers.flatMap(({ report }) => report?.scenarios?.usedUp ?? []));
  return (scenarios?.scenarios ?? []).filter((_, index) => indices.has(index));
}
