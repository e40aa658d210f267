import { MICROS_PER_MS, MS_PER_MINUTE, MS_PER_SECOND, msToSeconds } from '../../../protocol/units.ts';
import {
  formatChange,
  formatCount,
  formatFailedShare,
  formatMs,
  formatPercent,
  formatRate,
} from '../../text/format.ts';

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;
const NO_BREAK = '\u00a0';

/** Keeps a number and its unit on one line, and a count with what it counts, as in 3 × timeout. */
export function unbroken(text: string): string {
  return text
    .replace(/(\d) (?=(?:%|ms|µs|s|min|h|[kMGTP]?B)(?![\w]))/g, `$1${NO_BREAK}`)
    .replace(/(\d) × (?=\S)/g, `$1${NO_BREAK}×${NO_BREAK}`);
}

/** A time in volley's usual format; a dash without one. */
export function ms(valueMs: number | null | undefined): string {
  return unbroken(formatMs(valueMs ?? null));
}

export function percent(share: number): string {
  return unbroken(formatPercent(share));
}

/** A share of failures, on its side of what may fail. */
export function failedPercent(share: number): string {
  return unbroken(formatFailedShare(share));
}

export function count(value: number): string {
  return formatCount(value);
}

/** A rate for an axis or a label, without unneeded decimals. */
export function plainRate(perSecond: number): string {
  return formatRate(perSecond).replace(/\.0+(?=\/)/, '');
}

/** A time for an axis. */
export function tickMs(valueMs: number): string {
  if (valueMs === 0) return '0';
  if (valueMs < 1) return `${short(valueMs * MICROS_PER_MS)}${NO_BREAK}µs`;
  return valueMs < MS_PER_SECOND
    ? `${short(valueMs)}${NO_BREAK}ms`
    : `${short(msToSeconds(valueMs))}${NO_BREAK}s`;
}

/** A moment of the run: 1:05, or 1:02:05; with intervals below a second, 1.5 s in the first minute. */
export function clock(atMs: number, stepMs = 1_000): string {
  const digits = stepMs >= 1_000 ? 0 : stepMs >= 100 ? 1 : 2;
  if (digits > 0 && atMs < MS_PER_MINUTE) return `${(atMs / MS_PER_SECOND).toFixed(digits)}${NO_BREAK}s`;
  const all = Number((atMs / MS_PER_SECOND).toFixed(digits));
  const [hours, minutes] = [
    Math.floor(all / SECONDS_PER_HOUR),
    Math.floor(all / SECONDS_PER_MINUTE) % SECONDS_PER_MINUTE,
  ];
  const seconds = (all % SECONDS_PER_MINUTE).toFixed(digits).padStart(digits === 0 ? 2 : digits + 3, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** A ratio as a change: −14.8 %, or ×10 from ten times on. */
export function change(ratio: number): string {
  if (ratio >= 9.995)
    return `×${NO_BREAK}${ratio < 999.5 ? ratio.toPrecision(3) : formatCount(Math.round(ratio))}`;
  return unbroken(formatChange(ratio));
}

/** The same without unneeded decimals, for an axis. */
export function plainChange(ratio: number): string {
  return Math.abs(ratio - 1) < 1e-9 ? 'same' : change(ratio).replace('.0', '');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
