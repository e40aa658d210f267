import { setTimeout as delay } from 'node:timers/promises';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { type Conduct, conduct } from './conduct.ts';
import type { OnBlock } from './coordinator-options.ts';
import type { Progress, Run, RunControl } from './run-handle.ts';

const PROGRESS_INTERVAL_MS = 500;

/** A run with what has been recorded so far; null before it has begun. */
export interface WatchedRun extends Run {
  snapshot(): Snapshot | null;
}

/** Starts a plan that has been resolved. */
export function startPlan(plan: RunPlan, control: RunControl = {}): Run {
  const { summary, progress, stop, abort } = startWatched(plan, control);
  return { summary, progress, stop, abort };
}

/** The same for whoever looks into it while it goes on; `onBlock` sees what is recorded as it comes. */
export function startWatched(plan: RunPlan, control: RunControl = {}, onBlock?: OnBlock): WatchedRun {
  return watchConduct(conduct(plan, { onBlock }), control);
}

/** Starts what has been prepared, wherever its load comes from. */
export function watchConduct(conducted: Conduct, { signal }: RunControl): WatchedRun {
  const over = new AbortController();
  const stop = (): void => conducted.stop();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  const summary = carryOut(conducted).finally(() => {
    signal?.removeEventListener('abort', stop);
    over.abort();
  });
  // Whoever only watches the progress is not to be ended by a rejection that nobody awaits.
  summary.catch(() => {});
  return {
    summary,
    snapshot: () => conducted.snapshot(),
    progress: (intervalMs = PROGRESS_INTERVAL_MS) => watch(conducted, intervalMs, over.signal),
    stop,
    abort: () => conducted.abort(),
  };
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
