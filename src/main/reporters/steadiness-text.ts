import type { Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { median } from '../collect/statistics.ts';
import { formatDuration, formatRate } from '../text/format.ts';
import { LABEL_WIDTH, labelled } from './labelled-rows.ts';
import { sparkline } from './spark.ts';
import type { View } from './view.ts';
import { wrapped } from './wrap.ts';

/** Fewer time spans do not show how steady a rate was. */
const FEWEST_SPANS = 3;
/** With fewer requests per span, their number is mostly chance. */
const FEWEST_IN_A_SPAN = 20;
const MOST_BARS = 60;

/** How much the rate varied: of the sent requests, or in the open model, where a schedule sets these, of the good answers. */
export function steadiness({ series, plan, windowMs }: Summary, { width }: View): string[] {
  const { intervalMs, buckets } = series;
  const isOpen = plan.load.model === 'open';
  const whole = buckets.filter(({ atMs }) => atMs + intervalMs <= windowMs);
  const counts = whole.map(({ sent, answered }) => (isOpen ? answered : sent));
  // Older results lack the times of answers.
  const known = counts.filter((count) => count !== undefined);
  if (known.length < counts.length) return [];
  const total = known.reduce((sum, count) => sum + count, 0);
  const joined = Math.max(
    1,
    Math.ceil((FEWEST_IN_A_SPAN * known.length) / Math.max(1, total)),
    Math.ceil(known.length / Math.min(MOST_BARS, width - LABEL_WIDTH)),
  );
  const spanMs = joined * intervalMs;
  const rates = spansOf(known, joined).map((count) => (count * MS_PER_SECOND) / spanMs);
  if (rates.length < FEWEST_SPANS) return [];
  const [lowest = '', highest = ''] = [Math.min(...rates), Math.max(...rates)].map(formatRate);
  const span = spanMs === MS_PER_SECOND ? '' : ` in each ${formatDuration(spanMs)}`;
  const range =
    lowest === highest
      ? `${lowest}${span}`
      : `${lowest} to ${highest}${span}, median ${formatRate(median(rates))}`;
  const lines = wrapped(isOpen ? `${range} answered` : range, width - LABEL_WIDTH);
  const bars = sparkline(rates);
  const last = lines.at(-1) ?? '';
  const isBeside = LABEL_WIDTH + last.length + 2 + bars.length <= width;
  return labelled('over time', isBeside ? [...lines.slice(0, -1), `${last}  ${bars}`] : [...lines, bars]);
}

/** Adds up this many neighbours each, without an incomplete rest. */
function spansOf(counts: readonly number[], joined: number): number[] {
  return Array.from({ length: Math.floor(counts.length / joined) }, (_, span) =>
    counts.slice(span * joined, (span + 1) * joined).reduce((sum, count) => sum + count, 0),
  );
}
