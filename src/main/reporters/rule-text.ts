import type { Summary } from '../../protocol/summary.ts';
import { counted, formatMs, formatPercent, formatRate } from '../text/format.ts';

/** A measured value in the unit of its rule's left side. */
function measuredText(expression: string, measured: number): string {
  if (expression.startsWith('error-rate')) return formatPercent(measured);
  return /^(throughput|rate)/.test(expression) ? formatRate(measured) : formatMs(measured);
}

type Rule = Summary['thresholds'][number];

/** What a rule was held against. */
export function valueText({ expression, measured, isLowerBound, requestsNeeded }: Rule): string {
  if (measured !== null) return `${isLowerBound ? 'at least ' : ''}${measuredText(expression, measured)}`;
  return (requestsNeeded ?? 1) > 1
    ? `too few requests to tell: it takes ${counted(requestsNeeded ?? 1, 'request')}`
    : 'too few requests to tell';
}

/** A remark on a rule that nobody gave. */
export function impliedText({ isImplied }: Rule): string {
  return isImplied === true ? ' (implied, since no rule says what may fail)' : '';
}

/** Each rule that did not hold, in a sentence with what was measured. */
export function brokenRuleSentences({ thresholds }: Pick<Summary, 'thresholds'>): string[] {
  return thresholds
    .filter(({ ok }) => !ok)
    .map((rule) => `${rule.expression} did not hold: ${valueText(rule)}${impliedText(rule)}.`);
}

/** Which rule ended the run early; nothing where none did, or in a result that is older than such rules. */
export function stopSentences({ stoppedBy }: Pick<Summary, 'stoppedBy'>): string[] {
  if (!stoppedBy) return [];
  const { expression, measured, atMs } = stoppedBy;
  return [
    `STOPPED after ${formatMs(atMs)}: ${expression} did not hold (${measuredText(expression, measured)}).`,
  ];
}
