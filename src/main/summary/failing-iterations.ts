import type { IterationErrorSummary } from '../../protocol/scenario.ts';
import { type IterationFacts, isMostlyFailing, type SetupFacts } from './failing.ts';
import { type Judgement, judged, VERDICT_LIMITS } from './verdict-facts.ts';

/** More of all iterations than may fail, or most of one scenario's; null where they did not. */
export function failingIterations(scenarios: readonly IterationFacts[]): Judgement | null {
  const { failedShare, failedShareOfRequest, fewestOfRequest } = VERDICT_LIMITS;
  const all = scenarios.reduce(added, NONE);
  if (all.failed > failedShare * endedOf(all)) return failingBecause(all, null);
  const one = scenarios
    .filter((scenario) =>
      isMostlyFailing(scenario.failed, endedOf(scenario), failedShareOfRequest, fewestOfRequest),
    )
    .reduce<IterationFacts | null>(
      (worst, scenario) => (worst === null || shareOf(scenario) > shareOf(worst) ? scenario : worst),
      null,
    );
  return one === null ? null : failingBecause(one, one.name);
}

/** Iterations that began, of which none came to its end: their number is known, and nothing else of them. */
export function unendedIterations(scenarios: readonly IterationFacts[]): Judgement | null {
  const all = scenarios.reduce(added, NONE);
  if (all.interrupted === 0 || endedOf(all) > 0) return null;
  return judged('ok', { code: 'no-iteration-ended', figures: { interrupted: all.interrupted } });
}

/** More users than may fail never began, since their `vuSetup` failed: a login, mostly, whose requests are in no count. */
export function failingSetups({ failures, ever }: SetupFacts): Judgement | null {
  if (failures === null || failures.count <= VERDICT_LIMITS.failedShare * ever) return null;
  const { count, example } = failures;
  const finding = { code: 'vu-setup-failed', figures: { count, example } } as const;
  return judged('failing', finding, 'look-at-iteration');
}

const NONE: IterationFacts = { name: '', completed: 0, failed: 0, interrupted: 0, errors: [] };

function failingBecause(facts: IterationFacts, scenario: string | null): Judgement {
  const failedAs = facts.errors
    .map(({ kind, code, count }) => ({ kind, code, count }))
    .sort((a, b) => b.count - a.count);
  const figures = { failed: facts.failed, of: endedOf(facts), scenario, failedAs };
  const misleading = { code: 'figures-mislead', figures: {} } as const;
  return judged('failing', { code: 'iterations-failed', figures }, 'look-at-iteration', [misleading]);
}

function added(
  sum: IterationFacts,
  { completed, failed, interrupted, errors }: IterationFacts,
): IterationFacts {
  return {
    name: sum.name,
    completed: sum.completed + completed,
    failed: sum.failed + failed,
    interrupted: sum.interrupted + interrupted,
    errors: errors.reduce(withError, sum.errors),
  };
}

/** Scenarios fail for the same reasons. */
function withError(
  known: readonly IterationErrorSummary[],
  error: IterationErrorSummary,
): readonly IterationErrorSummary[] {
  const same = known.find(({ kind, code }) => kind === error.kind && code === error.code);
  if (same === undefined) return [...known, error];
  return known.map((one) => (one === same ? { ...one, count: one.count + error.count } : one));
}

function endedOf({ completed, failed }: IterationFacts): number {
  return completed + failed;
}

function shareOf(facts: IterationFacts): number {
  return facts.failed / endedOf(facts);
}
