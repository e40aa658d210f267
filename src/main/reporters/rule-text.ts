import type { Summary } from '../../protocol/summary.ts';
import { whatHas } from '../../protocol/times.ts';
import { counted, formatMs, formatPercent, formatRate, formatSpan } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';

/** Enough digits to tell a value from the limit that it would round to. */
const EXACT_DIGITS = 9;

/** A measured value in its rule's unit, with more digits if it would round to the limit. */
function measuredText(expression: string, measured: number, limit: number | undefined): string {
  if (/^(?:script-errors|dropped|count\(|value\()/.test(expression))
    return shortNumeral(measured, EXACT_DIGITS);
  const isShare = /^(?:lost<|error-rate|goodput|iteration-errors|checks|share\()/.test(expression);
  const isRate = /^(throughput|rate)/.test(expression);
  const format = isShare ? formatPercent : isRate ? formatRate : formatMs;
  if (limit === undefined || measured === limit || format(measured) !== format(limit))
    return format(measured);
  if (isShare) return `${shortNumeral(measured * 100, EXACT_DIGITS)} %`;
  return isRate ? `${shortNumeral(measured, EXACT_DIGITS)}/s` : `${shortNumeral(measured, EXACT_DIGITS)} ms`;
}

type Rule = Summary['thresholds'][number];

/** The measured value of a rule, or why there is none. */
export function valueText(rule: Rule): string {
  const { expression, measured, limit, isLowerBound, requestsNeeded, latency, meant } = rule;
  if (measured === null && rule.figure === 'iteration-errors') return 'no iteration came to its end';
  if (measured === null && rule.figure !== undefined && isOfScenarios(rule.figure))
    return 'there is no such figure';
  if (measured === null && meant !== undefined)
    return `no request of that name was measured${meant === null ? '' : `: did you mean ${meant}?`}`;
  if (measured !== null)
    return `${isLowerBound ? 'at least ' : ''}${measuredText(expression, measured, limit)}`;
  const what = latency ? whatHas(latency) : 'request';
  return (requestsNeeded ?? 1) > 1
    ? `too few ${what}s to tell: it takes ${counted(requestsNeeded ?? 1, what)}`
    : `too few ${what}s to tell`;
}

/** Marks a rule that was not given but implied. */
export function impliedText({ isImplied }: Rule): string {
  return isImplied === true ? ' (implied, since no rule says what may fail)' : '';
}

/** Rules on scenarios, whose groups, checks and metrics may have no value. */
function isOfScenarios(figure: string): boolean {
  return /^(?:iteration|group|script-errors|checks|dropped|counter|trend|gauge)/.test(figure);
}

/** A sentence for each broken rule, with the measured value. */
export function brokenRuleSentences({ thresholds }: Pick<Summary, 'thresholds'>): string[] {
  return thresholds
    .filter(({ ok }) => !ok)
    .map((rule) =>
      `${rule.expression} did not hold: ${valueText(rule)}${impliedText(rule)}.`.replace(/\?\.$/, '?'),
    );
}

/** Which rule ended the run early; empty if none did, or for a result older than such rules. */
export function stopSentences({
  stoppedBy,
  thresholds,
}: Pick<Summary, 'stoppedBy' | 'thresholds'>): string[] {
  if (!stoppedBy) return [];
  const { expression, measured, atMs } = stoppedBy;
  const limit = thresholds.find((rule) => rule.expression === expression)?.limit;
  return [
    `STOPPED after ${formatSpan(atMs)}: ${expression} did not hold (${measuredText(expression, measured, limit)}).`,
  ];
}
