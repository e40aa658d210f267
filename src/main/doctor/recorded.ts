import type { Summary } from '../../protocol/summary.ts';
import type { RunOptions } from '../plan/options.ts';

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

/** Request to the measuring process. */
export interface BenchRequest {
  readonly options: RunOptions;
  /** Whether to return every record of the run. */
  readonly isRecorded: boolean;
}

export interface RunResult {
  readonly summary: Summary;
  /** When the window began, on the shared clock. */
  readonly windowAtMs: number;
  /** Records of all requests, including the warm-up; empty if not requested. */
  readonly rows: readonly Recorded[];
}

export type BenchReply =
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'failed'; readonly message: string };
