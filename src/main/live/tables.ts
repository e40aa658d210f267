import { LATENCIES } from '../../protocol/latency.ts';
import { agentsInOrder } from '../text/agents-in-order.ts';
import { widthOf } from '../text/cell-width.ts';
import { counted, formatCount, formatFailedShare, formatMs, formatRate } from '../text/format.ts';
import { cutTo, fill, type Line } from './line.ts';
import type { LatencySoFar, LiveState, RequestSoFar } from './live-state.ts';
import { TIMED_LATENCIES } from './live-state.ts';

const GAP = '  ';
const FEWEST_LINES = 3;
const MOST_STATUSES = 6;

/** Agents if there are several machines, else requests of the mix, most frequent first; for a single request its latencies. */
export function table(state: LiveState, width: number, lines: number): Line[] {
  if (lines < FEWEST_LINES) return [];
  if (state.agents.length > 0) return agentsTable(state.agents, width, lines);
  return state.mix.length > 0 ? mixTable(state.mix, width, lines) : timesTable(state, width).slice(0, lines);
}

function mixTable(mix: readonly RequestSoFar[], width: number, lines: number): Line[] {
  const rows = [...mix].sort((a, b) => b.sent - a.sent);
  const shown = rows.length <= lines - 1 ? rows : rows.slice(0, Math.max(0, lines - 2));
  const left = rows.slice(shown.length);
  return [
    ...aligned(
      ['request', 'sent', 'ok', 'failed', 'p50', 'p99'],
      shown.map(({ name, sent, awaited, ok, failed, p50Ms, p99Ms, isP99AtLeast }) => [
        name,
        formatCount(sent),
        formatCount(ok),
        awaited === 0 ? '' : formatFailedShare(failed / awaited),
        formatMs(p50Ms),
        `${isP99AtLeast ? '≥ ' : ''}${formatMs(p99Ms)}`,
      ]),
      width,
      shown.map(({ failed }) => failed > 0),
    ),
    ...(left.length === 0 ? [] : [leftText(left)]),
  ];
}

/** How many requests were left out, and how many of them have failures. */
function leftText(left: readonly RequestSoFar[]): Line {
  const failing = left.filter(({ failed }) => failed > 0).length;
  return [
    { text: `and ${formatCount(left.length)} more`, tone: 'faint' },
    ...(failing === 0
      ? []
      : [{ text: `, ${formatCount(failing)} of them with failures`, tone: 'bad' as const }]),
  ];
}

function timesTable({ headline, latencies, statuses }: LiveState, width: number): Line[] {
  const isOpen = headline === 'response';
  const figure = (latency: LatencySoFar, name: 'p50Ms' | 'p99Ms' | 'maxMs'): string =>
    `${latency.atLeast.includes(name) ? '≥ ' : ''}${formatMs(latency[name])}`;
  const codes = statuses
    .slice(0, MOST_STATUSES)
    .map(({ status, count }) => `${formatCount(count)} × ${status}`);
  return [
    ...aligned(
      ['times', 'p50', 'p99', 'max'],
      TIMED_LATENCIES.filter(
        (kind) => (latencies[kind].maxMs ?? 0) > 0 && (isOpen || kind !== 'startLag'),
      ).map((kind) => [
        LATENCIES[kind].label,
        figure(latencies[kind], 'p50Ms'),
        figure(latencies[kind], 'p99Ms'),
        figure(latencies[kind], 'maxMs'),
      ]),
      width,
    ),
    ...(codes.length === 0
      ? []
      : [[{ text: 'statuses  ', tone: 'faint' as const }, { text: codes.join('  ') }]]),
  ];
}

/** Lost agents first, since they matter most. */
function agentsTable(agents: LiveState['agents'], width: number, lines: number): Line[] {
  const rows = agentsInOrder(agents);
  const shown = rows.length <= lines - 1 ? rows : rows.slice(0, Math.max(0, lines - 2));
  const left = rows.length - shown.length;
  return [
    ...aligned(
      ['agent', 'state', 'sent', 'rate', 'latest start'],
      shown.map(({ name, state, sent, perSecond, mostLagMs }) => [
        name,
        state === 'lost' ? 'LOST' : state,
        formatCount(sent),
        perSecond === null ? '' : formatRate(perSecond),
        mostLagMs === null ? '' : formatMs(mostLagMs),
      ]),
      width,
      shown.map(({ state }) => state === 'lost'),
    ),
    ...(left === 0 ? [] : [[{ text: `and ${counted(left, 'more agent')}`, tone: 'faint' as const }]]),
  ];
}

/** The first column is left-aligned and as wide as possible; the others are right-aligned. */
function aligned(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  isBad: readonly boolean[] = [],
): Line[] {
  const widths = heading.map((word, column) =>
    Math.max(...[word, ...rows.map((row) => row[column] ?? '')].map(widthOf)),
  );
  const others = widths.slice(1).reduce((sum, column) => sum + column + GAP.length, 0);
  const first = Math.max(0, Math.min(widths[0] ?? 0, width - others));
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? fill(cell, first) : fill(cell, widths[column] ?? 0, 'right')))
      .join(GAP);
  return [
    [{ text: cutTo(lineOf(heading), width), tone: 'faint' }],
    ...rows.map(
      (row, index): Line => [
        isBad[index] === true ? { text: lineOf(row), tone: 'bad' } : { text: lineOf(row) },
      ],
    ),
  ];
}
