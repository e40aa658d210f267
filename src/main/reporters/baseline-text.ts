import type { AgainstBaseline } from '../../protocol/baseline.ts';
import { formatChange, formatFailedShare, formatMs, formatMsBetween, formatPercent } from '../text/format.ts';

/** The outcome of comparing a result with an earlier one, and its reservations; empty without a comparison. */
export function baselineSentences(against: AgainstBaseline | null | undefined): string[] {
  if (against === undefined) return [];
  if (against === null) return [HELD_AGAINST_NONE];
  const {
    source,
    startedAt,
    latency,
    p50Ms,
    baselineP50Ms,
    ratio,
    failsMore,
    answersDiffer = null,
  } = against;
  const which = `${source} (${startedAt.slice(0, 16).replace('T', ' ')} UTC)`;
  const change = ratio === null ? '' : ` (${formatChange(ratio)})`;
  const figures = `${latency} time p50 ${formatMs(baselineP50Ms)} then, ${formatMs(p50Ms)} now${change}`;
  return [
    ...(failsMore
      ? [
          `failing more than ${which}: ${formatFailedShare(against.baselineFailedShare)} of the requests then, ${formatFailedShare(against.failedShare)} now.`,
        ]
      : []),
    ...(answersDiffer === null
      ? []
      : [
          `answered differently from ${which}, so the times are not for the same work: ${formatPercent(answersDiffer.bShare)} of the good answers were ${answersDiffer.statuses} then, ${formatPercent(answersDiffer.aShare)} are now.`,
        ]),
    `${OUTCOMES[against.outcome]} ${which}: ${figures}${against.outcome === 'unknown' ? unknownBecause(against) : ''}${scatterText(against)}.`,
    ...(against.otherMachine == null
      ? []
      : [
          `${source} was measured on another machine (${against.otherMachine}): that alone may be the difference.`,
        ]),
    ...(against.outcome === 'slower' || failsMore
      ? [
          'runs at different times also differ by what else the machine did: to be sure, measure both in turns with volley compare URL URL.',
        ]
      : []),
  ];
}

const HELD_AGAINST_NONE =
  'not compared with an earlier result as asked: no good one of this plan on this machine was kept.';

const OUTCOMES: Readonly<Record<AgainstBaseline['outcome'], string>> = {
  slower: 'slower than',
  'within-scatter': 'perhaps slower than',
  'not-slower': 'not slower than',
  unknown: 'unknown whether it is slower than',
};

function unknownBecause({ p50Ms, baselineP50Ms }: AgainstBaseline): string {
  return p50Ms === null || baselineP50Ms === null
    ? ', and a result without a p50 shows no change'
    : ', and one of the two has no 95 % interval of it';
}

function scatterText({ scatter, outcome }: AgainstBaseline): string {
  if (scatter === null)
    return outcome === 'slower' ? '; too few good runs are kept to tell how much runs scatter here' : '';
  const range = `between ${formatMsBetween(scatter.lowMs, scatter.highMs)}`;
  return `; ${scatter.runs} good ones of this plan were ${range}`;
}
