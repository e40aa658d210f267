import type { Summary } from '../../src/api/index.ts';

/** One request as a worker recorded it; times relative to the window. */
export interface Recorded {
  readonly intendedMs: number;
  readonly startLagMs: number;
  readonly waitMs: number;
  readonly firstByteMs: number;
  readonly serviceMs: number;
  readonly bodyBytes: number;
  readonly status: number;
  readonly outcome: number;
}

export interface RunResult {
  readonly summary: Summary;
  /** When the window began, on the shared clock. */
  readonly windowAtMs: number;
  readonly rows: readonly Recorded[];
}
