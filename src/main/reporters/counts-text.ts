import type { FindingFigures } from '../../protocol/finding.ts';
import { awaitedOf, errorRateOf } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { beforeExample, failedAsText, whenText } from '../text/failure-words.ts';
import {
  counted,
  formatByteRate,
  formatBytes,
  formatCount,
  formatFailedShare,
  formatRate,
  formatRateWithin,
  formatSpan,
  shareText,
} from '../text/format.ts';
import { LABEL_WIDTH, rows } from './labelled-rows.ts';
import { askedText } from './plan-text.ts';
import type { View } from './view.ts';
import { wrappedUpTo } from './wrap.ts';

const MOST_ERRORS = 5;
/** The longest examples are pages sent by a proxy. */
const MOST_LINES_OF_AN_ERROR = 4;
/** Rates that differ by less are shown as one. */
const SAME_RATE_SHARE = 0.005;

/** How much failed, when, and how; empty without failures. */
export function failureLines(summary: Summary, { width, paint }: View): string[] {
  const { requests, errors } = summary;
  if (requests.failed === 0) return [];
  const awaited = awaitedOf(requests);
  const share = `${formatCount(requests.failed)} of ${counted(awaited, 'request')}${shareText(requests.failed, awaited)}`;
  const when = whenFailed(summary);
  const shown = errors.slice(0, MOST_ERRORS);
  const widest = Math.max(...shown.map(({ count }) => formatCount(count).length));
  const left = errors.length - shown.length;
  const lines = [
    ...rows('failures', `${when === null ? share : `${share}, ${when}`}${withUnanswered(requests)}`, width),
    ...shown.flatMap((error) => {
      const { kind, code, count, example } = error;
      const number = formatCount(count).padStart(widest);
      const text = `${failedAsText(kind, code)}${beforeExample(error)}${example.replaceAll(/\s+/g, ' ')}`;
      const indent = ' '.repeat(LABEL_WIDTH + widest + 3);
      return wrappedUpTo(MOST_LINES_OF_AN_ERROR, text, width - indent.length).map((line, index) =>
        index === 0 ? `${' '.repeat(LABEL_WIDTH)}${number} × ${line}` : indent + line,
      );
    }),
    ...(left > 0 ? [`${' '.repeat(LABEL_WIDTH)}and ${counted(left, 'more kind')} of error`] : []),
  ];
  return lines.map((line, index) => (index === 0 ? paint('bad', line) : line));
}

/** The error rate, where others than the failed requests are in it too. */
function withUnanswered(requests: Summary['requests']): string {
  const { unfinished } = requests;
  return unfinished === 0
    ? ''
    : `; ${formatFailedShare(errorRateOf(requests) ?? 0)} with the ${formatCount(unfinished)} that had no answer in the end`;
}

/** When requests failed, from the verdict's finding or caveats; null if unknown. */
function whenFailed({ generator: { finding, caveats = [] } }: Summary): string | null {
  for (const found of finding === undefined ? caveats : [finding, ...caveats])
    if (found.code === 'requests-failed') return wordsOf(found.figures);
  return null;
}

function wordsOf({ when, failed, of }: FindingFigures['requests-failed']): string | null {
  return when === null ? null : whenText(when, failed === of);
}

/** Requests, rates and transfer. */
export function countLines(summary: Summary, { width }: View): string[] {
  return [
    ...rows('requests', requestsText(summary), width),
    ...rows('rate', rateText(summary), width),
    ...rows('transfer', transferText(summary), width),
  ];
}

function requestsText({ requests, windowMs, scenarios }: Summary): string {
  const {
    sent,
    ok,
    failed,
    unfinished,
    cancelled = 0,
    interrupted = 0,
    dropped,
    notStarted,
    retried,
  } = requests;
  const rare = Object.entries({
    unfinished,
    cancelled,
    interrupted,
    dropped,
    'not started': notStarted,
    retried,
  })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} ${name}`);
  return (
    [
      `${formatCount(sent)} sent in ${formatSpan(windowMs)}`,
      `${formatCount(ok)} ok`,
      `${formatCount(failed)} failed${shareText(failed, awaitedOf(requests))}`,
      ...rare,
    ].join(', ') + laterText(scenarios?.laterRequests ?? 0)
  );
}

/** Iterations of the window may go on after it: why their requests are more than those that are counted. */
function laterText(later: number): string {
  return later === 0 ? '' : `; ${formatCount(later)} more, due after that, are not counted`;
}

function rateText(summary: Summary): string {
  const { requests, rate, plan, windowMs } = summary;
  const { targetPerSecond, sentPerSecond, throughputPerSecond } = rate;
  const isUnknown =
    (throughputPerSecond === 0 && requests.ok > 0) || (sentPerSecond === 0 && requests.sent > 0);
  const isOneRate = [targetPerSecond ?? sentPerSecond, sentPerSecond].every(
    (perSecond) => Math.abs(perSecond - throughputPerSecond) <= SAME_RATE_SHARE * throughputPerSecond,
  );
  if (isOneRate && !isUnknown)
    return `${formatRate(throughputPerSecond)}${targetPerSecond === null ? '' : ', as asked'}`;
  const [sentRate, okRate] = [
    formatRateWithin(sentPerSecond, requests.sent),
    formatRateWithin(throughputPerSecond, requests.ok),
  ];
  const sent = `${sentRate} sent, ${okRate} ok`;
  const text = [...[askedText(summary) ?? []].flat(), sent].join(', ');
  const within = Math.round((throughputPerSecond * windowMs) / MS_PER_SECOND);
  if (Math.abs(requests.ok - within) <= SAME_RATE_SHARE * requests.ok) return text;
  // With a warm-up, some of its answers may be among those within the window: then it is unknown how many came later.
  const later = plan.warmupMs > 0 ? '' : `, ${formatCount(requests.ok - within)} after them`;
  const came = within === 0 ? 'no good answer' : counted(within, 'good answer');
  return `${text}: ${came} came within the ${formatSpan(windowMs)}${later}`;
}

/** Behind a sum of what workers tell at their end. */
export function withoutLost({ workers }: Pick<Summary, 'workers'>): string {
  return workers.some(({ lost }) => lost) ? ', without lost workers' : '';
}

/** What is said instead of such a sum if no worker came to its end; null if one did. */
export function unknownOfLost({ workers }: Pick<Summary, 'workers'>): string | null {
  return workers.length > 0 && workers.every(({ lost }) => lost)
    ? 'unknown, as a worker tells it at its end'
    : null;
}

function transferText({ rate, bytes, workers }: Summary): string {
  const { sentBytesPerSecond, receivedBytesPerSecond } = rate;
  const unknown = unknownOfLost({ workers });
  if (unknown !== null) return unknown;
  if (withoutLost({ workers }) !== '')
    return `${formatBytes(bytes.sent)} sent, ${formatBytes(bytes.received)} received, in all${withoutLost({ workers })}`;
  // Older results only have totals, warm-up included, and a window in which nothing came has no rate to go by.
  return !sentBytesPerSecond || !receivedBytesPerSecond
    ? `${formatBytes(bytes.sent)} sent, ${formatBytes(bytes.received)} received, in all`
    : `${formatByteRate(sentBytesPerSecond)} sent, ${formatByteRate(receivedBytesPerSecond)} received`;
}
