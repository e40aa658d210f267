import { joinCells } from '../../metrics/cells.ts';
import type { Estimate, Pair } from '../../protocol/comparison.ts';
import { METRICS, type Metric } from '../../protocol/comparison-finding.ts';
import type { Summary } from '../../protocol/summary.ts';
import { compareRounds } from './decide.ts';
import { differingAnswers } from './differing-answers.ts';
import { probabilityShorter, quantileShifts, type RoundTimes } from './effect.ts';
import { compareFailures } from './failures.ts';
import { ratioFigures } from './metric-figures.ts';
import { holm } from './paired.ts';
import type { Round } from './rounds.ts';

/** Allowed probability of a false alarm, over all comparisons together. */
const LEVEL = 0.05;

export interface MeasuredArm {
  readonly name: string;
  readonly rounds: readonly Round[];
}

/**
 * Compares arms in pairs; the headline metric is tested, the others are only described.
 *
 * @param fewestFor the number of comparisons that set how many rounds the experiment takes at least
 */
export function comparePairs(
  couples: readonly (readonly [a: MeasuredArm, b: MeasuredArm])[],
  metric: Metric,
  margin: number,
  fewestFor: number = couples.length,
): Pair[] {
  const pairs = couples.map(([a, b]) => {
    const figures = Object.fromEntries(
      METRICS.flatMap((name) => {
        const estimate = compareFigure(name, a, b, margin);
        return estimate === null ? [] : [[name, estimate]];
      }),
    ) as Partial<Record<Metric, Estimate>>;
    const [ofA, ofB] = [a, b].map(({ rounds }) => joinCells(rounds.map(({ latencies }) => latencies)));
    return {
      a: a.name,
      b: b.name,
      figures,
      failures: compareFailures(summariesOf(a), summariesOf(b), couples.length),
      answersDiffer: differingAnswers(summariesOf(a), summariesOf(b)),
      ...troubledRounds(summariesOf(a), summariesOf(b)),
      probabilityShorter: ofA === undefined || ofB === undefined ? null : probabilityShorter(ofA, ofB),
      shifts: quantileShifts(timesOf(a), timesOf(b)),
    };
  });
  const adjusted = holm(pairs.map(({ figures }) => figures[metric]?.p ?? 1));
  return pairs.map((pair, index) => {
    const adjustedP = adjusted[index] ?? 1;
    const estimate = pair.figures[metric];
    if (estimate === undefined) return { ...pair, adjustedP };
    const judged = { ...pair.figures, [metric]: amongSeveral(estimate, adjustedP, fewestFor) };
    return { ...pair, figures: judged, adjustedP };
  });
}

function summariesOf({ rounds }: MeasuredArm): Summary[] {
  return rounds.map(({ summary }) => summary);
}

function timesOf({ rounds }: MeasuredArm): RoundTimes[] {
  return rounds.map(({ latencies, summary: { latencyMs } }) => ({
    cells: latencies,
    bounds: latencyMs[latencyMs.headline],
  }));
}

/** For each arm, the number of rounds in which volley was the limit, and in which the measurement was degraded. */
export function troubledRounds(
  a: readonly Summary[],
  b: readonly Summary[],
): Required<Pick<Pair, 'generatorLimited' | 'degraded'>> {
  const rounds = Math.min(a.length, b.length);
  const count = (isTroubled: (summary: Summary) => boolean): { a: number; b: number; rounds: number } => ({
    a: a.slice(0, rounds).filter(isTroubled).length,
    b: b.slice(0, rounds).filter(isTroubled).length,
    rounds,
  });
  return {
    generatorLimited: count(({ generator }) => generator.verdict === 'generator-limited'),
    degraded: count(({ degraded }) => degraded),
  };
}

/** Corrects for multiple comparisons: a difference that is certain on its own may be undecided among several. */
function amongSeveral(estimate: Estimate, adjustedP: number, comparisons: number): Estimate {
  const fewest = fewestRoundsFor(comparisons);
  const { decision, roundsNeeded } = estimate;
  if (decision === 'undecided' && roundsNeeded !== null)
    return { ...estimate, roundsNeeded: Math.max(roundsNeeded, fewest) };
  const isDifference = decision === 'higher' || decision === 'lower';
  if (!isDifference || adjustedP <= LEVEL) return estimate;
  return { ...estimate, decision: 'undecided', roundsNeeded: Math.max(estimate.rounds + 1, fewest) };
}

/** Fewest rounds for a significant difference among this many comparisons: with n rounds no p is below 2^(1 − n). */
export function fewestRoundsFor(comparisons: number): number {
  return Math.ceil(1 + Math.log2(Math.max(1, comparisons) / LEVEL));
}

/** Null if a round of either arm lacks the figure. */
function compareFigure(metric: Metric, a: MeasuredArm, b: MeasuredArm, margin: number): Estimate | null {
  const rounds = Math.min(a.rounds.length, b.rounds.length);
  const [ofA = null, ofB = null] = [a, b].map((arm) =>
    ratioFigures(
      metric,
      arm.rounds.slice(0, rounds).map(({ summary }) => summary),
    ),
  );
  return ofA === null || ofB === null ? null : compareRounds(ofA, ofB, margin);
}
