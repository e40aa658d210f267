import type { Estimate, Metric, Pair, PairFailures } from '../../protocol/comparison.ts';
import { VERDICT_LIMITS } from '../summary/verdict-facts.ts';
import { formatPercent } from '../text/format.ts';
import { GROSS_DIFFERENCE } from './failures.ts';
import { FIGURES } from './figures.ts';

/** What is concluded of a pair; `both-fail` where latencies say little, `nothing` where no request was answered well. */
export type Outcome = 'better' | 'worse' | 'no-difference' | 'undecided' | 'both-fail' | 'nothing';

/** How the first of a pair does against the second, by failures first, then by the headline metric. */
export function outcomeOf(pair: Pair, metric: Metric): Outcome {
  const byFailures = outcomeByFailures(pair);
  if (byFailures !== null) return byFailures;
  const estimate = pair.figures[metric];
  if (estimate === undefined) return 'undecided';
  if (estimate.decision === 'no-difference' || estimate.decision === 'undecided') return estimate.decision;
  return (estimate.decision === 'higher') === FIGURES[metric].isMoreBetter ? 'better' : 'worse';
}

/** Whether the failures alone say what is concluded. */
export function isDecidedByFailures(pair: Pair): boolean {
  return outcomeByFailures(pair) !== null;
}

/**
 * An arm that fails more is worse, however fast its errors are. One that fails fewer is better only where that is
 * much: else it may still be too slow.
 */
function outcomeByFailures(pair: Pair): Outcome | null {
  const { failures } = pair;
  if (failures === undefined) return null;
  const { a, b, decision } = failures;
  if (a.sent > 0 && b.sent > 0 && a.failed === a.sent && b.failed === b.sent) return 'nothing';
  if (decision === 'more') return 'worse';
  if (decision === 'fewer' && b.share - a.share > GROSS_DIFFERENCE) return 'better';
  return bothFail(pair) ? 'both-fail' : null;
}

function bothFail({ failures }: Pair): boolean {
  const { failedShare } = VERDICT_LIMITS;
  return failures !== undefined && failures.a.share > failedShare && failures.b.share > failedShare;
}

/** Whether what is concluded of a pair rests on enough for a green light: on rounds without trouble, and on a decision. */
export function isInDoubt(pair: Pair, metric: Metric): boolean {
  const outcome = outcomeOf(pair, metric);
  return outcome === 'undecided' || outcome === 'both-fail' || remarksOn(pair).length > 0;
}

/** What must be known of a pair beside what is concluded of its figures, a sentence each. */
export function remarksOn(pair: Pair): string[] {
  const { a, b, failures } = pair;
  const remarks: Readonly<Record<PairFailures['decision'], string>> = {
    undecided: ': too few failures, or too few rounds, to tell whether that is chance',
    fewer: ': beyond chance',
    more: ': beyond chance',
    'no-difference': '',
  };
  const hasFailed = failures !== undefined && failures.a.failed + failures.b.failed > 0;
  return [
    ...(hasFailed && outcomeByFailures(pair) === null
      ? [`${failuresText(pair)}${remarks[failures.decision]}.`]
      : []),
    ...troubleSentence(a, b, pair.generatorLimited, 'volley itself was the limit', 'the figures are its own'),
    ...troubleSentence(a, b, pair.degraded, 'the measurement was degraded', 'load or workers were lost'),
  ];
}

/** The same in plain words, with the interval, and with what must be known besides. */
export function sentenceOf(pair: Pair, metric: Metric): string {
  return [conclusionSentence(pair, metric), ...remarksOn(pair)].join(' ');
}

function conclusionSentence(pair: Pair, metric: Metric): string {
  const { a, b } = pair;
  const estimate = pair.figures[metric];
  const outcome = outcomeByFailures(pair);
  if (outcome === 'nothing')
    return `Neither ${a} nor ${b} answered a request well: there is nothing to compare.`;
  if (outcome !== null) {
    const besides =
      estimate === undefined ? '' : `, whatever the rest says (${factOf(pair, metric, estimate)})`;
    const both = bothFail(pair) ? 'Both fail: ' : '';
    const what = outcome === 'both-fail' ? 'that has to be mended first' : `${a} is ${outcome}`;
    return `${both}${failuresText(pair)}: ${what}${besides}.`;
  }
  return estimate === undefined
    ? `${a} and ${b}: no ${FIGURES[metric].label} to compare.`
    : `${factOf(pair, metric, estimate)}: ${conclusionOf(outcomeOf(pair, metric), metric, estimate)}.`;
}

function failuresText({ a, b, failures }: Pair): string {
  return `${a} failed ${formatPercent(failures?.a.share ?? 0)} of its requests, ${b} ${formatPercent(failures?.b.share ?? 0)}`;
}

/** In which rounds something was amiss, and what follows; nothing where it was in none. */
function troubleSentence(
  a: string,
  b: string,
  rounds: Pair['generatorLimited'],
  what: string,
  consequence: string,
): string[] {
  const where = [
    { name: a, count: rounds?.a ?? 0 },
    { name: b, count: rounds?.b ?? 0 },
  ]
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} of ${rounds?.rounds} rounds of ${name}`);
  return where.length === 0 ? [] : [`${what} in ${where.join(' and ')}: there ${consequence}.`];
}

/** A ratio with its interval, as in 1.02 (0.99–1.05). */
export function ratioText({ ratio, low, high }: Estimate): string {
  const shown = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return low === null || high === null ? shown(ratio) : `${shown(ratio)} (${shown(low)}–${shown(high)})`;
}

function factOf({ a, b }: Pair, metric: Metric, estimate: Estimate): string {
  const times = ratioText(estimate);
  if (metric === 'throughput') return `${a} served ${times} times the requests of ${b}`;
  if (metric === 'cpu') return `${a} took ${times} times the CPU time of ${b} for a request`;
  return `${metric} of ${a} was ${times} times that of ${b}`;
}

function conclusionOf(outcome: Outcome, metric: Metric, estimate: Estimate): string {
  const rounds = `in ${estimate.rounds} rounds`;
  const margin = `±${Number((estimate.margin * 100).toPrecision(3))} %`;
  switch (outcome) {
    case 'better':
      return `${WORDS[metric][0]}, ${rounds}`;
    case 'worse':
      return `${WORDS[metric][1]}, ${rounds}`;
    case 'no-difference':
      return `no difference within ${margin}, ${rounds}`;
    case 'nothing':
    case 'both-fail':
    case 'undecided':
      return `not enough rounds to tell (${estimate.rounds}; ${neededText(estimate)})`;
  }
}

function neededText({ roundsNeeded, rounds }: Estimate): string {
  if (roundsNeeded === null) return 'more than 1,000 would be needed, or a larger --margin';
  return `about ${Math.max(roundsNeeded, rounds + 1)} would`;
}

const WORDS: Readonly<Record<Metric, readonly [better: string, worse: string]>> = {
  throughput: ['more', 'fewer'],
  p50: ['faster', 'slower'],
  p90: ['faster', 'slower'],
  p99: ['faster', 'slower'],
  cpu: ['less', 'more'],
};
