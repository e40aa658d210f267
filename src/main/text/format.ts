import { MS_PER_SECOND } from '../../protocol/units.ts';

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const BYTES_PER_MB = 1_000_000;

/** A count with thousands separated. */
export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** A rate per second, to a tenth. */
export function formatRate(perSecond: number): string {
  return `${TENTHS.format(perSecond)}/s`;
}

/** A time in three significant digits, in the unit that suits it; a dash where there is none. */
export function formatMs(valueMs: number | null): string {
  if (valueMs === null) return '–';
  // Zero and the clock's own grain.
  if (valueMs < 0.000_5) return '0 µs';
  if (valueMs < 0.999_5) return `${significant(valueMs * MS_PER_SECOND)} µs`;
  if (valueMs < 999.5) return `${significant(valueMs)} ms`;
  return `${significant(valueMs / MS_PER_SECOND)} s`;
}

/** A share in tenths of a percent; what is almost nothing, or almost all, is never shown as that. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.000_5) return '<0.1 %';
  if (share >= 0.999_5 && share < 1) return '>99.9 %';
  return `${TENTHS.format(share * 100)} %`;
}

export function formatMegabytes(bytes: number): string {
  return `${WHOLE.format(bytes / BYTES_PER_MB)} MB`;
}

/** A length of time as it was asked for: whole units stay whole. */
export function formatDuration(durationMs: number): string {
  return durationMs < MS_PER_SECOND ? `${durationMs} ms` : `${durationMs / MS_PER_SECOND} s`;
}

function significant(value: number): string {
  if (value >= 999.5) return WHOLE.format(value);
  return Number(value.toPrecision(3)).toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

/** So many of something. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The share of so many in so many, in brackets behind a blank; nothing where it is none. */
export function shareText(count: number, of: number): string {
  return count === 0 || of === 0 ? '' : ` (${formatPercent(count / of)})`;
}

/** A moment of a run, in tenths of a second. */
export function formatMoment(atMs: number): string {
  return `${Math.round(atMs / 100) / 10} s`;
}
