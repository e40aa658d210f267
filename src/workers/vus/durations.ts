import type { ScenarioDuration, VU } from '../../protocol/test-definition.ts';
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../../protocol/units.ts';
import { textOf } from './script-place.ts';

const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const FACTORS: Readonly<Record<string, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  m: MS_PER_MINUTE,
  h: MS_PER_HOUR,
};
const LONGEST_TIMEOUT_MS = 168 * MS_PER_HOUR;
/** Limit on cached texts, which are usually a few literals in the code. */
const MOST_KNOWN = 1_000;
const known = new Map<string, number>();

/**
 * Converts a scenario's duration to milliseconds.
 *
 * @param shown how the code has written it, for the error
 * @throws TypeError if it is not a duration
 */
function msOf(time: ScenarioDuration, shown: (time: string) => string = asSleep): number {
  if (typeof time === 'number') {
    if (Number.isFinite(time) && time >= 0) return time;
    throw new TypeError(`${shown(String(time))}: give milliseconds from 0, or text such as '500ms'`);
  }
  const before = known.get(time);
  if (before !== undefined) return before;
  const [, digits, unit = ''] = TEXT.exec(String(time)) ?? [];
  if (digits === undefined)
    throw new TypeError(`${shown(`'${String(time)}'`)}: give a time such as '500ms', '2s' or '1m'`);
  const ms = Number(digits) * (FACTORS[unit] ?? 1);
  if (known.size < MOST_KNOWN) known.set(time, ms);
  return ms;
}

/**
 * The think time that a call of `sleep` asks for, in milliseconds.
 *
 * @throws TypeError if it is not a time, or the longer time comes first
 */
export function thinkMsOf(
  time: ScenarioDuration,
  upTo: ScenarioDuration | undefined,
  by: Pick<VU, 'random'>,
): number {
  const leastMs = msOf(time);
  if (upTo === undefined) return leastMs;
  const mostMs = msOf(upTo);
  if (mostMs >= leastMs) return leastMs + by.random() * (mostMs - leastMs);
  throw new TypeError(`sleep(${written(time)}, ${written(upTo)}): give the shorter time first`);
}

/** @throws TypeError if no request can have this timeout */
export function timeoutOf(time: ScenarioDuration): number {
  const ms = msOf(time, (written) => `timeout: ${written}`);
  if (ms >= 1 && ms <= LONGEST_TIMEOUT_MS) return ms;
  throw new TypeError(`timeout: ${textOf(time)}: give a time from 1ms to 168h`);
}

function written(time: ScenarioDuration): string {
  return typeof time === 'number' ? String(time) : `'${time}'`;
}

function asSleep(time: string): string {
  return `sleep(${time})`;
}
