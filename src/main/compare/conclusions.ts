import type { Estimate, Pair } from '../../protocol/comparison.ts';
import type {
  ComparisonFigures,
  ComparisonFinding,
  Conclusion,
  Metric,
  RatioFigures,
} from '../../protocol/comparison-finding.ts';
import { VERDICT_LIMITS } from '../summary/verdict-facts.ts';
import { GROSS_DIFFERENCE } from './failures.ts';
import { FIGURES } from './metric-figures.ts';

type ByFigure = ComparisonFigures['pair-by-figure']['outcome'];
type ByFailures = ComparisonFigures['pair-by-failures']['outcome'] | 'nothing';

/** Conclusion on a pair; `both-fail` if failures make latencies say little, `nothing` if no request succeeded. */
type Outcome = ByFigure | ByFailures;

/** How the first of a pair compares to the second, by failures first, then by the headline metric. */
export function outcomeOf(pair: Pair, metric: Metric): Outcome {
  return outcomeByFailures(pair) ?? outcomeByFigure(pair.figures[metric], metric);
}

function outcomeByFigure(estimate: Estimate | undefined, metric: Metric): ByFigure {
  if (estimate === undefined) return 'undecided';
  if (estimate.decision === 'no-difference' || estimate.decision === 'undecided') return estimate.decision;
  return (estimate.decision === 'higher') === FIGURES[metric].isMoreBetter ? 'better' : 'worse';
}

/** Whether failures alone decide the conclusion. */
export function isDecidedByFailures(pair: Pair): boolean {
  return outcomeByFailures(pair) !== null;
}

/**
 * An arm that fails more is worse, however fast its errors are. One that fails less is better only if the difference
 * is large: otherwise it may still be too slow.
 */
function outcomeByFailures(pair: Pair): ByFailures | null {
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

/** Whether the conclusion is not enough for a green light: it is undecided, both arms fail, or there are remarks. */
export function isInDoubt(pair: Pair, metric: Metric): boolean {
  const outcome = outcomeOf(pair, metric);
  return outcome === 'undecided' || outcome === 'both-fail' || remarksOn(pair).length > 0;
}

/** Remarks on a pair, besides the conclusion from its figures. */
export function remarksOn(pair: Pair): ComparisonFinding[] {
  const { a, b, failures, answersDiffer = null } = pair;
  const hasFailed = failures !== undefined && failures.a.failed + failures.b.failed > 0;
  return [
    ...(hasFailed && outcomeByFailures(pair) === null
      ? [
          {
            code: 'failures-compared',
            figures: { a, b, ...failedShares(pair), decision: failures.decision },
          } as const,
        ]
      : []),
    ...(answersDiffer === null
      ? []
      : [{ code: 'answers-differ', figures: { a, b, ...answersDiffer } } as const]),
    ...troubleIn('limited-rounds', pair, pair.generatorLimited),
    ...troubleIn('degraded-rounds', pair, pair.degraded),
  ];
}

/** The conclusion on a pair, with remarks. */
export function concludeOn(pair: Pair, metric: Metric): Conclusion {
  return { ...conclusionOn(pair, metric), remarks: remarksOn(pair) };
}

function conclusionOn(pair: Pair, metric: Metric): ComparisonFinding {
  const { a, b } = pair;
  const names = { a, b, metric };
  const estimate = pair.figures[metric];
  const byFailures = outcomeByFailures(pair);
  if (byFailures === 'nothing') return { code: 'pair-unanswered', figures: { a, b } };
  if (byFailures !== null) {
    const isBothFailing = bothFail(pair);
    const shown = estimate === undefined ? null : ratioOf(estimate);
    const figures = { ...names, outcome: byFailures, ...failedShares(pair), isBothFailing, estimate: shown };
    return { code: 'pair-by-failures', figures };
  }
  if (estimate === undefined) return { code: 'pair-without-figure', figures: names };
  const { rounds, margin, roundsNeeded } = estimate;
  const outcome = outcomeByFigure(estimate, metric);
  return {
    code: 'pair-by-figure',
    figures: { ...names, outcome, ...ratioOf(estimate), rounds, marginShare: margin, roundsNeeded },
  };
}

function ratioOf({ ratio, low, high }: Estimate): RatioFigures {
  return { ratio, low, high };
}

function failedShares({ failures }: Pair): { readonly aFailedShare: number; readonly bFailedShare: number } {
  return { aFailedShare: failures?.a.share ?? 0, bFailedShare: failures?.b.share ?? 0 };
}

/** A remark on how many rounds had this problem; empty if none. */
function troubleIn(
  code: 'limited-rounds' | 'degraded-rounds',
  { a, b }: Pair,
  troubled: Pair['generatorLimited'],
): ComparisonFinding[] {
  if (troubled === undefined || troubled.a + troubled.b === 0) return [];
  const figures = { a, b, aRounds: troubled.a, bRounds: troubled.b, rounds: troubled.rounds };
  return [{ code, figures }];
}
