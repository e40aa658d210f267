import type { Cells } from '../../metrics/cells.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Progress } from '../run/run-handle.ts';

export type RoundRequest =
  | { readonly type: 'plan'; readonly plan: RunPlan }
  /** Start nothing more, and report. */
  | { readonly type: 'stop' };

/** A round under way is heard of so often. */
export const ALIVE_EVERY_MS = 1_000;

export type RoundMessage =
  | RoundReply
  /** The round's event loop runs; where it stands, once it has begun. */
  | { readonly type: 'alive'; readonly progress: Progress | null };

export type RoundReply =
  | {
      readonly type: 'result';
      readonly summary: Summary;
      /** Every latency of the headline kind, for comparing whole distributions. */
      readonly latencies: Cells;
    }
  | { readonly type: 'failed'; readonly code: ErrorCode | null; readonly message: string };
