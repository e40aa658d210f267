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

/** What the process that measures is asked for. */
export interface BenchRequest {
  readonly options: RunOptions;
  /** Whether every record of the run is wanted. */
  readonly isRecorded: boolean;
}

export interface RunResult {
  readonly summary: Summary;
  /** When the window began, on the shared clock. */
  readonly windowAtMs: number;
  /** Of all requests, those of the warm-up too; none where they were not asked for. */
  readonly rows: readonly Recorded[];
}

export type BenchReply =
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'failed'; readonly message: string };
