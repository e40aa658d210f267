import type { Rate } from '../../protocol/load.ts';
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../../protocol/units.ts';

const COUNT = /^(\d+(?:\.\d+)?)([km]?)$/i;
const COUNT_FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

const RATE = /^(\d+(?:\.\d+)?)([km]?)(?:\/(.+))?$/i;

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;
const BARE_SECONDS = /^\d+(?:\.\d+)?$/;
/** From the longest to the shortest, as they are ordered in a duration of several parts. */
const DURATION_FACTORS: Readonly<Record<string, number>> = {
  d: 24 * MS_PER_HOUR,
  h: MS_PER_HOUR,
  m: MS_PER_MINUTE,
  s: MS_PER_SECOND,
  ms: 1,
};
const UNITS = Object.keys(DURATION_FACTORS);

/** Reads a whole number with an optional suffix k (thousand) or m (million); null for anything else. */
export function parseCount(text: string): number | null {
  const [, digits, suffix] = COUNT.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return null;
  const count = scaled(digits, COUNT_FACTORS[suffix.toLowerCase()] ?? 1);
  return Number.isSafeInteger(count) ? count : null;
}

const SEPARATORS = /(?<=\d)[,_'’ .](?=\d{3}(?!\d))/g;

/** What a count means that `parseCount` refuses: one with a separator at thousands, or with an exponent; else null. */
export function countMeant(text: string): number | null {
  const digits = text.trim().replaceAll(SEPARATORS, '');
  const count = /^\d+(?:\.\d+)?(?:e\+?\d{1,2})?$/i.test(digits) ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(count) ? count : null;
}

/** How a count is also written, where it is one of whole thousands or millions: ` or 5k`. */
export function inThousands(count: number): string {
  const [suffix = '', factor] = Object.entries(COUNT_FACTORS).findLast(
    ([, by]) => count >= by && count % by === 0,
  ) ?? ['', 1];
  return suffix === '' || count === 0 ? '' : ` or ${count / factor}${suffix}`;
}

/** Reads a duration such as `500ms`, `10s`, `1m30s`, `1h5m`, `1d`, or bare seconds, in milliseconds; else null. */
export function parseDurationMs(text: string): number | null {
  if (BARE_SECONDS.test(text)) return scaled(text, MS_PER_SECOND);
  let durationMs = 0;
  let longest = 0;
  PART.lastIndex = 0;
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    const [, digits = '', unit = ''] = PART.exec(text) ?? [];
    const place = UNITS.indexOf(unit);
    // Each unit once, and longer ones first: anything else is a typo.
    if (place < longest) return null;
    longest = place + 1;
    durationMs += scaled(digits, DURATION_FACTORS[unit] ?? 1);
  }
  return text === '' ? null : durationMs;
}

/** Reads a rate such as `200`, `50/s`, `3000/m`, `10/100ms` or `0.5/s`; a bare number is per second; else null. Allows zero. */
export function parseRate(text: string): Rate | null {
  const [, digits, suffix = '', per = 's'] = RATE.exec(text) ?? [];
  if (digits === undefined) return null;
  const periodMs = parseDurationMs(/^[a-z]/i.test(per) ? `1${per.toLowerCase()}` : per);
  if (periodMs === null || periodMs === 0 || !Number.isInteger(periodMs)) return null;
  const [whole = '', fraction = ''] = digits.split('.');
  // A fraction per second becomes a whole number in a longer period, so that both numbers are whole.
  return {
    requests: Number(whole + fraction) * (COUNT_FACTORS[suffix.toLowerCase()] ?? 1),
    periodMs: periodMs * 10 ** fraction.length,
  };
}

/** Multiplies decimal digits by a whole factor without the error of a binary fraction (1.1k is 1100). */
function scaled(digits: string, factor: number): number {
  const [whole = '', fraction = ''] = digits.split('.');
  return (Number(whole + fraction) * factor) / 10 ** fraction.length;
}
