import { decades, linear, linearTicks, logarithmic, type Scale } from '../charts/scale.ts';

/** Room above the highest value, so that its mark is whole. */
const HEADROOM = 1.08;
const MOST_TICKS = 4;
/** If the largest value is this many times the smallest, a linear axis would not separate the small ones. */
const WIDE_RANGE = 12;

/** A vertical axis, from zero or logarithmic. */
interface Axis {
  readonly scale: Scale;
  readonly ticks: number[];
  readonly isLog: boolean;
}

export function fromZero(values: readonly number[], height: number): Axis {
  const most = Math.max(...values);
  return { scale: linear(most * HEADROOM, height), ticks: linearTicks(most, MOST_TICKS), isLog: false };
}

/** For times: logarithmic if they differ much. */
export function timeAxisOf(values: readonly number[], height: number): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!(least > 0) || most / least <= WIDE_RANGE) return fromZero(values, height);
  const scale = logarithmic(least / HEADROOM, most * HEADROOM, height);
  return { scale, ticks: decades(scale.min, scale.max), isLog: true };
}
