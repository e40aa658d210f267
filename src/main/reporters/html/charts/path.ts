import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import { FINE, type Scale, STEP } from './scale.ts';

export type Point = readonly [x: number, y: number];
/** A value per interval; null if there is none. */
export type Row = readonly (number | null)[];

/** A path of integers in relative steps; null is a gap. */
export function pathOf(points: readonly (Point | null)[]): string {
  let d = '';
  let [x, y] = [0, 0];
  let isDrawing = false;
  for (const point of points) {
    if (point === null) {
      if (isDrawing) d = closedDot(d);
      isDrawing = false;
      continue;
    }
    const [nextX, nextY] = [Math.round(point[0]), Math.round(point[1])];
    const step = `${signed(nextX - x)}${signed(nextY - y)}`;
    d += isDrawing ? step : `m${step.trimStart()}l`;
    [x, y, isDrawing] = [nextX, nextY, true];
  }
  return closedDot(d).replace(/l /g, 'l');
}

/** A single point becomes a line of zero length, visible by its round ends. */
function closedDot(d: string): string {
  return d.endsWith('l') ? `${d.slice(0, -1)}h0` : d;
}

/** Values at the middle of their intervals; the first and last one extend to the edges. */
export function overTime(values: Row, scale: Scale): (Point | null)[] {
  const points = values.map((value, index): Point | null =>
    value === null ? null : [index * STEP + 1, scale.y(value)],
  );
  const [first, last] = [points[0], points.at(-1)];
  return [
    ...(first ? [[0, first[1]] as const] : []),
    ...points,
    ...(last ? [[values.length * STEP, last[1]] as const] : []),
  ];
}

/** The area between values and zero. */
export function areaUnder(values: Row, scale: Scale): string {
  const filled = values.map((value) => value ?? 0);
  const bottom = scale.y(scale.min);
  return `${pathOf([[0, bottom], ...overTime(filled, scale), [values.length * STEP, bottom]])}z`;
}

/** The area between two rows of values, split by gaps. */
export function band(lower: Row, upper: Row, scale: Scale): string {
  const parts: (readonly { readonly index: number; readonly low: number; readonly high: number }[])[] = [];
  let part: { index: number; low: number; high: number }[] = [];
  for (let index = 0; index <= lower.length; index++) {
    const [low, high] = [lower[index] ?? null, upper[index] ?? null];
    if (low !== null && high !== null) part.push({ index, low, high });
    else if (part.length > 0) {
      parts.push(part);
      part = [];
    }
  }
  return parts
    .map((shown) => {
      const from = (shown[0]?.index ?? 0) === 0 ? 0 : (shown[0]?.index ?? 0) * STEP + 1;
      const lastIndex = shown.at(-1)?.index ?? 0;
      const to = lastIndex === lower.length - 1 ? (lastIndex + 1) * STEP : lastIndex * STEP + 1;
      const edge = (of: 'low' | 'high'): Point[] => {
        const middle = shown.map((one): Point => [one.index * STEP + 1, scale.y(one[of])]);
        return [[from, middle[0]?.[1] ?? 0], ...middle, [to, middle.at(-1)?.[1] ?? 0]];
      };
      return `${pathOf([...edge('high'), ...edge('low').reverse()])}z`;
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

/** A path of the drawing; nothing if it is empty. */
export function line(className: string, d: string): Markup {
  return d === '' ? NOTHING_SHOWN : html`<path class="${className}" d="${d.replace(/^m/, 'M')}"/>`;
}

function signed(value: number): string {
  return value < 0 ? String(value) : ` ${value}`;
}
