import type { Rate } from '../../protocol/load.ts';
import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../../protocol/units.ts';

const COUNT = /^(\d+(?:\.\d+)?)([km]?)$/i;
const COUNT_FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

const RATE = /^(\d+(?:\.\d+)?)([km]?)(?:\/(s|m|h))?$/i;

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const DURATION_FACTORS: Readonly<Record<string, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  m: MS_PER_MINUTE,
  h: MS_PER_HOUR,
};

/** Reads a whole number with an optional suffix k (thousand) or m (million); null for anything else. */
export function parseCount(text: string): number | null {
  const [, digits, suffix] = COUNT.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return null;
  const count = scaled(digits, COUNT_FACTORS[suffix.toLowerCase()] ?? 1);
  return Number.isSafeInteger(count) ? count : null;
}

/** Reads a duration such as `500ms`, `10s`, `2m`, `1h`, or bare seconds, in milliseconds; else null. */
export function parseDurationMs(text: string): number | null {
  const [, digits, unit = 's'] = DURATION.exec(text) ?? [];
  if (digits === undefined) return null;
  return scaled(digits, DURATION_FACTORS[unit] ?? 1);
}

/** Reads a rate such as `200`, `50/s`, `3000/m` or `0.5/s`; bare is a second; else null. Zero is a rate. */
export function parseRate(text: string): Rate | null {
  const [, digits, suffix = '', unit = 's'] = RATE.exec(text) ?? [];
  if (digits === undefined) return null;
  const [whole = '', fraction = ''] = digits.split('.');
  // A fraction of a request in a second is a request in more of them: both numbers stay whole.
  return {
    requests: Number(whole + fraction) * (COUNT_FACTORS[suffix.toLowerCase()] ?? 1),
    periodMs: (DURATION_FACTORS[unit] ?? MS_PER_SECOND) * 10 ** fraction.length,
  };
}

/** Decimal digits times a whole factor without the error of a binary fraction (1.1k is 1100). */
function scaled(digits: string, factor: number): number {
  const [whole = '', fraction = ''] = digits.split('.');
  return (Number(whole + fraction) * factor) / 10 ** fraction.length;
}
