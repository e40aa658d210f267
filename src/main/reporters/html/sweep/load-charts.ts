import type { Summary } from '../../../../protocol/summary.ts';
import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';
import { levelText } from '../../../text/sweep-sentences.ts';
import { dots, line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import {
  CURVE,
  decades,
  FINE,
  linear,
  linearTicks,
  logarithmic,
  type Scale,
  spaced,
} from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { ms, plainRate, tickMs } from '../numbers.ts';
import { type Interval, throughputInterval } from './throughput-interval.ts';

const HEIGHT = 150;
const HEADROOM = 1.08;
/** As a share of the width, outside the outermost levels. */
const MARGIN = 0.04;
const TICK_GAP = 0.06;
/** If the largest value is this many times the smallest, a linear axis would not separate the small ones. */
const WIDE_RANGE = 12;
/** Half the width and height of a cross, in units of the drawing. */
const CROSS = [7, 9] as const;
/** Length of a stroke whose end is unknown. */
const BEYOND = 12;

interface Line {
  readonly name: string;
  readonly colour: string;
  of(level: SweepLevel): number | null;
  /** Null if the uncertainty of a value is unknown. */
  intervalOf(level: SweepLevel): Interval | null;
}

interface Chart {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly lines: readonly Line[];
  text(value: number): string;
  tickText(value: number): string;
}

/** Throughput and times of each level. */
export function sweepCharts(sweep: Sweep): Markup | null {
  if (sweep.levels.length < 2) return null;
  const isTokens = sweep.counts === 'tokens';
  const throughput: Chart = {
    id: 'throughput',
    name: isTokens ? 'Tokens a second' : 'Ok answers a second',
    what: isTokens ? 'of all users together' : 'strokes are 95 % intervals, from the parts of a level',
    lines: [
      {
        name: '',
        colour: 'ok',
        of: ({ throughputPerSecond }) => throughputPerSecond,
        intervalOf: ({ summary }) => (isTokens ? null : throughputInterval(summary)),
      },
    ],
    text: plainRate,
    tickText: (value) => plainRate(value).replace('/s', ''),
  };
  const times = isTokens
    ? [timesOf('ttft', 'Time to first token', 'ttft'), timesOf('tpot', 'Time per output token', 'tpot')]
    : [timesOf('latency', 'Latency', null)];
  return html`<div class="two">${[throughput, ...times].flatMap((chart) => chartOf(chart, sweep) ?? [])}</div>`;
}

/** @param kind of stream time; null for the headline latency */
function timesOf(id: string, name: string, kind: 'ttft' | 'tpot' | null): Chart {
  const valueIn = (summary: Summary, label: string): number | null => {
    const { latencyMs, streams } = summary;
    const times = kind === null ? latencyMs[latencyMs.headline] : streams?.timesMs[kind];
    return times?.percentiles[label] ?? null;
  };
  return {
    ...{ id, name, text: ms, tickText: tickMs },
    what: kind === null ? 'p50 with its 95 % interval, and p99' : 'p50 and p99',
    lines: [
      {
        name: 'p50',
        colour: 'a',
        of: ({ summary }) => valueIn(summary, '50'),
        intervalOf: ({ summary }) => (kind === null ? (summary.latencyMs.intervals?.['50'] ?? null) : null),
      },
      { name: 'p99', colour: 'b', of: ({ summary }) => valueIn(summary, '99'), intervalOf: () => null },
    ],
  };
}

function chartOf(chart: Chart, { levels, over, knee, capacity }: Sweep): Markup | null {
  const { lines, text } = chart;
  const [least, most] = [levels[0]?.level ?? 1, levels.at(-1)?.level ?? 1];
  // Levels double: each doubling takes the same width.
  const shareOf = (level: number): number =>
    MARGIN + (1 - 2 * MARGIN) * (Math.log(level / least) / Math.log(most / least));
  const x = (level: number): number => Math.round(shareOf(level) * CURVE);
  const values = levels.flatMap((level) => lines.map((one) => one.of(level)));
  if (values.every((value) => value === null)) return null;
  const { scale, ticks, isLog } = axisOf(chart, levels);
  const marks = lines.map((one) => {
    const known = levels.flatMap((level) => {
      const value = one.of(level);
      return value === null ? [] : [{ level, value }];
    });
    const points = known.map(({ level, value }): Point => [x(level.level), scale.y(value)]);
    return [
      line(`ln thin ${one.colour}`, pathOf(points)),
      line(
        'whisker',
        known
          .map(({ level, value }) => whisker(one.intervalOf(level), x(level.level), value, scale))
          .join(''),
      ),
      dots(
        `dot big ${one.colour}`,
        points.filter((_, index) => known[index]?.level.isGood === true),
      ),
      line(
        'cross',
        points
          .filter((_, index) => known[index]?.level.isGood === false)
          .map(([at, y]) => cross(at, y))
          .join(''),
      ),
    ];
  });
  const labelled = spaced(
    levels.map(({ level }) => level),
    shareOf,
    TICK_GAP,
  );
  return figure({
    id: `sweep-${chart.id}`,
    name: chart.name,
    what: `${chart.what}${isLog ? '; logarithmic' : ''}`,
    keys: lines.flatMap(({ name, colour }) => (name === '' ? [] : [[colour, name] as const])),
    points: levels.map((level) => [
      Number(shareOf(level.level).toFixed(4)),
      [
        levelText(level.level, over),
        ...lines.map((one) => readOff(one, level, text)),
        ...(level.level === knee?.level ? ['knee'] : []),
        ...(level.level === capacity?.level ? ['capacity'] : []),
        ...(level.isGood ? [] : ['not borne']),
      ].join('  '),
    ]),
    body: html`${plot({ width: CURVE, scale, ticks, tickText: chart.tickText, marks })}${xAxis(
      labelled.map((level) => [shareOf(level), plainLevel(level)] as const),
      'all',
    )}`,
  });
}

function readOff(one: Line, level: SweepLevel, text: Chart['text']): string {
  const value = one.of(level);
  const interval = one.intervalOf(level);
  const name = one.name === '' ? '' : `${one.name} `;
  if (value === null) return `${name}–`;
  const between =
    interval === null || interval.low === null || interval.high === null
      ? ''
      : ` (${text(interval.low)} to ${text(interval.high)})`;
  return `${name}${text(value)}${between}`;
}

function axisOf(
  { lines }: Chart,
  levels: readonly SweepLevel[],
): { scale: Scale; ticks: number[]; isLog: boolean } {
  const values = levels.flatMap((level) =>
    lines.flatMap((one) => {
      const value = one.of(level);
      const interval = one.intervalOf(level);
      return value === null ? [] : [value, interval?.high ?? value, interval?.low ?? value];
    }),
  );
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isOfTimes = lines.length > 1;
  if (isOfTimes && least > 0 && most / least > WIDE_RANGE) {
    const scale = logarithmic(least / HEADROOM, most * HEADROOM, HEIGHT);
    return { scale, ticks: decades(scale.min, scale.max), isLog: true };
  }
  return { scale: linear(most * HEADROOM, HEIGHT), ticks: linearTicks(most, 3), isLog: false };
}

function whisker(interval: Interval | null, x: number, value: number, scale: Scale): string {
  if (interval === null || (interval.low === null && interval.high === null)) return '';
  const top = interval.high === null ? Math.max(0, scale.y(value) - BEYOND) : scale.y(interval.high);
  return `M${x} ${scale.y(interval.low ?? scale.min)}V${top}`;
}

/** A cross differs from a dot by shape as well as colour. */
function cross(x: number, y: number): string {
  const [dx, dy] = CROSS;
  const middle = Math.min(HEIGHT * FINE - dy, Math.max(dy, y));
  return `M${x - dx} ${middle - dy}l${2 * dx} ${2 * dy}M${x - dx} ${middle + dy}l${2 * dx} ${-2 * dy}`;
}

function plainLevel(level: number): string {
  return level.toLocaleString('en');
}
