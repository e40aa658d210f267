import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { completePlan, type UnresolvedPlan } from '../plan/resolve.ts';
import { WordedProblem } from '../plan/worded-problem.ts';
import { phrase, the } from '../plan/words.ts';
import { counted, formatCount } from '../text/format.ts';

const MOST_WORKERS = 16_384;
/** Each worker computes the arrivals of all, which would leave it little time for requests. */
const MOST_POISSON_PER_SECOND = 1_000_000;

/** @throws VolleyError VOLLEY_USAGE if arrivals at random are too many for a worker to compute */
export function checkArrivals({ load }: UnresolvedPlan): void {
  if (load.model === 'closed' || load.arrivals !== 'poisson') return;
  const rates = load.stages.flatMap(({ from, to }) =>
    [from, to].map(({ requests, periodMs }) => (requests * MS_PER_SECOND) / periodMs),
  );
  const most = Math.max(...rates);
  if (most > MOST_POISSON_PER_SECOND)
    throw new VolleyError(ERROR_CODES.usage, [
      new WordedProblem(
        phrase`${the('rate')} of ${formatCount(most)}/s with arrivals at random: at more than ${formatCount(MOST_POISSON_PER_SECOND)}/s each worker is busy with the times of all arrivals: give ${the('arrivals')} constant, or a lower rate.`,
      ),
    ]);
}

/**
 * The plan over all agents, with all their workers.
 *
 * @throws VolleyError VOLLEY_USAGE if they are too many, or more than its connections
 */
export async function planOver(
  asked: UnresolvedPlan,
  workers: number,
  { agents, isConcurrencyGiven }: { readonly agents: number; readonly isConcurrencyGiven: boolean },
): Promise<RunPlan> {
  const plan = await completePlan(asked, false);
  if (workers > MOST_WORKERS)
    throw new VolleyError(
      ERROR_CODES.usage,
      `The agents have ${workers} workers together, and a run has at most ${MOST_WORKERS}: use fewer agents.`,
    );
  if (plan.scenarios !== undefined) {
    if (plan.concurrency < workers)
      throw new VolleyError(
        ERROR_CODES.usage,
        `The scenarios have ${counted(plan.concurrency, 'user')}, which is less than the ${workers} workers of ${counted(agents, 'agent')}: each worker needs a user of its own.`,
      );
    return { ...plan, workers };
  }
  const isOpen = plan.load.model === 'open';
  const most = isOpen ? plan.load.maxInFlight : Number.POSITIVE_INFINITY;
  const concurrency = isConcurrencyGiven
    ? plan.concurrency
    : Math.min(most, Math.max(plan.concurrency, workers));
  if (concurrency < workers)
    throw new VolleyError(ERROR_CODES.usage, [
      new WordedProblem(
        phrase`${the(most < workers ? 'max-in-flight' : 'concurrency')} ${String(Math.min(most, concurrency))} is less than the ${workers} workers of ${counted(agents, 'agent')}: each worker needs a connection of its own.`,
      ),
    ]);
  return { ...plan, workers, concurrency };
}
