import type { Finding, FindingCode, FindingFigures } from '../../protocol/finding.ts';
import { formatCount, formatMs, shareText } from './format.ts';
import { violationText } from './identities.ts';

/** What was found, as a sentence of the report. */
export function sentenceOf<Code extends FindingCode>({ code, figures }: Finding<Code>): string {
  return SENTENCES[code](figures);
}

export const SENTENCES: { readonly [Code in FindingCode]: (figures: FindingFigures[Code]) => string } = {
  'worker-lost': ({ worker, because, isBatch }) =>
    `Worker ${worker} was lost: ${because}. ` +
    (isBatch ? 'Its unfinished rows were given to the others.' : 'What it had not sent yet is missing.'),
  'stood-still': ({ stoodStillMs }) =>
    `volley itself stood still for ${formatMs(stoodStillMs)}, as when its process is stopped: ` +
    'what was under way then may have timed out or taken longer because of that.',
  'requests-failed-here': ({ failed, sent, codes }) =>
    `${formatCount(failed)}${shareText(failed, sent)} of ${formatCount(sent)} requests failed ` +
    `because this machine ran out of something (${codes.join(', ')}).`,
  'requests-dropped': ({ dropped }) =>
    `${dropped} requests were dropped: they had no connection when the waiting ended.`,
  'requests-unfinished': ({ unfinished }) =>
    `${unfinished} requests were sent too late to be answered when the waiting ended.`,
  'requests-not-started': ({ notStarted }) => `${notStarted} requests were never started.`,
  'identity-violated': violationText,
  'option-note': ({ text }) => text,
  'response-beyond-service': ({ responseMs, serviceMs }) =>
    `Response time is ${(responseMs / serviceMs).toFixed(1)} times service time: on average a request was sent ` +
    `${formatMs(responseMs - serviceMs)} after it was due, which a service time hides.`,
  'cold-start': ({ slow, count, startMs, longestMs, laterP99Ms }) =>
    `${formatCount(slow)} of the ${formatCount(count)} requests due in the first ${startMs} ms took longer than 99 % of ` +
    `the later ones (up to ${formatMs(longestMs)}; later p99 ${formatMs(laterP99Ms)}). Without a warm-up volley's own ` +
    "code runs there for the first time, and perhaps the target's: --warmup 1s leaves that out.",
};
