import type { Estimate, Metric, Pair } from '../../protocol/comparison.ts';
import { FIGURES } from './figures.ts';

/** What is concluded of a pair. */
export type Outcome = 'better' | 'worse' | 'no-difference' | 'undecided';

/** How the first of a pair does against the second, by the headline metric. */
export function outcomeOf(pair: Pair, metric: Metric): Outcome {
  const estimate = pair.figures[metric];
  if (estimate === undefined) return 'undecided';
  if (estimate.decision === 'no-difference' || estimate.decision === 'undecided') return estimate.decision;
  return (estimate.decision === 'higher') === FIGURES[metric].isMoreBetter ? 'better' : 'worse';
}

/** The same in plain words, with the interval. */
export function sentenceOf(pair: Pair, metric: Metric): string {
  const estimate = pair.figures[metric];
  if (estimate === undefined) return `${pair.a} and ${pair.b}: no ${FIGURES[metric].label} to compare.`;
  return `${factOf(pair, metric, estimate)}: ${conclusionOf(outcomeOf(pair, metric), metric, estimate)}.`;
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
