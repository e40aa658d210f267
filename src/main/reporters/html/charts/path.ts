import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import { FINE, type Scale, STEP } from './scale.ts';

export type Point = readonly [x: number, y: number];
/** A value per interval; null if there is none. */
export type Row = readonly (number | null)[];

/** A path of integers in as few relative steps as it can be drawn with; null is a gap. */
export function pathOf(points: readonly (Point | null)[]): string {
  let d = '';
  let [x, y] = [0, 0];
  let command: 'none' | 'm' | 'l' | 'h' | 'v' = 'none';
  for (const point of withoutMiddles(points)) {
    if (point === null) {
      // A single point becomes a line of zero length.
      if (command === 'm') d += 'h0';
      command = 'none';
      continue;
    }
    const [dx, dy] = [point[0] - x, point[1] - y];
    const before = command;
    if (before === 'none') command = 'm';
    else command = dy === 0 ? 'h' : dx === 0 ? 'v' : 'l';
    if (command === 'h') d += `h${dx}`;
    else if (command === 'v') d += `v${dy}`;
    // Of slanted steps in a row, only the first has a letter.
    else d += command === before ? `${signed(dx)}${signed(dy)}` : `${command}${dx}${signed(dy)}`;
    [x, y] = point;
  }
  return command === 'm' ? `${d}h0` : d;
}

/** In whole numbers, without the points in the middle of a horizontal or vertical line. */
function withoutMiddles(points: readonly (Point | null)[]): (Point | null)[] {
  const kept: (Point | null)[] = [];
  for (const point of points) {
    const next: Point | null = point === null ? null : [Math.round(point[0]), Math.round(point[1])];
    const [before, middle] = [kept.at(-2), kept.at(-1)];
    if (
      next !== null &&
      before &&
      middle &&
      (isBetween(before, middle, next, 0) || isBetween(before, middle, next, 1))
    )
      kept.pop();
    kept.push(next);
  }
  return kept;
}

/** Whether a line along one axis goes on in its direction. */
function isBetween(before: Point, middle: Point, next: Point, along: 0 | 1): boolean {
  const across = along === 0 ? 1 : 0;
  const isStraight = before[across] === middle[across] && middle[across] === next[across];
  return isStraight && (middle[along] - before[along]) * (next[along] - middle[along]) >= 0;
}

/** Part of a row without gaps: the index of its first value, and its values. */
interface Stretch {
  readonly from: number;
  readonly values: readonly number[];
}

function stretchesOf(row: Row): Stretch[] {
  const stretches: { from: number; values: number[] }[] = [];
  row.forEach((value, index) => {
    if (value === null) return;
    const last = stretches.at(-1);
    if (last !== undefined && last.from + last.values.length === index) last.values.push(value);
    else stretches.push({ from: index, values: [value] });
  });
  return stretches;
}

/**
 * A value stands at the middle of its interval. At both ends, a stretch extends to the edge of the interval, so that
 * even a single one is a line.
 */
function pointsOf({ from, values }: Stretch, scale: Scale, width: number): Point[] {
  const at = (index: number): number => scale.y(values[index] ?? 0);
  return [
    [from * width, at(0)],
    ...values.map((_, index): Point => [(from + index + 0.5) * width, at(index)]),
    [(from + values.length) * width, at(values.length - 1)],
  ];
}

/**
 * Values over time, split by gaps.
 *
 * @param width of an interval
 */
export function overTime(values: Row, scale: Scale, width: number = STEP): (Point | null)[] {
  return stretchesOf(values).flatMap((stretch) => [null, ...pointsOf(stretch, scale, width)]);
}

/** How far what is closed outside of a drawing, whose strokes are not to be seen, lies beyond it. */
const BESIDE = 9;
const BELOW = 999;

/**
 * Values over time together with the area below them, as one path to be both stroked and filled; null if there are gaps,
 * whose sides would be stroked.
 */
export function overArea(values: Row, scale: Scale): string | null {
  const [stretch, ...others] = stretchesOf(values);
  if (stretch === undefined || others.length > 0 || stretch.values.length < values.length) return null;
  const points = pointsOf(stretch, scale, STEP);
  const [first, last] = [scale.y(stretch.values[0] ?? 0), scale.y(stretch.values.at(-1) ?? 0)];
  const width = values.length * STEP;
  return `${pathOf([[-BESIDE, first], ...points, [width + BESIDE, last]])}V${BELOW}H-${BESIDE}z`.replace(
    /^m/,
    'M',
  );
}

/** Values over time with the area below them. */
export function lineOverArea(colour: string, values: Row, scale: Scale, lineColour: string = colour): Markup {
  const both = overArea(values, scale);
  if (both !== null) return line(`fill ${colour} ln${lineColour === colour ? '' : ` ${lineColour}`}`, both);
  return html`${line(`fill ${colour}`, areaUnder(values, scale))}${line(`ln ${lineColour}`, pathOf(overTime(values, scale)))}`;
}

/** The area between values and zero, split by gaps. */
function areaUnder(values: Row, scale: Scale): string {
  return band(
    values.map((value) => (value === null ? null : scale.min)),
    values,
    scale,
  );
}

/** The area between two rows of values, split by gaps in either. */
export function band(lower: Row, upper: Row, scale: Scale): string {
  const isKnown = (index: number): boolean =>
    (lower[index] ?? null) !== null && (upper[index] ?? null) !== null;
  const [low, high] = [lower, upper].map((row) =>
    stretchesOf(row.map((value, index) => (isKnown(index) ? value : null))),
  );
  return (high ?? [])
    .map((stretch, index) => {
      const below = low?.[index] ?? stretch;
      return `${pathOf([...pointsOf(stretch, scale, STEP), ...pointsOf(below, scale, STEP).reverse()])}z`;
    })
    .map((d) => d.replace(/^m/, 'M'))
    .join('');
}

/** Values as bars as wide as their interval, from zero. */
export function bars(values: readonly number[], scale: Scale): string {
  const base = scale.y(0);
  return values
    .map((value, index) =>
      value > 0 ? `M${index * STEP} ${base}V${Math.min(scale.y(value), base - FINE)}h${STEP}V${base}` : '',
    )
    .join('');
}

/** The outline of a histogram. */
export function outline(
  cells: readonly { readonly fromMs: number; readonly toMs: number; readonly density: number }[],
  x: (value: number) => number,
  scale: Scale,
): Point[] {
  const points: Point[] = [];
  let endMs: number | null = null;
  for (const { fromMs, toMs, density } of cells) {
    if (endMs === null || endMs < fromMs * 0.9999)
      points.push([x(endMs ?? fromMs), scale.y(0)], [x(fromMs), scale.y(0)]);
    points.push([x(fromMs), scale.y(density)], [x(toMs), scale.y(density)]);
    endMs = toMs;
  }
  if (endMs !== null) points.push([x(endMs), scale.y(0)]);
  return points;
}

/** Dots, drawn as lines of zero length with round ends; with a length they point upward. */
export function dots(
  className: string,
  points: readonly (readonly [x: number, y: number, up?: number])[],
): Markup {
  let d = '';
  let [x, y] = [0, 0];
  for (const [nextX, nextY, up = 0] of points) {
    const [dx, dy] = [Math.round(nextX) - x, Math.round(nextY) - y];
    d += `m${signed(dx).trimStart()}${signed(dy)}${up > 0 ? `v-${up}` : 'h0'}`;
    [x, y] = [x + dx, y + dy - up];
  }
  return line(className, d);
}

/** An outline with the area that it encloses, as one path: twice the same would be twice as long. */
export function filled(colour: string, d: string): Markup {
  return line(`fill inner ln ${colour} step`, d);
}

/** A path of the drawing; nothing if it is empty. */
export function line(className: string, d: string): Markup {
  return d === '' ? NOTHING_SHOWN : html`<path class="${className}" d="${d.replace(/^m/, 'M')}"/>`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : ` ${value}`;
}
