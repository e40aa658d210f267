import type { Comparison } from '../../../../protocol/comparison.ts';
import type { ComparisonFigures, Conclusion, Metric } from '../../../../protocol/comparison-finding.ts';
import { counted } from '../../../text/format.ts';

const BETTER: Readonly<Record<Metric, readonly [better: string, worse: string]>> = {
  throughput: ['serves more', 'serves fewer'],
  p50: ['is faster', 'is slower'],
  p90: ['is faster', 'is slower'],
  p99: ['is faster', 'is slower'],
  cpu: ['takes less CPU', 'takes more CPU'],
};
/** Conclusions about all arms precede those about two. */
const LEADING = ['recommended', 'nothing-recommended'];

/** The outcome in a few words. */
export function comparisonWords(comparison: Comparison): string {
  const conclusions = comparison.findings?.conclusions;
  const leading = conclusions?.find(({ code }) => LEADING.includes(code)) ?? conclusions?.[0];
  if (leading !== undefined) return conclusionWords(leading, comparison);
  const [pair] = comparison.pairs;
  const rounds = comparison.arms[0]?.rounds.length ?? 0;
  if (pair === undefined) return repeatWords(comparison);
  if (rounds < 2) return 'One round of each: no interval.';
  return decisionWords(pair.a, comparison.metric, pair.figures[comparison.metric]?.decision);
}

function conclusionWords({ code, figures }: Conclusion, comparison: Comparison): string {
  switch (code) {
    case 'pair-by-figure': {
      const { a, metric, outcome } = figures as ComparisonFigures['pair-by-figure'];
      if (outcome === 'no-difference') return 'No difference that matters.';
      if (outcome === 'undecided') return 'Not enough rounds to tell.';
      return `${a} ${BETTER[metric][outcome === 'better' ? 0 : 1]}.`;
    }
    case 'pair-by-failures': {
      const { a, outcome } = figures as ComparisonFigures['pair-by-failures'];
      return outcome === 'both-fail' ? 'Both fail.' : `${a} fails ${outcome === 'better' ? 'less' : 'more'}.`;
    }
    case 'pair-unanswered':
      return 'Neither answered a request well.';
    case 'recommended': {
      const { choice, undecided } = figures as ComparisonFigures['recommended'];
      return undecided.length === 0 ? `Take ${choice}.` : `Perhaps ${choice}; that is not certain.`;
    }
    case 'nothing-recommended':
      return 'All fail too much to recommend one.';
    case 'one-round-each':
      return 'One round of each: no interval.';
    case 'too-few-rounds':
    case 'intervals-hold':
      return repeatWords(comparison);
    default:
      return 'Nothing to compare.';
  }
}

/** For rounds of one plan: reports first whether its target fails. */
function repeatWords({ arms }: Comparison): string {
  const rounds = arms.flatMap((arm) => arm.rounds);
  const failing = rounds.filter(({ generator }) => generator.verdict === 'failing').length;
  if (failing === 0) return `${counted(rounds.length, 'round')} of one plan.`;
  return failing === rounds.length
    ? 'The target is failing.'
    : `The target was failing in ${failing} of ${counted(rounds.length, 'round')}.`;
}

/** For results of older versions, which only have the decision. */
function decisionWords(name: string, metric: Metric, decision: string | undefined): string {
  if (decision === undefined) return 'Nothing to compare.';
  if (decision === 'no-difference') return 'No difference that matters.';
  if (decision === 'undecided') return 'Not enough rounds to tell.';
  const isBetter = (decision === 'higher') === (metric === 'throughput');
  return `${name} ${BETTER[metric][isBetter ? 0 : 1]}.`;
}
