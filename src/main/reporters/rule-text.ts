import { formatMs, formatPercent, formatRate } from '../format.ts';

/** A measured value in the unit of its rule's left side. */
export function measuredText(expression: string, measured: number): string {
  if (expression.startsWith('error-rate')) return formatPercent(measured);
  return /^(throughput|rate)/.test(expression) ? formatRate(measured) : formatMs(measured);
}
