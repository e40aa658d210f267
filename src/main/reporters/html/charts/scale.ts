/** Units of a drawing per pixel of its height, and per interval of time. */
export const FINE = 2;
export const STEP = 2;
/** Width of a drawing without intervals. */
export const CURVE = 1_000;

/** A vertical axis. */
export interface Scale {
  /** In pixels. */
  readonly height: number;
  readonly min: number;
  readonly max: number;
  /** Position from the top, 0 to 1. */
  share(value: number): number;
  /** The same in drawing units. */
  y(value: number): number;
}

export function linear(max: number, height: number): Scale {
  const top = max > 0 && Number.isFinite(max) ? max : 1;
  return scaleOf(0, top, height, (value) => 1 - value / top);
}

export function logarithmic(min: number, max: number, height: number): Scale {
  const low = min > 0 && Number.isFinite(min) ? min : 1e-3;
  const high = max > low && Number.isFinite(max) ? max : low * 10;
  const span = Math.log(high / low);
  return scaleOf(low, high, height, (value) => Math.log(high / value) / span);
}

function scaleOf(min: number, max: number, height: number, shareOf: (value: number) => number): Scale {
  const share = (value: number): number => {
    const at = shareOf(value);
    return Number.isNaN(at) ? 1 : Math.min(1, Math.max(0, at));
  };
  return { height, min, max, share, y: (value) => Math.round(share(value) * height * FINE) };
}

/** A horizontal logarithmic axis. */
export interface LogX {
  readonly min: number;
  readonly max: number;
  /** Position from the left, 0 to 1. */
  share(value: number): number;
  x(value: number): number;
}

/** An axis for a range of times, at least half a decade wide. */
export function logX(lowMs: number, highMs: number): LogX {
  const [low, high] = lowMs > 0 && highMs >= lowMs ? [lowMs, highMs] : [0.1, 1];
  const wider = Math.max(1, Math.sqrt(10 ** 0.5 / (high / low)));
  const [min, max] = [low / wider, high * wider];
  const share = (value: number): number =>
    Math.min(1, Math.max(0, Math.log(Math.max(value, min) / min) / Math.log(max / min)));
  return { min, max, share, x: (value) => Math.round(share(value) * CURVE) };
}

/** The next 1, 2 or 5 times a power of ten, above or below a value. */
export function nice(value: number, direction: 'up' | 'down'): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1e-3;
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((step) => step * power);
  const found =
    direction === 'up'
      ? steps.find((step) => step >= value * 0.9999)
      : steps.findLast((step) => step <= value * 1.0001);
  return found ?? value;
}

/** The powers of ten on a logarithmic axis; if there are fewer than two, also round numbers near its ends. */
export function decades(min: number, max: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(min) - 1e-9); 10 ** power <= max * 1.0001; power++)
    ticks.push(10 ** power);
  if (ticks.length >= 2) return ticks;
  const ends = [nice(min, 'up'), ...ticks, nice(max, 'down')].filter((tick) => tick >= min && tick <= max);
  return [...new Set(ends)].sort((a, b) => a - b);
}

/** Round numbers from 0 up to the largest value, with at most `most` steps. */
export function linearTicks(max: number, most: number): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0];
  const power = 10 ** Math.floor(Math.log10(max / most));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => max / size <= most) ?? max;
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** The values that fit with a gap between them, which may be that of each two; earlier ones take precedence. */
export function spaced<T>(
  values: readonly T[],
  placeOf: (value: T) => number,
  gap: number | ((one: T, other: T) => number),
): T[] {
  const kept: T[] = [];
  const gapOf = typeof gap === 'number' ? () => gap : gap;
  for (const value of values)
    if (kept.every((other) => Math.abs(placeOf(other) - placeOf(value)) >= gapOf(other, value)))
      kept.push(value);
  return kept;
}
