import type { Summary } from '../../protocol/summary.ts';
import { whatHas } from '../../protocol/times.ts';
import { counted, formatMs, formatPercent, formatRate, formatSpan } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';

/** Enough digits to tell a value from the limit that it would round to. */
const EXACT_DIGITS = 9;
const FEWEST_DIGITS = 3;

type Rule = Summary['thresholds'][number];

/** A measured value in its rule's unit, with more digits if it would round to the limit. */
function measuredText(
  { expression, limit, figure }: Pick<Rule, 'expression' | 'limit' | 'figure'>,
  measured: number,
): string {
  // A trend's values are whatever its test adds: they are times only if the limit is one.
  const isPlainTrend = figure?.startsWith('trend') === true && /\d$/.test(expression.trim());
  if (isPlainTrend || /^(?:script-errors|dropped|count\(|value\()/.test(expression))
    return shortNumeral(measured, EXACT_DIGITS);
  const isShare = /^(?:lost<|error-rate|goodput|iteration-errors|checks|share\()/.test(expression);
  const isRate = /^(throughput|rate|tokens)/.test(expression);
  const format = isShare ? formatPercent : isRate ? formatRate : formatMs;
  if (limit === undefined || measured === limit || format(measured) !== format(limit))
    return format(measured);
  if (isShare) return `${apartFrom(limit * 100, measured * 100)} %`;
  return isRate ? `${apartFrom(limit, measured)}/s` : `${apartFrom(limit, measured)} ms`;
}

/** A value with as many digits as it takes to tell it from its limit. */
function apartFrom(limit: number, value: number): string {
  for (let digits = FEWEST_DIGITS; digits < EXACT_DIGITS; digits++) {
    const text = shortNumeral(value, digits);
    if (text !== shortNumeral(limit, digits)) return text;
  }
  return shortNumeral(value, EXACT_DIGITS);
}

/** The measured value of a rule, or why there is none. */
export function valueText(rule: Rule): string {
  const { measured, isLowerBound, requestsNeeded, latency, meant } = rule;
  if (measured !== null) return `${isLowerBound ? 'at least ' : ''}${measuredText(rule, measured)}`;
  const without = withoutValue(rule);
  if (without !== null) return `${without}${meant ? `: did you mean ${meant}?` : ''}`;
  const what = latency ? whatHas(latency) : (partOfScenarios(rule.figure) ?? 'request');
  // In an older result it is not known how many it takes.
  if (requestsNeeded == null) return `too few ${what}s to tell`;
  return requestsNeeded > 1
    ? `too few ${what}s to tell: it takes ${counted(requestsNeeded, what)}`
    : `no ${what} was measured`;
}

/** Marks a rule that was not given but implied. */
export function impliedText({ isImplied }: Rule): string {
  return isImplied === true ? ' (implied, since no rule says what may fail)' : '';
}

/** Why nothing at all was measured of what a rule is about; null if there was too little of it. */
function withoutValue({ expression, meant, ...rule }: Rule): string | null {
  const figure: string = rule.figure ?? '';
  if (figure === 'tokens') return 'there was no answer whose tokens are known';
  if (figure === 'iteration-errors') return 'no iteration came to its end';
  if (figure === 'checks') return `no check${expression.includes('{') ? ' of that name' : ''} was made`;
  if (/^(?:count|share|value)\(/.test(expression)) return 'it got no value';
  if (figure === 'script-errors' || figure === 'dropped') return 'there is no such figure';
  if (meant === undefined) return null;
  return `no ${figure.startsWith('group ') ? 'group' : 'request'} of that name was measured`;
}

/** What a time or a trend of scenarios is taken of; undefined for other figures. */
function partOfScenarios(figure = ''): string | undefined {
  const [kind = ''] = figure.split(' ');
  return { iteration: 'iteration', group: 'group time', trend: 'value' }[kind];
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
  const rule = thresholds.find((one) => one.expression === expression) ?? { expression };
  return [`STOPPED after ${formatSpan(atMs)}: ${expression} did not hold (${measuredText(rule, measured)}).`];
}
