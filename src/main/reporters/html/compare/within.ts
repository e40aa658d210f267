import type { SeriesBucket } from '../../../../protocol/series-bucket.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { median } from '../../../collect/statistics.ts';
import { line, overTime, pathOf } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, linear, linearTicks, logarithmic, spaced } from '../charts/scale.ts';
import { momentsOf } from '../charts/time-axis.ts';
import { html, type Markup } from '../markup.ts';
import { clock, count, ms } from '../numbers.ts';
import type { ComparisonView } from './comparison-view.ts';

const HEIGHT = 120;
const FAILED_HEIGHT = 70;
const FEWEST_INTERVALS = 3;
const TICKS = Array.from(
  { length: 45 },
  (_, index) => [1, 2, 5].map((step) => step * 10 ** (Math.floor(index / 3) - 5))[index % 3] ?? 1,
);
const TICK_GAP = 22;

/** A figure of an arm over time: for each round, and the median of these if they have the same intervals. */
interface Course {
  readonly name: string;
  readonly colour: string;
  readonly rounds: readonly { readonly intervalMs: number; readonly values: readonly (number | null)[] }[];
  readonly middle: readonly (number | null)[];
  readonly intervalMs: number;
}

type Of = (bucket: SeriesBucket) => number | null;

/** The arms over the time of a round. */
export function withinPanel(view: ComparisonView): Markup | null {
  const { arms, rounds } = view;
  const series = arms.flatMap(({ arm }) => arm.rounds.map((round) => round.series));
  if (series.some(({ buckets }) => buckets.length < FEWEST_INTERVALS)) return null;
  const lengthMs = Math.max(...series.map(({ intervalMs, buckets }) => intervalMs * buckets.length));
  const charts = [
    courseChart(view, 'p50', lengthMs, (bucket) => bucket.p50),
    courseChart(view, 'p99', lengthMs, (bucket) => bucket.p99),
  ].filter((chart) => chart !== null);
  const failed = failedChart(view, lengthMs);
  if (charts.length === 0 && failed === null) return null;
  return html`<div class="${rounds > 1 && charts.length > 1 ? 'two' : 'one-each'}">${charts}${failed}</div>`;
}

function coursesOf({ arms, rounds }: ComparisonView, of: Of): Course[] {
  return arms.map(({ arm, name, colour }) => {
    const list = arm.rounds.slice(0, rounds).map(({ series }: Summary) => ({
      intervalMs: series.intervalMs,
      values: series.buckets.map(of),
    }));
    const intervalMs = list[0]?.intervalMs ?? 1;
    const length = Math.max(...list.map(({ values }) => values.length));
    const isAligned = list.every((round) => round.intervalMs === intervalMs);
    const middle = Array.from({ length: isAligned ? length : 0 }, (_, index) => {
      const known = list.flatMap(({ values }) => values[index] ?? []);
      return known.length * 2 < list.length || known.length === 0 ? null : median(known);
    });
    return { name, colour, rounds: list, middle, intervalMs };
  });
}

function courseChart(view: ComparisonView, quantile: 'p50' | 'p99', lengthMs: number, of: Of): Markup | null {
  const courses = coursesOf(view, of);
  const values = courses
    .flatMap(({ rounds }) => rounds.flatMap((round) => round.values.flatMap((value) => value ?? [])))
    .filter((value) => value > 0);
  const all = courses.reduce(
    (sum, { rounds }) => sum + rounds.reduce((n, round) => n + round.values.length, 0),
    0,
  );
  // If most intervals have hardly any requests, the line would be mere scraps.
  if (values.length * 2 < all || all === 0) return null;
  const scale = logarithmic(Math.min(...values) * 0.9, Math.max(...values) * 1.1, HEIGHT);
  const isMany = view.rounds > 1;
  // With more arms, lines of single rounds would hide one another.
  const hasRounds = isMany && courses.length <= 2;
  const path = (list: readonly (number | null)[], intervalMs: number): string =>
    pathOf(
      overTime(
        list.map((value) => (value === null || !(value > 0) ? null : value)),
        scale,
        (intervalMs / lengthMs) * CURVE,
      ),
    );
  return figure({
    id: `within-${quantile}`,
    name: quantile,
    what: `of each interval${hasRounds ? '; thin: single rounds, thick: their median' : isMany ? '; median of the rounds' : ''}`,
    keys: courses.length < 2 ? [] : courses.map(({ colour, name }) => [colour, name]),
    points: readings(courses, lengthMs, ms),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: spaced(
        TICKS.filter((tick) => tick >= scale.min && tick <= scale.max),
        (tick) => scale.share(tick) * HEIGHT,
        TICK_GAP,
      ),
      marks: [
        hasRounds
          ? courses.map(({ colour, rounds }) =>
              rounds.map((round) => line(`ln faint ${colour}`, path(round.values, round.intervalMs))),
            )
          : null,
        courses.map(({ colour, middle, intervalMs }) =>
          line(`ln ${isMany ? 'p50 ' : ''}${colour}`, path(middle, intervalMs)),
        ),
      ],
    })}${momentAxis(lengthMs)}`,
  });
}

/** Failures in each interval, for single results. */
function failedChart(view: ComparisonView, lengthMs: number): Markup | null {
  if (view.rounds > 1) return null;
  const courses = coursesOf(view, ({ failed }) => failed);
  const most = Math.max(...courses.flatMap(({ middle }) => middle.map((value) => value ?? 0)));
  if (most === 0) return null;
  const scale = linear(most * 1.08, FAILED_HEIGHT);
  return figure({
    id: 'within-failed',
    name: 'Failed',
    what: 'requests of each interval',
    keys: courses.map(({ colour, name }) => [colour, name]),
    points: readings(courses, lengthMs, (value) => count(value ?? 0)),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: linearTicks(most, 2),
      tickText: count,
      marks: courses.map(({ colour, middle, intervalMs }) =>
        line(
          `ln ${colour}`,
          pathOf(
            overTime(
              middle.map((value) => value ?? 0),
              scale,
              (intervalMs / lengthMs) * CURVE,
            ),
          ),
        ),
      ),
    })}${momentAxis(lengthMs)}`,
  });
}

/** The middle of an interval, in drawing units. */
function xOf(index: number, intervalMs: number, lengthMs: number): number {
  return (((index + 0.5) * intervalMs) / lengthMs) * CURVE;
}

function momentAxis(lengthMs: number): Markup {
  const { stepMs, moments } = momentsOf(lengthMs);
  return xAxis(moments.map((atMs) => [atMs / lengthMs, clock(atMs, stepMs)]));
}

function readings(
  courses: readonly Course[],
  lengthMs: number,
  textOf: (value: number | null) => string,
): (readonly [number, string])[] {
  const [first] = courses;
  if (first === undefined) return [];
  return first.middle.map((_, index) => {
    const atMs = index * first.intervalMs;
    const texts = courses.map(({ name, middle, intervalMs }) => {
      const value = middle[Math.floor(atMs / intervalMs)] ?? null;
      return `${courses.length < 2 ? '' : `${name} `}${textOf(value)}`;
    });
    return [
      Number((xOf(index, first.intervalMs, lengthMs) / CURVE).toFixed(4)),
      `${clock(atMs, first.intervalMs)}  ${texts.join('  ')}`,
    ];
  });
}
