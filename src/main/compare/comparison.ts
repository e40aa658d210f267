import type { Arm, Comparison, Level, Metric, RoundCost } from '../../protocol/comparison.ts';
import { METRICS } from '../../protocol/comparison.ts';
import type { Summary, Verdict } from '../../protocol/summary.ts';
import { SCHEMA_VERSION } from '../../protocol/summary.ts';
import { toolFacts } from '../summary/tool.ts';
import { formatCount, shareText } from '../text/format.ts';
import { levelOf } from './decide.ts';
import { failuresIn } from './failures.ts';
import { FIGURES } from './figures.ts';

/** An arm's result from its rounds. */
export function armOf(
  name: string,
  rounds: readonly { readonly summary: Summary; readonly cost: RoundCost }[],
): Arm | null {
  const plan = rounds[0]?.summary.plan;
  if (plan === undefined) return null;
  return {
    name,
    url: plan.target.url,
    mode: plan.mode,
    workers: plan.workers,
    concurrency: plan.concurrency,
    figures: levelsOf(rounds.map(({ summary }) => summary)),
    failures: failuresIn(rounds.map(({ summary }) => summary)),
    rounds: rounds.map(({ summary, cost }) => ({ ...summary, cost })),
  };
}

export function comparisonOf(
  parts: Omit<Comparison, 'schemaVersion' | 'tool' | 'startedAt'> & { readonly startedAt: Date },
): Comparison {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolFacts(),
    ...parts,
    startedAt: parts.startedAt.toISOString(),
    notes: [...parts.notes, ...parts.arms.flatMap(troublesOf)],
  };
}

function levelsOf(summaries: readonly Summary[]): Partial<Record<Metric, Level>> {
  return Object.fromEntries(
    METRICS.flatMap((metric) => {
      const values = summaries.flatMap((summary) => FIGURES[metric].of(summary) ?? []);
      return values.length === 0 || values.length < summaries.length ? [] : [[metric, levelOf(values)]];
    }),
  );
}

/** Rules that some round did not keep, with the number of those rounds. */
function brokenRules(rounds: Arm['rounds']): [expression: string, times: number][] {
  const broken = rounds.flatMap(({ thresholds }) => thresholds.filter(({ ok }) => !ok));
  const expressions = [...new Set(broken.map(({ expression }) => expression))];
  return expressions.map((expression) => [
    expression,
    broken.filter((rule) => rule.expression === expression).length,
  ]);
}

/** For each rule that some round did not keep, a sentence. */
export function brokenRuleNotes({ name, rounds }: Arm): string[] {
  return brokenRules(rounds).map(
    ([expression, times]) => `${name}: ${expression} did not hold in ${times} of ${rounds.length} rounds.`,
  );
}

/** In how many rounds the target was failing, and how in the first of them; nothing where it was in none. */
export function failingNotes({ name, rounds }: Arm): string[] {
  const failing = rounds.filter(({ generator }) => generator.verdict === 'failing');
  const [first] = failing;
  if (first === undefined) return [];
  return [
    `${name}: the target was failing in ${failing.length} of ${rounds.length} rounds, at first so: ${first.generator.reasons[0]}`,
  ];
}

/** What a reader must know of an arm's rounds before believing them. */
function troublesOf(arm: Arm): string[] {
  const { name, rounds } = arm;
  const { sent, failed } = failuresIn(rounds);
  const withVerdict = (verdict: Verdict): number =>
    rounds.filter(({ generator }) => generator.verdict === verdict).length;
  const limited = withVerdict('generator-limited');
  const degraded = rounds.filter((round) => round.degraded).length;
  return [
    ...(failed > 0
      ? [`${name}: ${formatCount(failed)} of ${formatCount(sent)} requests failed${shareText(failed, sent)}.`]
      : []),
    ...failingNotes(arm),
    ...brokenRuleNotes(arm),
    ...(degraded > 0 ? [`${name}: ${degraded} of ${rounds.length} rounds are degraded.`] : []),
    ...(limited > 0 ? [`${name}: volley was the limit in ${limited} of ${rounds.length} rounds.`] : []),
  ];
}
