import type { Summary } from '../../protocol/summary.ts';
import { formatMs, formatPercent, formatRate } from '../format.ts';

/** A measured value in the unit of its rule's left side. */
export function measuredText(expression: string, measured: number): string {
  if (expression.startsWith('error-rate')) return formatPercent(measured);
  return /^(throughput|rate)/.test(expression) ? formatRate(measured) : formatMs(measured);
}

/** Which rule ended the run early; nothing where none did, or in a result that is older than such rules. */
export function stopSentences({ stoppedBy }: Pick<Summary, 'stoppedBy'>): string[] {
  if (!stoppedBy) return [];
  const { expression, measured, atMs } = stoppedBy;
  return [
    `STOPPED after ${formatMs(atMs)}: ${expression} did not hold (${measuredText(expression, measured)}).`,
  ];
}
