import type { ConnectionFigures, FailedAs, FailedWhen, FindingFigures } from '../../protocol/finding.ts';
import { counted, formatCount, formatFailedShare, formatMoment, formatMs } from './format.ts';

/** More of the connections' time than this makes a verdict `failing`. */
export const MAY_HOLD_SHARE = 0.05;
const MOST_KINDS = 3;
/** Few failed requests may take long: their share of the connections' time is reported if it is at least this many times larger. */
const MUCH_MORE = 10;
const LEAST_HELD_SHARE = 0.01;

/** How many failed, when, and how. */
export function requestsFailedText({
  failed,
  of,
  request,
  when,
  failedAs,
  heldShare = 0,
  isStarved = false,
  leftOut = 0,
  silentSinceMs,
  silentForMs = 0,
}: FindingFigures['requests-failed']): string {
  if (failed === 0)
    return `Failed requests of the warm-up held connections for ${formatFailedShare(heldShare, MAY_HOLD_SHARE)} of their time in the window.`;
  const whose = request === null ? '' : ` of '${request}'`;
  const who =
    failed < of
      ? `${formatFailedShare(failed / of)} of the requests${whose}${leftOut > 0 ? ' that came to an end' : ''} failed (${formatCount(failed)} of ${formatCount(of)})`
      : of === 1
        ? `The only request${whose} failed`
        : `All ${counted(of, 'request')}${whose} failed`;
  const kinds = failedAsKindsText(failedAs);
  const held = isFewHoldingMuch(failed, of, heldShare)
    ? ` They held connections for ${formatFailedShare(heldShare, MAY_HOLD_SHARE)} of their time.`
    : '';
  const silent =
    silentSinceMs === undefined
      ? ''
      : ` No good answer came after ${formatMoment(silentSinceMs)}, for ${formatMs(silentForMs)} until the end.`;
  const starved = isStarved ? ' volley itself was late then, which may be why.' : '';
  return `${who}${when === null ? '' : `, ${whenText(when, failed === of)}`}${kinds === '' ? '' : `: ${kinds}`}.${silent}${held}${starved}`;
}

/** How many iterations failed, and why. */
export function iterationsFailedText(figures: FindingFigures['iterations-failed']): string {
  const { failed, of, scenario, failedAs } = figures;
  const whose = scenario === null ? '' : ` of '${scenario}'`;
  const who =
    failed < of
      ? `${formatFailedShare(failed / of)} of the iterations${whose} failed (${formatCount(failed)} of ${formatCount(of)})`
      : of === 1
        ? `The only iteration${whose} failed`
        : `All ${counted(of, 'iteration')}${whose} failed`;
  return `${who}: ${kindsText(failedAs, reasonText)}.`;
}

/** Whether failed requests are few and have taken much of the connections' time. */
export function isFewHoldingMuch(failed: number, of: number, heldShare: number): boolean {
  return heldShare >= LEAST_HELD_SHARE && heldShare * of > MUCH_MORE * failed;
}

/** The most frequent kinds of failures, each with its number. */
export function failedAsKindsText(failedAs: readonly FailedAs[]): string {
  return kindsText(failedAs, ({ kind, code }) => failedAsText(kind, code));
}

function kindsText<One extends { readonly count: number }>(
  failedAs: readonly One[],
  wordsOf: (one: One) => string,
): string {
  const shown = failedAs.slice(0, MOST_KINDS).map((one) => `${formatCount(one.count)} × ${wordsOf(one)}`);
  const left = failedAs.length - shown.length;
  return [...shown, ...(left > 0 ? [`${formatCount(left)} more`] : [])].join(', ');
}

/** The codes of failed requests say their kinds. */
function reasonText({ kind, code }: FindingFigures['iterations-failed']['failedAs'][number]): string {
  return kind === 'fail' || kind === 'script' ? `${kind} (${code})` : code;
}

/** Why an iteration failed; a code that begins with the kind says it by itself. */
export function iterationFailedAs(kind: string, code: string): string {
  return code.startsWith(`${kind} `) ? code : `${kind} (${code})`;
}

/** A kind of failure with its code, where that says more than the kind. */
export function failedAsText(kind: FailedAs['kind'], code: string | null): string {
  return code === null || code.toLowerCase() === kind ? kind : `${kind} (${code})`;
}

/** What comes before the example of several failures: whether it stands for all of them. */
export function beforeExample({ varies }: { readonly varies?: true }): string {
  return varies === true ? ', for example: ' : ': ';
}

/**
 * When requests failed, as part of a sentence: "since 5 s".
 *
 * @param areAll whether every request failed: only then did the first one
 */
export function whenText({ fromMs, toMs, isOnAndOff }: FailedWhen, areAll: boolean): string {
  const span =
    fromMs === null && toMs === null && areAll ? 'from the first request on' : spanText(fromMs, toMs);
  return isOnAndOff ? `on and off, ${span}` : span;
}

function spanText(fromMs: number | null, toMs: number | null): string {
  const end = toMs === null ? null : formatMoment(toMs);
  if (fromMs === null) return end === null ? 'throughout' : `from the start until ${end}`;
  const begin = formatMoment(fromMs);
  if (end === null) return `since ${begin}`;
  return begin === end ? `at ${begin}` : `from ${begin} to ${end}`;
}

/** How many requests got no connection, or got one too late; empty if all got one in time. */
export function noConnectionText({
  dropped,
  unfinished,
}: Pick<ConnectionFigures, 'dropped' | 'unfinished'>): string {
  const cut = `${counted(unfinished, 'request')} got a connection too late to be answered`;
  if (dropped === 0) return unfinished === 0 ? '' : `${cut}.`;
  const none = `${counted(dropped, 'request')} never got a connection`;
  return unfinished === 0 ? `${none}.` : `${none}, and ${cut}.`;
}

/** Which request of a mix was never answered well. */
export function neverOkText({ request, failed, others }: FindingFigures['request-never-ok']): string {
  const more = others === 0 ? '' : `, nor of ${counted(others, 'other')}`;
  return `no request of '${request}' succeeded (${formatCount(failed)} of ${formatCount(failed)} failed)${more}`;
}

/** That answers may be cut, or those of other requests: how many, if that is known. */
export function doubtText(answers: number, of: number): string {
  const which = answers === 0 ? 'answers' : `${formatCount(answers)} of ${counted(of, 'answer')}`;
  return `${which} may have been cut, or taken for the wrong request`;
}
