import type { Estimate, Metric, Pair } from '../../protocol/comparison.ts';
import { formatPercent } from '../format.ts';
import { GROSS_DIFFERENCE } from './failures.ts';
import { FIGURES } from './figures.ts';

/** What is concluded of a pair; `nothing` where neither side answered a request well. */
export type Outcome = 'better' | 'worse' | 'no-difference' | 'undecided' | 'nothing';

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
function outcomeByFailures({ failures }: Pair): Outcome | null {
  if (failures === undefined) return null;
  const { a, b, decision } = failures;
  if (a.sent > 0 && b.sent > 0 && a.failed === a.sent && b.failed === b.sent) return 'nothing';
  if (decision === 'more') return 'worse';
  return decision === 'fewer' && b.share - a.share > GROSS_DIFFERENCE ? 'better' : null;
}

/** The same in plain words, with the interval, and with what must be known besides. */
export function sentenceOf(pair: Pair, metric: Metric): string {
  return [conclusionSentence(pair, metric), ...limitSentences(pair)].join(' ');
}

function conclusionSentence(pair: Pair, metric: Metric): string {
  const { a, b, failures } = pair;
  const estimate = pair.figures[metric];
  const outcome = outcomeByFailures(pair);
  if (outcome === 'nothing')
    return `Neither ${a} nor ${b} answered a request well: there is nothing to compare.`;
  if (outcome !== null) {
    const besides =
      estimate === undefined ? '' : `, whatever the rest says (${factOf(pair, metric, estimate)})`;
    return `${failuresText(pair)}: ${a} is ${outcome}${besides}.`;
  }
  const hasFailed = failures !== undefined && failures.a.failed + failures.b.failed > 0;
  const fact =
    estimate === undefined
      ? `${a} and ${b}: no ${FIGURES[metric].label} to compare.`
      : `${factOf(pair, metric, estimate)}: ${conclusionOf(outcomeOf(pair, metric), metric, estimate)}.`;
  return hasFailed ? `${fact} ${failuresText(pair)}.` : fact;
}

function failuresText({ a, b, failures }: Pair): string {
  return `${a} failed ${formatPercent(failures?.a.share ?? 0)} of its requests, ${b} ${formatPercent(failures?.b.share ?? 0)}`;
}

function limitSentences({ a, b, generatorLimited }: Pair): string[] {
  if (generatorLimited === undefined) return [];
  const { rounds } = generatorLimited;
  const limited = [
    { name: a, count: generatorLimited.a },
    { name: b, count: generatorLimited.b },
  ].filter(({ count }) => count > 0);
  if (limited.length === 0) return [];
  const where = limited.map(({ name, count }) => `${count} of ${rounds} rounds of ${name}`).join(' and ');
  return [`volley itself was the limit in ${where}: there the figures are its own.`];
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
