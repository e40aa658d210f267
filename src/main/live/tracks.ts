import { formatCount, formatMs, formatRate } from '../text/format.ts';
import { fill, type Line, lineWidth, type Piece } from './line.ts';
import type { LatencySoFar, LiveState, ShownLatency, Span } from './live-state.ts';
import { endedPerSecond, joined, okPerSecond } from './spans.ts';

export const LABEL_WIDTH = 8;
const BLOCKS = '▁▂▃▄▅▆▇█';
/** Shown in place of a bar if nothing ended. */
const GAP = ' ';
/** Current rates and latencies cover two seconds. */
const SPANS_OF_NOW = 4;
/** Bars begin no further left than this, so that they mostly line up. */
const FIGURES_WIDTH = 34;
const FEWEST_BARS = 8;

/** Rate, latencies and waiting, each with its figures and bars over time. */
export function tracks(
  state: LiveState,
  columns: readonly Span[],
  kind: ShownLatency,
  width: number,
): Line[] {
  const now = spanNow(state);
  const bars = (values: readonly (number | null)[], figures: Line): Line =>
    withCourse(figures, values, width);
  return [
    bars(
      columns.map((column) => (column.ended === 0 ? null : okPerSecond(column))),
      rateFigures(state, now),
    ),
    bars(
      columns.map((column) => column.latencies[kind].p50Ms),
      latencyFigures('p50', state.latencies[kind], 'p50Ms', now?.latencies[kind].p50Ms ?? null),
    ),
    bars(
      columns.map((column) => column.latencies[kind].p99Ms),
      latencyFigures('p99', state.latencies[kind], 'p99Ms', now?.latencies[kind].p99Ms ?? null),
    ),
    waiting(state, columns, width),
  ];
}

/** A row: its label and its figures. */
export function labelled(label: string, figures: Line): Line {
  return [{ text: fill(label, LABEL_WIDTH), tone: 'faint' }, ...figures];
}

function rateFigures(state: LiveState, now: Span | null): Line {
  const { askedPerSecond } = state;
  const asked = askedPerSecond === null ? [] : [{ text: `asked ${formatRate(askedPerSecond)}  ` }];
  if (now === null) return labelled('rate', asked);
  const ended = endedPerSecond(now);
  const ok = okPerSecond(now);
  const text = `  ok ${formatRate(ok)}`;
  const good: Piece[] =
    ok === ended ? [] : [now.ok + now.cancelled < now.ended ? { text, tone: 'bad' } : { text }];
  return labelled('rate', [...asked, { text: `ended ${formatRate(ended)}` }, ...good]);
}

function latencyFigures(
  label: string,
  latency: LatencySoFar,
  figure: 'p50Ms' | 'p99Ms',
  nowMs: number | null,
): Line {
  const bound = latency.atLeast.includes(figure) ? '≥ ' : '';
  return labelled(label, [
    { text: fill(`${bound}${formatMs(latency[figure])}`, 10), tone: 'strong' },
    { text: `  now ${formatMs(nowMs)}` },
  ]);
}

/** Signs of a bottleneck before the end: how many requests wait, and for how long. */
function waiting(
  { latencies, spans, silentMs, isOutstandingAbout }: LiveState,
  columns: readonly Span[],
  width: number,
): Line {
  if (silentMs !== null)
    return labelled('waiting', [{ text: `no request has ended for ${formatMs(silentMs)}`, tone: 'bad' }]);
  const outstanding = spans.at(-1)?.outstanding ?? null;
  if (outstanding === null)
    return labelled('waiting', [{ text: `${waitText(latencies.wait)}, before it was sent` }]);
  const figures = labelled('waiting', [
    { text: `${isOutstandingAbout ? 'about ' : ''}${formatCount(outstanding)} without an answer` },
    { text: `  start lag ${formatMs(latencies.startLag.p99Ms)}  wait ${formatMs(latencies.wait.p99Ms)}` },
  ]);
  return withCourse(
    figures,
    columns.map((column) => column.outstanding),
    width,
  );
}

/** The maximum as long as there are too few requests for a p99. */
function waitText({ p99Ms, maxMs }: LatencySoFar): string {
  return p99Ms === null && maxMs !== null ? `${formatMs(maxMs)} at most` : `${formatMs(p99Ms)} at p99`;
}

/** The last two seconds; null before the first span. */
function spanNow({ spans }: LiveState): Span | null {
  const [first, ...others] = spans.slice(-SPANS_OF_NOW);
  return first === undefined ? null : joined(first, ...others);
}

/** Appends bars from zero to the largest value, the newest at the end of the line. */
function withCourse(figures: Line, values: readonly (number | null)[], width: number): Line {
  const used = Math.max(FIGURES_WIDTH, lineWidth(figures) + 2);
  const room = width - used;
  if (room < FEWEST_BARS) return figures;
  const shown = values.slice(-room);
  const most = Math.max(Number.MIN_VALUE, ...shown.map((value) => value ?? 0));
  const bars = shown.map((value) =>
    value === null ? GAP : (BLOCKS[Math.round((value / most) * (BLOCKS.length - 1))] ?? GAP),
  );
  const blanks = ' '.repeat(width - lineWidth(figures) - bars.length);
  return [...figures, { text: blanks }, { text: bars.join('') }];
}
