import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';
import { levelText } from '../../../text/sweep-sentences.ts';
import { line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot } from '../charts/plot.ts';
import { CURVE, type Scale } from '../charts/scale.ts';
import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import { ms, plainRate, tickMs } from '../numbers.ts';
import { costChart } from './cost-chart.ts';
import { type LevelAxis, levelAxis, marksOf } from './level-axis.ts';
import { levelDots } from './level-dots.ts';
import { isBoundAt, type LevelTime, tailOf, timesIn } from './level-times.ts';
import { powerChart } from './power-chart.ts';
import { type Interval, throughputInterval } from './throughput-interval.ts';
import { fromZero, timeAxisOf } from './value-axis.ts';

const HEIGHT = 150;
/** Length of a stroke whose end is unknown. */
const BEYOND = 12;
/** Points of the curve of an ideal target between two doublings. */
const STEPS_OF_IDEAL = 12;

interface Line {
  readonly name: string;
  readonly colour: string;
  of(level: SweepLevel): number | null;
  /** Whether a value is a lower bound. */
  isBound?(level: SweepLevel): boolean;
  /** Null if the uncertainty of a value is unknown. */
  intervalOf(level: SweepLevel): Interval | null;
}

interface Chart {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly lines: readonly Line[];
  readonly axisOf: typeof fromZero;
  /** What a target without limits would give; drawn as far as the axis goes. */
  idealOf?(level: number): number;
  text(value: number): string;
  tickText(value: number): string;
}

/** Throughput, times, their relation and power of each level. */
export function sweepCharts(sweep: Sweep): Markup | null {
  if (sweep.levels.length < 2) return null;
  const isTokens = sweep.counts === 'tokens';
  const times = isTokens
    ? [
        timesOf(sweep, 'ttft', 'ttft', 'Time to first token'),
        timesOf(sweep, 'tpot', 'tpot', 'Time per output token'),
      ]
    : [timesOf(sweep, 'latency', 'headline', 'Latency')];
  return html`<div class="two">${[throughputOf(sweep), ...times].flatMap((chart) => chartOf(chart, sweep) ?? [])}${costChart(sweep)}${powerChart(sweep)}</div>`;
}

function throughputOf(sweep: Sweep): Chart {
  const { levels, over, counts } = sweep;
  const isTokens = counts === 'tokens';
  const [first] = levels;
  const isAsked = over === 'rate' && !isTokens;
  const perLevel = isAsked || first === undefined ? 1 : first.throughputPerSecond / first.level;
  const what = [
    `dashed: ${isAsked ? 'what was asked for' : over === 'rate' ? 'were each request as good as at the first level' : 'were each connection as good as at the first level'}`,
    ...(isTokens ? [] : ['strokes: 95\u00a0% intervals']),
  ];
  return {
    id: 'throughput',
    name: isTokens ? 'Tokens a second' : 'Ok answers a second',
    what: what.join('; '),
    axisOf: fromZero,
    idealOf: (level) => level * perLevel,
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
}

function timesOf(sweep: Sweep, id: string, kind: LevelTime, name: string): Chart {
  const tail = tailOf(sweep, kind);
  const isHeadline = kind === 'headline';
  return {
    ...{ id, name, text: ms, tickText: tickMs, axisOf: timeAxisOf },
    what: isHeadline ? 'strokes: the 95\u00a0% interval of p50' : '',
    lines: [
      {
        name: 'p50',
        colour: 'k1',
        of: ({ summary }) => timesIn(summary, kind)?.percentiles['50'] ?? null,
        isBound: (level) => isBoundAt(level, kind, '50'),
        intervalOf: ({ summary }) => (isHeadline ? (summary.latencyMs.intervals?.['50'] ?? null) : null),
      },
      ...(tail === null
        ? []
        : [
            {
              name: `p${tail}`,
              colour: 'k2',
              of: ({ summary }: SweepLevel) => timesIn(summary, kind)?.percentiles[tail] ?? null,
              isBound: (level: SweepLevel) => isBoundAt(level, kind, tail),
              intervalOf: () => null,
            },
          ]),
    ],
  };
}

function chartOf(chart: Chart, sweep: Sweep): Markup | null {
  const { lines, text } = chart;
  const { levels, over } = sweep;
  const values = levels.flatMap((level) => lines.flatMap((one) => extentOf(one, level)));
  if (values.length === 0) return null;
  const axis = levelAxis(sweep);
  const { scale, ticks, isLog } = chart.axisOf(values, HEIGHT);
  return figure({
    id: `sweep-${chart.id}`,
    name: chart.name,
    what: [chart.what, ...(isLog ? ['logarithmic'] : [])].filter((part) => part !== '').join('; '),
    keys: lines.flatMap(({ name, colour }) => (name === '' ? [] : [[colour, name] as const])),
    points: levels.map((level) => [
      Number(axis.share(level.level).toFixed(4)),
      [
        levelText(level.level, over),
        ...lines.map((one) => readOff(one, level, text)),
        ...marksOf(level, sweep),
      ].join('  '),
    ]),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks,
      tickText: chart.tickText,
      over: axis.names,
      marks: [
        axis.lines,
        idealLine(chart, levels, axis, scale),
        lines.map((one) => marksOfLine(one, levels, axis, scale)),
      ],
    })}${axis.ticks}`,
  });
}

function marksOfLine(one: Line, levels: readonly SweepLevel[], axis: LevelAxis, scale: Scale): Markup {
  const known = levels.flatMap((level) => {
    const value = one.of(level);
    return value === null
      ? []
      : [{ level, value, at: [axis.x(level.level), scale.y(value)] satisfies Point }];
  });
  return html`${line(`ln ${one.colour}`, pathOf(known.map(({ at }) => at)))}${line(
    'whisker',
    known.map(({ level, value, at: [x] }) => whisker(one.intervalOf(level), x ?? 0, value, scale)).join(''),
  )}${levelDots(
    one.colour,
    known.map(({ level, at }) => ({ at, isGood: level.isGood })),
    scale,
  )}`;
}

/** Curved, since levels are drawn by doublings. It ends at the top of the axis. */
function idealLine(
  { idealOf }: Chart,
  levels: readonly SweepLevel[],
  { x }: LevelAxis,
  scale: Scale,
): Markup {
  const [least, most] = [levels[0]?.level ?? 1, levels.at(-1)?.level ?? 1];
  if (idealOf === undefined) return NOTHING_SHOWN;
  const steps = Math.ceil(Math.log2(most / least) * STEPS_OF_IDEAL);
  const within = Array.from({ length: steps + 1 }, (_, step) => least * (most / least) ** (step / steps));
  const shown = within.filter((level) => idealOf(level) <= scale.max);
  return line('ln asked', pathOf(shown.map((level): Point => [x(level), scale.y(idealOf(level))])));
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
  return `${name}${one.isBound?.(level) === true ? '≥\u00a0' : ''}${text(value)}${between}`;
}

/** A value and the ends of its interval; empty without a value. */
function extentOf(one: Line, level: SweepLevel): number[] {
  const value = one.of(level);
  if (value === null) return [];
  const interval = one.intervalOf(level);
  return [value, interval?.low ?? value, interval?.high ?? value];
}

function whisker(interval: Interval | null, x: number, value: number, scale: Scale): string {
  if (interval === null || (interval.low === null && interval.high === null)) return '';
  const top = interval.high === null ? Math.max(0, scale.y(value) - BEYOND) : scale.y(interval.high);
  return `M${x} ${scale.y(interval.low ?? scale.min)}V${top}`;
}
