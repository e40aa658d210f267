import type { KeptRun } from '../../../history/kept-run.ts';
import { revisionOf, verdictOf } from '../../runs-text.ts';
import { dots, line, type Point, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, decades, FINE, linear, linearTicks, logarithmic, type Scale } from '../charts/scale.ts';
import { dayText } from '../facts.ts';
import type { Markup } from '../markup.ts';
import { html } from '../markup.ts';
import { failedPercent, ms, percent, plainRate, tickMs } from '../numbers.ts';

const HEIGHT = 110;
/** From this many results on, dots are small. */
const MANY = 80;
const MOST_TICKS = 6;
/** So many ticks fit however narrow the page is. */
const FEW = 2;
/** If the largest value is this many times the smallest, a linear axis would not separate the small ones. */
const WIDE_RANGE = 12;
const HEADROOM = 1.08;
/** Distance from the bottom, in units of the drawing, at which a dot is not cut off. */
const DOT = 5;
/** Half the width and height of a cross, in units of the drawing. */
const CROSS = [10, 9] as const;
/** Length of a whisker without an upper end. */
const BEYOND = 12;
/** Length of the stroke on a lower bound. */
const UPWARD = 14;

/** One figure of each result; null if a result lacks it. */
interface Series {
  readonly id: string;
  readonly name: string;
  readonly what: string;
  readonly colour: string;
  of(run: KeptRun): number | null;
  intervalOf?(run: KeptRun): KeptRun['p50Interval'];
  isBound?(run: KeptRun): boolean;
  /** Whether the results have nothing to draw. */
  isLeftOut?(runs: readonly KeptRun[]): boolean;
  text(value: number): string;
  tickText(value: number): string;
}

const SERIES: readonly Series[] = [
  latency(
    'p50',
    '50',
    ({ p50Ms }) => p50Ms,
    ({ p50Interval }) => p50Interval,
  ),
  latency(
    'p99',
    '99',
    ({ p99Ms }) => p99Ms,
    ({ p99Interval }) => p99Interval,
  ),
  {
    id: 'throughput',
    name: 'Throughput',
    what: 'answered well, a second',
    colour: 'ok',
    of: ({ throughputPerSecond }) => throughputPerSecond,
    text: plainRate,
    tickText: (value) => plainRate(value).replace('/s', ''),
  },
  {
    id: 'failed',
    name: 'Failed',
    what: 'share of the requests without a good answer',
    colour: 'b',
    of: ({ failedShare }) => failedShare,
    isLeftOut: neverFailed,
    text: failedPercent,
    tickText: (value) => percent(value).replace('.0', ''),
  },
];

/** The figures of a plan over its results, oldest on the left; null for a single result. */
export function trendCharts(id: string, newestFirst: readonly KeptRun[]): Markup | null {
  if (newestFirst.length < 2) return null;
  const runs = newestFirst.toReversed();
  const charts = SERIES.flatMap((series) => chart(id, series, runs) ?? []);
  return charts.length === 0 ? null : html`<div class="two">${charts}</div>`;
}

/** Whether no request of any result failed. */
export function neverFailed(runs: readonly KeptRun[]): boolean {
  return runs.every(({ failedShare }) => failedShare === 0);
}

function latency(
  name: string,
  percentile: string,
  of: Series['of'],
  intervalOf: NonNullable<Series['intervalOf']>,
): Series {
  return {
    ...{ id: name, name, colour: 'a', of, intervalOf },
    what: 'of each result',
    isBound: ({ atLeast }) => atLeast.includes(percentile),
    text: ms,
    tickText: tickMs,
  };
}

function chart(id: string, series: Series, runs: readonly KeptRun[]): Markup | null {
  const points = runs.map((run, index) => ({
    run,
    share: (index + 0.5) / runs.length,
    value: series.of(run),
  }));
  const known = points.flatMap(({ run, share, value }) => (value === null ? [] : [{ run, share, value }]));
  if (known.length === 0 || (series.isLeftOut?.(runs) ?? false)) return null;
  const { scale, ticks, isLog } = axisOf(series, known);
  const at = (share: number): number => Math.round(share * CURVE);
  const good = known.filter(({ run }) => run.isGood);
  const hasIntervals = known.some(({ run }) => (series.intervalOf?.(run) ?? null) !== null);
  return figure({
    id: `${id}-${series.id}`,
    name: series.name,
    what: `${hasIntervals ? 'with its 95\u00a0% interval' : series.what}${isLog ? '; logarithmic' : ''}`,
    points: points.map(({ run, share, value }) => [
      Number(share.toFixed(4)),
      [
        dayText(run.startedAt),
        ...(run.revision === null ? [] : [revisionOf(run)]),
        value === null ? '–' : `${series.isBound?.(run) === true ? '≥\u00a0' : ''}${series.text(value)}`,
        ...(run.isGood ? [] : [verdictOf(run)]),
      ].join('  '),
    ]),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks,
      tickText: series.tickText,
      marks: [
        line(
          `ln thin ${series.colour}`,
          pathOf(good.map(({ share, value }): Point => [at(share), scale.y(value)])),
        ),
        line(
          'whisker',
          known
            .map(({ run, share, value }) => whisker(series.intervalOf?.(run), at(share), value, scale))
            .join(''),
        ),
        dots(
          `dot ${runs.length > MANY ? 'small' : 'big'} ${series.colour}`,
          good.map(({ run, share, value }) => [
            at(share),
            Math.min(HEIGHT * FINE - DOT, scale.y(value)),
            series.isBound?.(run) === true ? UPWARD : 0,
          ]),
        ),
        line(
          'cross',
          known
            .filter(({ run }) => !run.isGood)
            .map(({ share, value }) => cross(at(share), scale.y(value)))
            .join(''),
        ),
      ],
    })}${xAxis(ticksOf(runs), runs.length <= FEW ? 'all' : 'odd ones go')}`,
  });
}

function axisOf(
  { intervalOf }: Series,
  known: readonly { readonly run: KeptRun; readonly value: number }[],
): { scale: Scale; ticks: number[]; isLog: boolean } {
  const values = known.flatMap(({ run, value }) => [value, intervalOf?.(run)?.high ?? value]);
  const most = Math.max(...values);
  const least = Math.min(...known.map(({ run, value }) => intervalOf?.(run)?.low ?? value));
  if (intervalOf !== undefined && least > 0 && most / least > WIDE_RANGE) {
    const scale = logarithmic(least / HEADROOM, most * HEADROOM, HEIGHT);
    return { scale, ticks: decades(scale.min, scale.max), isLog: true };
  }
  return { scale: linear(most * HEADROOM, HEIGHT), ticks: linearTicks(most, 3), isLog: false };
}

function whisker(
  interval: KeptRun['p50Interval'] | undefined,
  x: number,
  value: number,
  scale: Scale,
): string {
  if (!interval || (interval.low === null && interval.high === null)) return '';
  const top = interval.high === null ? Math.max(0, scale.y(value) - BEYOND) : scale.y(interval.high);
  return `M${x} ${scale.y(interval.low ?? scale.min)}V${top}`;
}

/** A cross differs from a dot by shape as well as colour. */
function cross(x: number, y: number): string {
  const [dx, dy] = CROSS;
  const middle = Math.min(HEIGHT * FINE - dy, Math.max(dy, y));
  return `M${x - dx} ${middle - dy}l${2 * dx} ${2 * dy}M${x - dx} ${middle + dy}l${2 * dx} ${-2 * dy}`;
}

/**
 * Dates below some of the results, and times below others of the same day; only times if all are from one day, to the
 * second if minutes would repeat. The first also names the time zone.
 */
function ticksOf(runs: readonly KeptRun[]): (readonly [number, string])[] {
  const step = Math.ceil(runs.length / MOST_TICKS);
  const marked = runs.flatMap(({ startedAt }, index) =>
    index % step === 0 ? [{ share: (index + 0.5) / runs.length, startedAt }] : [],
  );
  const day = (startedAt: string): string => startedAt.slice(5, 10);
  const minute = (startedAt: string): string => startedAt.slice(11, 16);
  const isOneDay = new Set(runs.map(({ startedAt }) => startedAt.slice(0, 10))).size === 1;
  const hasSameMinutes =
    isOneDay && new Set(marked.map(({ startedAt }) => minute(startedAt))).size < marked.length;
  return marked.map(({ share, startedAt }, index) => {
    const before = marked[index - 1]?.startedAt;
    const isSameDay = isOneDay || (before !== undefined && day(before) === day(startedAt));
    const text = hasSameMinutes ? startedAt.slice(11, 19) : isSameDay ? minute(startedAt) : day(startedAt);
    return [share, `${text}${index === 0 ? ' UTC' : ''}`];
  });
}
