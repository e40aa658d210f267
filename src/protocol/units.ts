/** The only place where units are converted; everywhere else a name carries its unit. */
export const MS_PER_SECOND = 1_000;
export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MICROS_PER_MS = 1_000;
export const NANOS_PER_MS = 1_000_000;
export const BYTES_PER_KIB = 1_024;

/** Nanoseconds, as `process.hrtime.bigint()` gives them, in milliseconds. */
export function nanosToMs(nanos: bigint): number {
  return Number(nanos) / NANOS_PER_MS;
}

/** Microseconds, as `process.cpuUsage()` gives them, in milliseconds. */
export function microsToMs(micros: number): number {
  return micros / MICROS_PER_MS;
}

/** Milliseconds in seconds, the base unit of formats that others read. */
export function msToSeconds(valueMs: number): number {
  return valueMs / MS_PER_SECOND;
}
