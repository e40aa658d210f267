import { fewestFor, parsePercentile } from '../../metrics/percentile-rank.ts';
import type { Arm, Comparison, Level, RoundCost } from '../../protocol/comparison.ts';
import {
  type ComparisonFinding,
  type Conclusion,
  METRICS,
  type Metric,
} from '../../protocol/comparison-finding.ts';
import type { Summary } from '../../protocol/summary.ts';
import { SCHEMA_VERSION } from '../../protocol/summary.ts';
import { comparisonSentence, conclusionText } from '../text/conclusions.ts';
import { COMMAND_LINE, type Naming } from '../text/naming.ts';
import { redirectsIn, redirectsTogether } from '../text/redirects.ts';
import { toolFacts } from '../text/version.ts';
import { levelOf } from './decide.ts';
import { failingTogether } from './failing-together.ts';
import { failuresIn } from './failures.ts';
import { FIGURES } from './metric-figures.ts';

const COMPARED_PERCENTILES = ['50', '90', '99'];

/** An arm's result, from its rounds. */
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

/** Builds a comparison to be saved, with its findings also as sentences. */
export function comparisonOf({
  naming = COMMAND_LINE,
  ...parts
}: Omit<Comparison, 'schemaVersion' | 'tool' | 'startedAt' | 'findings' | 'conclusions' | 'notes'> & {
  readonly startedAt: Date;
  readonly conclusions: readonly Conclusion[];
  readonly notes: readonly ComparisonFinding[];
  /** How options are named in sentences; by default as on the command line. */
  readonly naming?: Naming;
}): Comparison {
  const { conclusions } = parts;
  const notes = [...parts.notes, ...parts.arms.flatMap(troublesOf)];
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolFacts(),
    ...parts,
    startedAt: parts.startedAt.toISOString(),
    conclusions: conclusions.map((conclusion) => conclusionText(conclusion, naming)),
    notes: notes.map((note) => comparisonSentence(note, naming)),
    findings: { conclusions, notes },
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

/** A note for each rule broken in any round. */
export function brokenRuleNotes({ name, rounds }: Arm): ComparisonFinding[] {
  const broken = rounds.flatMap(({ thresholds }) => thresholds.filter(({ ok }) => !ok));
  return [...new Set(broken.map(({ expression }) => expression))].map((expression) => {
    const times = broken.filter((rule) => rule.expression === expression);
    const needed = times.flatMap(({ requestsNeeded }) => requestsNeeded ?? []);
    const tooFew = { found: needed.length, requestsNeeded: Math.max(...needed) };
    const figures = { arm: name, expression, found: times.length, rounds: rounds.length };
    return { code: 'arm-broke-rule', figures: needed.length === 0 ? figures : { ...figures, tooFew } };
  });
}

/** A note with the number of rounds in which the target was failing, and how in the first of them; empty if in none. */
export function failingNotes({ name, rounds }: Arm): ComparisonFinding[] {
  const failing = rounds.filter(({ generator }) => generator.verdict === 'failing');
  const [first] = failing;
  if (first === undefined) return [];
  const because = first.generator.reasons[0] ?? '';
  const { finding } = first.generator;
  return [
    {
      code: 'arm-failing',
      figures: {
        arm: name,
        found: failing.length,
        rounds: rounds.length,
        because,
        ...(finding === undefined ? {} : { finding }),
      },
    },
  ];
}

/** That most answers of its rounds were redirects that were not followed. */
function redirectNotes({ name, rounds }: Arm): ComparisonFinding[] {
  const noted = rounds.flatMap(({ findings }) => redirectsIn(findings?.notes ?? []));
  const figures = redirectsTogether(noted);
  if (figures === null) return [];
  return [
    { code: 'arm-redirects', figures: { arm: name, found: noted.length, rounds: rounds.length, ...figures } },
  ];
}

/** What a reader must know of an arm's rounds before believing them. */
function troublesOf(arm: Arm): ComparisonFinding[] {
  const { name, rounds } = arm;
  const { sent, failed } = failuresIn(rounds);
  return [
    ...(failed > 0 ? [{ code: 'arm-failures', figures: { arm: name, failed, sent } } as const] : []),
    ...failingNotes(arm),
    ...failingTogether(arm),
    ...redirectNotes(arm),
    ...brokenRuleNotes(arm),
    ...lackingPercentiles(arm),
    ...roundsWith(arm, 'arm-degraded', ({ degraded }) => degraded),
    ...roundsWith(arm, 'arm-limited', ({ generator }) => generator.verdict === 'generator-limited'),
  ];
}

/** Percentiles missing in a round with answers, and the number of requests they need. */
function lackingPercentiles({ name, rounds }: Arm): ComparisonFinding[] {
  const headlines = rounds.map(({ latencyMs }) => latencyMs[latencyMs.headline]);
  const fewestRequests = Math.min(...headlines.map(({ count }) => count));
  return COMPARED_PERCENTILES.flatMap((label) => {
    const percentile = parsePercentile(label);
    const isLacking = headlines.some(({ count, percentiles }) => count > 0 && percentiles[label] === null);
    if (percentile === null || !isLacking) return [];
    const figures = { arm: name, percentile: label, requestsNeeded: fewestFor(percentile), fewestRequests };
    return [{ code: 'percentile-lacks-requests', figures } as const];
  });
}

function roundsWith(
  { name, rounds }: Arm,
  code: 'arm-degraded' | 'arm-limited',
  isSo: (round: Summary) => boolean,
): ComparisonFinding[] {
  const found = rounds.filter(isSo).length;
  return found === 0 ? [] : [{ code, figures: { arm: name, found, rounds: rounds.length } }];
}
