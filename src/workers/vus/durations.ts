import type { ScenarioDuration } from '../../protocol/test-definition.ts';
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../../protocol/units.ts';

const TEXT = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const FACTORS: Readonly<Record<string, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  m: MS_PER_MINUTE,
  h: MS_PER_HOUR,
};
/** Limit on cached texts, which are usually a few literals in the code. */
const MOST_KNOWN = 1_000;
const known = new Map<string, number>();

/**
 * Converts a scenario's duration to milliseconds.
 *
 * @throws TypeError if it is not a duration
 */
export function msOf(time: ScenarioDuration): number {
  if (typeof time === 'number') {
    if (Number.isFinite(time) && time >= 0) return time;
    throw new TypeError(`sleep(${time}): give milliseconds from 0, or text such as '500ms'`);
  }
  const before = known.get(time);
  if (before !== undefined) return before;
  const [, digits, unit = ''] = TEXT.exec(String(time)) ?? [];
  if (digits === undefined)
    throw new TypeError(`sleep('${String(time)}'): give a time such as '500ms', '2s' or '1m'`);
  const ms = Number(digits) * (FACTORS[unit] ?? 1);
  if (known.size < MOST_KNOWN) known.set(time, ms);
  return ms;
}
