import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from '../../protocol/units.ts';
import { decimalNumeral, shortNumeral, wholeNumeral } from './numerals.ts';

/** Significant digits of values that the user gave; trailing zeros are left out. */
const GIVEN_DIGITS = 6;
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const STEP_OF_BYTES = 1_000;
/** Below this a rate is shown per hour. */
const SLOWEST_PER_SECOND = 0.1;
const SECONDS_PER_HOUR = MS_PER_HOUR / MS_PER_SECOND;
/** Differences below this share are errors of binary fractions. */
const LEAST_SHARE = 1e-12;
/** From this many of a unit on, the next larger unit is used as well. */
const MOST_OF_A_UNIT = 120;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
/** The units of a rate that was asked for, in the order in which they are tried. */
const ASKED_UNITS = [
  { seconds: 1, name: 's' },
  { seconds: SECONDS_PER_MINUTE, name: 'min' },
  { seconds: SECONDS_PER_HOUR, name: 'h' },
] as const;

/** Shown in place of a missing value. */
export const NOTHING = '–';

/** A count with thousands separated. */
export function formatCount(count: number): string {
  return wholeNumeral(count);
}

/** A measured rate with three significant digits; a slow one per hour, so that it does not round to nothing. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  return perSecond < SLOWEST_PER_SECOND
    ? `${significant(perSecond * SECONDS_PER_HOUR)}/h`
    : `${significant(perSecond)}/s`;
}

/**
 * The rate of what came within a window; nothing if all of it came later. The window was too short to tell then, and 0
 * beside a count would read as if nothing had come.
 */
export function formatRateWithin(perSecond: number, count: number): string {
  return perSecond === 0 && count > 0 ? NOTHING : formatRate(perSecond);
}

/** A rate that was asked for: `13/s`, `0.5/s`, `200/min`, `100/h`; in no unit without a fraction as a measured one. */
export function formatAskedRate(perSecond: number): string {
  const isFast = perSecond === 0 || perSecond >= SLOWEST_PER_SECOND;
  const units = isFast ? ASKED_UNITS : ASKED_UNITS.slice(-1);
  const unit = units.find(({ seconds }) => isShort(perSecond * seconds));
  return unit === undefined
    ? formatRate(perSecond)
    : `${shortNumeral(perSecond * unit.seconds, GIVEN_DIGITS)}/${unit.name}`;
}

/** A time with three significant digits in a suitable unit; a dash for null. */
export function formatMs(valueMs: number | null): string {
  if (valueMs === null) return NOTHING;
  const { value, unit } = timeOf(valueMs);
  return `${value} ${unit}`;
}

/** Two times as "571 and 616 µs"; the first has its own unit if that differs. */
export function formatMsBetween(lowMs: number, highMs: number): string {
  const low = timeOf(lowMs);
  const high = timeOf(highMs);
  return `${low.value}${low.unit === high.unit ? '' : ` ${low.unit}`} and ${high.value} ${high.unit}`;
}

/** A share in tenths of a percent; almost nothing and almost all are never rounded to 0 or 100 %. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.000_5) return '<0.1 %';
  if (share >= 0.999_5 && share < 1) return '>99.9 %';
  return `${decimalNumeral(share * 100, 1)} %`;
}

/** More failures than this share make a verdict `failing`, and break the rule that others imply. */
const MAY_FAIL_SHARE = 0.01;
const MOST_DECIMALS = 7;

/** A share of failures, with so many digits that it stands on its side of what may fail: 1.04 % is more than 1 %. */
export function formatFailedShare(share: number, limit = MAY_FAIL_SHARE): string {
  let text = formatPercent(share);
  for (let decimals = 2; share !== limit && text === formatPercent(limit); decimals++) {
    const longer = `${decimalNumeral(share * 100, decimals)} %`;
    if (decimals === MOST_DECIMALS || Number.parseFloat(longer) !== limit * 100) text = longer;
    if (decimals === MOST_DECIMALS) break;
  }
  return text;
}

/** A ratio as a change: −14.8 %. What rounds to nothing has no direction. */
export function formatChange(ratio: number): string {
  const text = (Math.abs(ratio - 1) * 100).toFixed(1);
  return `${text === '0.0' ? '' : ratio < 1 ? '−' : '+'}${text} %`;
}

/** A number of bytes in three significant digits; a unit is a thousand of the one before. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= STEP_OF_BYTES - 0.5 && unit < BYTE_UNITS.length - 1) {
    value /= STEP_OF_BYTES;
    unit++;
  }
  const isWhole = unit === 0 && Number.isInteger(value);
  return `${isWhole ? String(value) : significant(value)} ${BYTE_UNITS[unit]}`;
}

/** Bytes per second. */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A duration that was asked for: whole units stay whole. */
export function formatDuration(durationMs: number): string {
  if (durationMs < MS_PER_SECOND) return `${shortNumeral(durationMs, GIVEN_DIGITS)} ms`;
  if (durationMs % MS_PER_HOUR === 0) return `${wholeNumeral(durationMs / MS_PER_HOUR)} h`;
  if (durationMs % MS_PER_MINUTE === 0) return `${wholeNumeral(durationMs / MS_PER_MINUTE)} min`;
  return `${shortNumeral(durationMs / MS_PER_SECOND, GIVEN_DIGITS)} s`;
}

/** A measured duration; from two minutes on with the next smaller unit as well. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.round(spanMs / MS_PER_SECOND);
  if (seconds < MOST_OF_A_UNIT) return formatMs(spanMs);
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  if (minutes < MOST_OF_A_UNIT) return twoUnits(minutes, 'min', seconds % SECONDS_PER_MINUTE, 's');
  const rounded = Math.round(seconds / SECONDS_PER_MINUTE);
  return twoUnits(Math.floor(rounded / MINUTES_PER_HOUR), 'h', rounded % MINUTES_PER_HOUR, 'min');
}

/** How long something has lasted, in tenths of a second; from two minutes on in whole seconds. */
export function formatElapsed(elapsedMs: number): string {
  return elapsedMs < MOST_OF_A_UNIT * MS_PER_SECOND
    ? `${(elapsedMs / MS_PER_SECOND).toFixed(1)} s`
    : formatSpan(elapsedMs);
}

/** An estimated duration, in whole seconds. */
export function formatAbout(spanMs: number): string {
  const seconds = Math.ceil(spanMs / MS_PER_SECOND);
  return seconds < MOST_OF_A_UNIT ? `${seconds} s` : formatSpan(seconds * MS_PER_SECOND);
}

/** A count with its noun. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** A part as a share of the whole, in brackets after a blank; empty if it is zero. */
export function shareText(count: number, of: number): string {
  return count === 0 || of === 0 ? '' : ` (${formatFailedShare(count / of)})`;
}

/** A moment of a run, in tenths of a second; below 100 ms in milliseconds, from two minutes on in whole seconds. */
export function formatMoment(atMs: number): string {
  if (atMs > 0 && atMs < 100) return `${Math.max(1, Math.round(atMs))} ms`;
  const tenths = Math.round(atMs / 100) / 10;
  return tenths < MOST_OF_A_UNIT ? `${tenths} s` : formatSpan(atMs);
}

/** Zero, and anything within the clock's resolution, is `0 µs`. */
function timeOf(valueMs: number): { readonly value: string; readonly unit: string } {
  if (valueMs < 0.000_5) return { value: '0', unit: 'µs' };
  if (valueMs < 0.999_5) return { value: significant(valueMs * MS_PER_SECOND), unit: 'µs' };
  if (valueMs < 999.5) return { value: significant(valueMs), unit: 'ms' };
  return { value: significant(valueMs / MS_PER_SECOND), unit: 's' };
}

/** Whether a value is its given digits, but for the error of a binary fraction. */
function isShort(value: number): boolean {
  return Math.abs(Number(value.toPrecision(GIVEN_DIGITS)) - value) <= value * LEAST_SHARE;
}

function significant(value: number): string {
  if (value >= 999.5) return wholeNumeral(value);
  return Number(value.toPrecision(3)).toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

function twoUnits(larger: number, largerUnit: string, smaller: number, smallerUnit: string): string {
  return `${formatCount(larger)} ${largerUnit}${smaller === 0 ? '' : ` ${smaller} ${smallerUnit}`}`;
}
