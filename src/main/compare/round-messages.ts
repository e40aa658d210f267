import type { Cells } from '../../metrics/cells.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Progress } from '../run/run-handle.ts';

export type RoundRequest =
  | { readonly type: 'plan'; readonly plan: RunPlan }
  /** Asks to start nothing more and to report. */
  | { readonly type: 'stop' };

/** How often a running round reports that it is alive. */
export const ALIVE_EVERY_MS = 1_000;

export type RoundMessage =
  | RoundReply
  /** The round's event loop runs; `progress` is null until the round has begun. */
  | { readonly type: 'alive'; readonly progress: Progress | null };

export type RoundReply =
  | {
      readonly type: 'result';
      readonly summary: Summary;
      /** All latencies of the headline kind, for comparing whole distributions. */
      readonly latencies: Cells;
    }
  | { readonly type: 'failed'; readonly code: ErrorCode | null; readonly message: string };
