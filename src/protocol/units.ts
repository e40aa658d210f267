/**
 * The only place with units' ratios, but for the scripts of the HTML page, which stand alone; everywhere else the name
 * carries the unit.
 */
export const MS_PER_SECOND = 1_000;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MICROS_PER_MS = 1_000;
export const NANOS_PER_MS = 1_000_000;
export const BYTES_PER_KIB = 1_024;

/** Milliseconds from nanoseconds, as `process.hrtime.bigint()` gives them. */
export function nanosToMs(nanos: bigint): number {
  return Number(nanos) / NANOS_PER_MS;
}

/** Milliseconds from microseconds, as `process.cpuUsage()` gives them. */
export function microsToMs(micros: number): number {
  return micros / MICROS_PER_MS;
}

/** A limit as it is best read: 500 ms, 1.5 s, 10 s. */
export function limitText(limitMs: number): string {
  return limitMs < MS_PER_SECOND ? `${limitMs} ms` : `${msToSeconds(limitMs)} s`;
}

/** Seconds, the base unit of other tools' formats, from milliseconds. */
export function msToSeconds(valueMs: number): number {
  return valueMs / MS_PER_SECOND;
}
