import type { IterationErrorSummary } from '../../protocol/scenario.ts';
import type { ScenariosSummary, Summary } from '../../protocol/summary.ts';

/** A rule on failed iterations of one scenario. */
const OF_ONE = /^(iteration|script)-errors\{(.+)\}[<>]/;

/**
 * The most frequent reasons, and of those behind them what a rule may be about: the first of each kind that would not be
 * seen otherwise.
 */
export function shownReasons(
  reasons: readonly IterationErrorSummary[],
  most: number,
): readonly IterationErrorSummary[] {
  const shown = reasons.slice(0, most);
  for (const reason of reasons.slice(most))
    if (shown.every(({ kind }) => kind !== reason.kind)) shown.push(reason);
  return shown;
}

/** The same for all scenarios, with the most frequent reason of each scenario that has broken a rule of its own. */
export function shownReasonsOfAll(
  { total, scenarios }: Pick<ScenariosSummary, 'total' | 'scenarios'>,
  rules: Summary['thresholds'],
  most: number,
): readonly IterationErrorSummary[] {
  const shown = new Set(shownReasons(total.errors, most));
  for (const { expression, ok } of rules) {
    const [, figure, name] = ok ? [] : (OF_ONE.exec(expression) ?? []);
    const own = scenarios
      .find((row) => row.name === name)
      ?.errors.find(({ kind }) => figure === 'iteration' || kind === 'script');
    const inAll = total.errors.find(({ kind, code }) => kind === own?.kind && code === own.code);
    if (inAll !== undefined) shown.add(inAll);
  }
  return [...shown];
}
