import { MOST_ROUNDS } from '../../protocol/comparison.ts';
import type {
  ComparisonFigures,
  ComparisonFinding,
  ComparisonFindingCode,
  Conclusion,
  Metric,
  RatioFigures,
  TroubledRounds,
} from '../../protocol/comparison-finding.ts';
import { sentenceOf } from './findings.ts';
import { counted, formatCount, formatFailedShare, formatPercent, shareText } from './format.ts';
import { COMMAND_LINE, type Naming } from './naming.ts';
import { planFieldText } from './target-text.ts';

/** A conclusion with its remarks. */
export function conclusionText(conclusion: Conclusion, naming: Naming = COMMAND_LINE): string {
  return [conclusion, ...conclusion.remarks].map((finding) => comparisonSentence(finding, naming)).join(' ');
}

/** A finding of a comparison, as sentences of the report. */
export function comparisonSentence<Code extends ComparisonFindingCode>(
  { code, figures }: ComparisonFinding<Code>,
  naming: Naming = COMMAND_LINE,
): string {
  return COMPARISON_SENTENCES[code](figures, naming);
}

export const COMPARISON_SENTENCES: {
  readonly [Code in ComparisonFindingCode]: (figures: ComparisonFigures[Code], naming: Naming) => string;
} = {
  'pair-by-figure': (figures, naming) => `${factText(figures, figures)}: ${outcomeText(figures, naming)}.`,
  'pair-by-failures': (figures) => {
    const { a, outcome, isBothFailing, estimate } = figures;
    const what = outcome === 'both-fail' ? 'fix that first' : `${a} is ${outcome}`;
    const besides =
      estimate === null ? '' : `, regardless of the other figures (${factText(figures, estimate)})`;
    return `${isBothFailing ? 'Both fail: ' : ''}${failuresText(figures)}: ${what}${besides}.`;
  },
  'pair-unanswered': ({ a, b }) =>
    `Neither ${a} nor ${b} had a successful request: there is nothing to compare.`,
  'pair-without-figure': ({ a, b, metric }) => `${a} and ${b}: no ${METRIC_LABELS[metric]} to compare.`,
  'failures-compared': (figures) => `${failuresText(figures)}${CHANCE[figures.decision]}.`,
  'answers-differ': ({ a, b, statuses, aShare, bShare }) =>
    `${a} and ${b} got different answers, so their figures are not for the same work: ` +
    `${formatPercent(aShare)} of the good answers of ${a} are ${statuses}, ${formatPercent(bShare)} of those of ${b}.`,
  'limited-rounds': (figures) =>
    `volley itself was the limit in ${roundsText(figures)}: do not rely on them, nor on a difference between them. Lower the load, or free cores of this machine.`,
  'degraded-rounds': (figures) =>
    `The measurement was degraded in ${roundsText(figures)}: load or workers were lost there, or answers are in doubt.`,
  'nothing-recommended': ({ leader }) =>
    `Nothing is recommended: ${leader}, which fails least, fails too much.`,
  recommended: recommendationText,
  'one-round-each': () => 'One round each: nothing shows how much of the differences is chance.',
  'save-rounds': (_figures, { setting }) =>
    `For an interval, save rounds (${setting('repeat', '8')} ${setting('out', 'FILE')}) or measure both in turns: volley compare URL URL.`,
  'too-few-rounds': ({ rounds, fewestRounds }) =>
    `${counted(rounds, 'round')}: a 95 % interval needs at least ${fewestRounds}.`,
  'rounds-cannot-decide': ({ rounds, fewestRounds, arms }, { setting }) =>
    `${counted(rounds, 'round')} of ${counted(arms, 'arm')} cannot show a difference, however large: ` +
    `at 95 % that takes at least ${fewestRounds} (${setting('rounds', String(fewestRounds))}).`,
  'percentile-lacks-requests': ({ arm, percentile, requestsNeeded, fewestRequests }) =>
    `${arm}: p${percentile} takes ${counted(requestsNeeded, 'request')} a round, and a round had ` +
    `${formatCount(fewestRequests)}: there is none.`,
  'intervals-hold': () => 'Intervals hold for the middle of rounds like these, at 95 %.',
  'arm-is': ({ arm, source }) => `${arm} is ${source}`,
  'measured-apart': () =>
    'Measured one after the other, not in turns: the difference includes whatever changed on the machine in between.',
  'rounds-without-cells': ({ arm }) =>
    `Percentiles over all rounds are not compared: an older volley saved ${arm}, without its histograms.`,
  'plans-differ': ({ fields }) => `The plans differ: ${fields.map(planFieldText).join(', ')}.`,
  'option-note': ({ text }) => text,
  'arm-failures': ({ arm, failed, sent }) =>
    `${arm}: ${formatCount(failed)} of ${counted(sent, 'request')} failed${shareText(failed, sent)}.`,
  'arm-failing': ({ arm, found, rounds, because }) =>
    `${arm}: the target was failing in ${found} of ${counted(rounds, 'round')}. The first time: ${because}`,
  'arm-request-failing': ({ arm, request, failed, of, rounds }) =>
    `${arm}: the target was failing over its ${counted(rounds, 'round')} together: ${formatCount(failed)} of ${counted(of, 'request')} of '${request}' failed.`,
  'arm-redirects': ({ arm, found, rounds, ...figures }, naming) =>
    `${arm}, ${found} of ${counted(rounds, 'round')}: ${sentenceOf({ code: 'redirects-not-followed', figures }, naming)}`,
  'arm-broke-rule': ({ arm, expression, found, rounds, tooFew }) =>
    `${arm}: ${expression} did not hold in ${found} of ${counted(rounds, 'round')}${tooFewText(found, tooFew)}.`,
  'arm-degraded': ({ arm, found, rounds }) =>
    `${arm}: ${found} of ${counted(rounds, 'round')} ${found === 1 ? 'is' : 'are'} degraded.`,
  'arm-limited': ({ arm, found, rounds }) =>
    `${arm}: volley was the limit in ${found} of ${counted(rounds, 'round')}.`,
};

function tooFewText(found: number, tooFew: ComparisonFigures['arm-broke-rule']['tooFew']): string {
  if (tooFew === undefined) return '';
  const where = tooFew.found === found ? '' : `in ${tooFew.found} of them `;
  return `: ${where}too few requests to tell: it takes ${counted(tooFew.requestsNeeded, 'request')} a round`;
}

/** The name of each figure in sentences. */
export const METRIC_LABELS: Readonly<Record<Metric, string>> = {
  throughput: 'throughput',
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  cpu: 'CPU per request',
};

const CHANCE: Readonly<Record<ComparisonFigures['failures-compared']['decision'], string>> = {
  undecided: ': too few failures, or too few rounds, to tell whether that is chance',
  fewer: ': beyond chance',
  more: ': beyond chance',
  'no-difference': '',
};

/** A ratio with its interval, as in 1.02 (0.99–1.05). */
export function ratioText({ ratio, low, high }: RatioFigures): string {
  const shown = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return low === null || high === null ? shown(ratio) : `${shown(ratio)} (${shown(low)}–${shown(high)})`;
}

function factText(
  { a, b, metric }: { readonly a: string; readonly b: string; readonly metric: Metric },
  ratio: RatioFigures,
): string {
  const times = ratioText(ratio);
  if (metric === 'throughput') return `${a} served ${times} times the requests of ${b}`;
  if (metric === 'cpu') return `${a} took ${times} times the CPU time of ${b} for a request`;
  return `${metric} of ${a} was ${times} times that of ${b}`;
}

function failuresText({
  a,
  b,
  aFailedShare,
  bFailedShare,
}: Pick<ComparisonFigures['failures-compared'], 'a' | 'b' | 'aFailedShare' | 'bFailedShare'>): string {
  return `${a} failed ${formatFailedShare(aFailedShare)} of its requests, ${b} ${formatFailedShare(bFailedShare)}`;
}

function outcomeText(
  { metric, outcome, rounds, marginShare, roundsNeeded }: ComparisonFigures['pair-by-figure'],
  naming: Naming,
): string {
  const inRounds = `in ${counted(rounds, 'round')}`;
  switch (outcome) {
    case 'better':
      return `${WORDS[metric][0]}, ${inRounds}`;
    case 'worse':
      return `${WORDS[metric][1]}, ${inRounds}`;
    case 'no-difference':
      return `no difference within ±${Number((marginShare * 100).toPrecision(3))} %, ${inRounds}`;
    case 'undecided':
      return `not enough rounds to tell (${rounds}; ${neededText(roundsNeeded, rounds, naming)})`;
  }
}

function neededText(roundsNeeded: number | null, rounds: number, { option, short }: Naming): string {
  if (roundsNeeded === null) return `more than 1,000 would be needed, or a larger ${option('margin')}`;
  const needed = Math.max(roundsNeeded, rounds + 1);
  return needed <= MOST_ROUNDS
    ? `about ${needed} would`
    : `about ${formatCount(needed)} would, but ${MOST_ROUNDS} is the maximum: measure longer rounds (${short('duration', 'd')}), or allow a larger ${option('margin')}`;
}

const WORDS: Readonly<Record<Metric, readonly [better: string, worse: string]>> = {
  throughput: ['more', 'fewer'],
  p50: ['faster', 'slower'],
  p90: ['faster', 'slower'],
  p99: ['faster', 'slower'],
  cpu: ['less', 'more'],
};

/** The rounds in which something went wrong. */
function roundsText({ a, b, aRounds, bRounds, rounds }: TroubledRounds): string {
  return [
    { name: a, count: aRounds },
    { name: b, count: bRounds },
  ]
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} of ${counted(rounds, 'round')} of ${name}`)
    .join(' and ');
}

function recommendationText({
  choice,
  leader,
  metric,
  equal,
  undecided,
}: ComparisonFigures['recommended']): string {
  const best = `the best ${METRIC_LABELS[metric]}`;
  const why =
    equal.length === 0
      ? best
      : `within the margin of ${best}${choice === leader ? '' : ` (${leader})`}, and it needs the fewest resources`;
  const sure =
    undecided.length === 0
      ? 'This holds at the 5 % level over all comparisons.'
      : `This is not certain: too few rounds to tell ${leader} from ${listOf(undecided)}.`;
  return `Recommended for this workload on this machine: ${choice}, ${why}. ${sure}`;
}

function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
