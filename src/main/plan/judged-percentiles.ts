import { METRICS } from '../../protocol/comparison-finding.ts';
import type { RunPlan } from '../../protocol/plan.ts';

/** The percentiles among the figures by which rounds are compared. */
export const OF_ROUNDS: readonly string[] = METRICS.flatMap((metric) => /^p(\d.*)$/.exec(metric)?.[1] ?? []);
/** What lists of results show, and a baseline decides by. */
export const OF_KEPT_RUNS = ['50', '99'] as const;

/** Adds percentiles that a result is judged by, as those of rules are: `--percentiles` must not take them away. */
export function withPercentiles<Plan extends Pick<RunPlan, 'percentiles'>>(
  plan: Plan,
  judged: readonly string[],
): Plan {
  const missing = judged.filter((label) => !plan.percentiles.includes(label));
  if (missing.length === 0) return plan;
  const percentiles = [...plan.percentiles, ...missing].sort((a, b) => Number(a) - Number(b));
  return { ...plan, percentiles };
}
