import { setTimeout as delay } from 'node:timers/promises';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { quoted } from '../text/quoted.ts';
import { type Conduct, conduct } from './conduct.ts';
import type { OnBlock } from './coordinator-options.ts';
import type { Progress, Run, RunControl } from './run-handle.ts';

const PROGRESS_INTERVAL_MS = 500;
/** The longest that a timer waits. */
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

/** A run that also gives access to what has been recorded so far; null before it has begun. */
export interface WatchedRun extends Run {
  snapshot(): Snapshot | null;
}

/** Starts a resolved plan. */
export function startPlan(plan: RunPlan, control: RunControl = {}): Run {
  const { summary, progress, stop, abort } = startWatched(plan, control);
  return { summary, progress, stop, abort };
}

/** The same with snapshots while it runs; `onBlock` receives the records as they arrive. */
export function startWatched(plan: RunPlan, control: RunControl = {}, onBlock?: OnBlock): WatchedRun {
  return watchConduct(conduct(plan, { onBlock }), control);
}

/** Starts a prepared run, on this machine or on agents. */
export function watchConduct(conducted: Conduct, { signal }: RunControl): WatchedRun {
  const over = new AbortController();
  const stop = (): void => conducted.stop();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  const summary = carryOut(conducted).finally(() => {
    signal?.removeEventListener('abort', stop);
    over.abort();
  });
  // An unhandled rejection must not end a caller that only watches the progress.
  summary.catch(() => {});
  return {
    summary,
    snapshot: () => conducted.snapshot(),
    progress: (intervalMs = PROGRESS_INTERVAL_MS) => {
      checkInterval(intervalMs);
      return watch(conducted, intervalMs, over.signal);
    },
    stop,
    abort: () => conducted.abort(),
  };
}

/** A timer with an interval that Node does not support would fire every millisecond. */
function checkInterval(intervalMs: unknown): void {
  if (typeof intervalMs === 'number' && intervalMs >= 1 && intervalMs <= LONGEST_INTERVAL_MS) return;
  throw new VolleyError(
    ERROR_CODES.usage,
    `The interval of progress is ${quoted(intervalMs)}: give milliseconds, from 1 to ${LONGEST_INTERVAL_MS}.`,
  );
}

async function carryOut(conducted: Conduct): Promise<Summary> {
  return conducted.sumUp(await conducted.collect());
}

async function* watch(conducted: Conduct, intervalMs: number, over: AbortSignal): AsyncGenerator<Progress> {
  for (;;) {
    await delay(intervalMs, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    const progress = conducted.progress();
    if (progress !== null) yield progress;
  }
}
