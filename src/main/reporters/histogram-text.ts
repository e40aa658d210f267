import { type HistogramRow, LATENCIES } from '../../protocol/latency.ts';
import type { Summary } from '../../protocol/summary.ts';
import { counted, formatMs, formatPercent } from '../text/format.ts';
import type { View } from './view.ts';

/** What stands before a bar. */
const BEFORE_THE_BAR = 28;
/** A report is not filled with bars to its right edge, unless it is so narrow that they would say nothing. */
const KEPT_FREE = 12;
const SHORT_BAR = 20;
const LONGEST_BAR = 60;

/** The distribution of the headline latency. */
export function histogramLines({ histogram, latencyMs }: Summary, { width }: View): string[] {
  const total = histogram.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return [];
  const most = Math.max(...histogram.map(({ count }) => count));
  const left = width - BEFORE_THE_BAR;
  const room = Math.min(LONGEST_BAR, Math.max(left - KEPT_FREE, Math.min(SHORT_BAR, left)));
  return [
    `${LATENCIES[latencyMs.headline].label} time of ${counted(total, 'request')}`,
    ...histogram.map((bucket) => histogramRow(bucket, total, (bucket.count / most) * room)),
  ];
}

function histogramRow({ fromMs, toMs, count }: HistogramRow, total: number, barLength: number): string {
  const range = `${formatMs(fromMs).padStart(8)} – ${formatMs(toMs).padEnd(8)}`;
  return `${range} ${formatPercent(count / total).padStart(7)} ${bar(barLength)}`.trimEnd();
}

/** A bar in eighths of a character; a non-zero value too small to draw gets the thinnest. */
function bar(length: number): string {
  if (length === 0) return '';
  const eighths = Math.max(1, Math.round(length * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
}
