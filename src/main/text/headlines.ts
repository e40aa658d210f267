import type { BatchRows } from '../../protocol/batch.ts';
import {
  FEWEST_ALL_FAILED,
  type Finding,
  type FindingCode,
  type FindingFigures,
} from '../../protocol/finding.ts';
import type { Summary } from '../../protocol/summary.ts';
import { doubtText, isFewHoldingMuch, MAY_HOLD_SHARE, neverOkText, whenText } from './failure-words.ts';
import { whyHere } from './findings.ts';
import { counted, formatCount, formatFailedShare, formatMs, formatPercent } from './format.ts';

/** A result, which may be of a batch. */
export type MaybeOfBatch = Summary & { readonly rows?: BatchRows };

type Headlines = { readonly [Code in FindingCode]?: (figures: FindingFigures[Code]) => string };

/** What is wrong, in few enough words for one line or two; the sentences of the verdict have the details. */
const HEADLINES: Headlines = {
  'requests-failed': ({
    failed,
    of,
    request,
    when,
    silentSinceMs,
    heldShare = 0,
    isStarved = false,
    leftOut = 0,
  }) =>
    failed === 0
      ? `failed requests of the warm-up held ${formatFailedShare(heldShare, MAY_HOLD_SHARE)} of the connections' time`
      : `${failed < of ? `${formatFailedShare(failed / of)} of ` : of === 1 && request === null ? '' : 'all of '}` +
        `${request === null ? (of === 1 ? 'the only request' : 'the requests') : `'${request}'`}${leftOut > 0 && failed < of ? ' that came to an end' : ''} failed` +
        (when === null ? '' : `, ${whenText(when, failed === of)}`) +
        (silentSinceMs === undefined ? '' : ', and no good answer came any more') +
        (isStarved ? ', while volley was late' : '') +
        (isFewHoldingMuch(failed, of, heldShare)
          ? `, and ${silentSinceMs === undefined ? '' : 'the failed ones '}held ${formatFailedShare(heldShare, MAY_HOLD_SHARE)} of the connections' time`
          : ''),
  'unrequested-bytes': ({ answers = 0, of = 0 }) => doubtText(answers, of),
  'iterations-failed': ({ failed, of, scenario }) =>
    `${failed < of ? formatFailedShare(failed / of) : 'all'} of the iterations` +
    `${scenario === null ? '' : ` of '${scenario}'`} failed`,
  'vu-setup-failed': ({ count }) =>
    `${counted(count, 'user')} did not run because ${count === 1 ? 'its' : 'their'} setup failed`,
  'machine-ran-out': ({ failed, codes }) =>
    `${counted(failed, 'request')} failed because ${codes.includes('NOT_ALLOWED') ? whyHere(codes) : `of this machine's limits (${codes.join(', ')})`}`,
  'worker-lost': ({ worker, because }) => `worker ${worker} was lost: ${because}`,
  'loop-busy': ({ busyShare }) => `an event loop of volley was ${formatPercent(busyShare)} busy`,
  'scenario-code': ({ codeShare }) =>
    `the scenarios' own code took ${formatPercent(codeShare)} of an event loop`,
  'late-starts': ({ startLagP99Ms }) => `volley started requests late, p99 ${formatMs(startLagP99Ms)}`,
  'no-processor': ({ waitShare }) => `volley had no processor for ${formatPercent(waitShare)} of the load`,
  'waited-for-connection': ({ waitMs, responseMs }) =>
    `requests waited ${formatMs(waitMs)} of ${formatMs(responseMs)} for a connection`,
  'iterations-waited': ({ scenario, waitMs, responseMs }) =>
    `iterations of '${scenario}' waited ${formatMs(waitMs)} of ${formatMs(responseMs)} for a user`,
  'no-connection-left': ({ dropped, unfinished }) =>
    `${counted(dropped + unfinished, 'request')} had no connection, or one too late`,
  'backlog-grew': ({ first, last }) =>
    `it fell behind, from ${formatCount(first)} requests without an answer to ${formatCount(last)}`,
  'nothing-answered': ({ sent = 0 }) =>
    sent === 0 ? 'no request was answered' : `none of ${counted(sent, 'request')} was answered in time`,
  'no-iteration-ended': ({ interrupted }) =>
    `no iteration came to its end, ${counted(interrupted, 'was', 'were')} interrupted`,
};

/**
 * What is wrong, one sentence each: the verdict where the target failed, where something else than the target set the
 * limit, or where the target could not keep up; then whether a request of the mix was never answered well, which no
 * verdict may hide. None where all is well.
 */
export function headlinesOf(summary: MaybeOfBatch): string[] {
  const { generator } = summary;
  const never = (generator.caveats ?? []).find((caveat) => caveat.code === 'request-never-ok');
  return [
    ...verdictLine(summary),
    ...(never === undefined
      ? []
      : [
          `${never.figures.failed < FEWEST_ALL_FAILED ? 'NOT ALL JUDGED' : 'FAILING'}: ${neverOkText(never.figures)}`,
        ]),
  ];
}

function verdictLine(summary: MaybeOfBatch): string[] {
  const { verdict, finding, reasons } = summary.generator;
  const words = finding === undefined ? (reasons[0] ?? '') : wordsOf(finding);
  if (areRowsGood(summary)) return [`RETRIED: ${words ?? reasons[0] ?? ''}, and no row did`];
  if (verdict !== 'ok') return [`${verdict.toUpperCase()}: ${words ?? reasons[0] ?? ''}`];
  return isNotJudged(finding?.code) ? [`NOT JUDGED: ${words}`] : [];
}

function isNotJudged(code: FindingCode | undefined): boolean {
  return code === 'nothing-answered' || code === 'no-iteration-ended';
}

/** Whether further attempts have made good what failed in a batch: its rows count, not its requests. */
function areRowsGood({ generator, rows }: MaybeOfBatch): boolean {
  return generator.verdict === 'failing' && rows !== undefined && rows.done > 0 && rows.failed === 0;
}

/** What the verdict is called; where no request was answered, or no iteration ended, there is nothing to judge. */
export function verdictName(summary: MaybeOfBatch): string {
  const { verdict, finding } = summary.generator;
  if (areRowsGood(summary)) return 'retried';
  return verdict === 'ok' && isNotJudged(finding?.code) ? 'not judged' : verdict;
}

function wordsOf<Code extends FindingCode>({ code, figures }: Finding<Code>): string | undefined {
  return HEADLINES[code]?.(figures);
}
