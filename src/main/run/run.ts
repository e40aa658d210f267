import { setTimeout as delay } from 'node:timers/promises';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { inLibraryTerms, plainOptions } from '../plan/from-library.ts';
import type { RunOptions } from '../plan/library-options.ts';
import type { Told } from '../plan/problems.ts';
import { resolvePlan } from '../plan/resolve.ts';
import { type Conduct, conduct } from './conduct.ts';
import type { OnBlock } from './coordinator.ts';
import type { Progress } from './progress.ts';

const PROGRESS_INTERVAL_MS = 500;

/** How a caller stops a run. */
export interface RunControl {
  /** Aborting stops the run as `stop()` does: the summary still comes, marked interrupted. */
  readonly signal?: AbortSignal | undefined;
}

/** A run under way. */
export interface Run {
  /** The result; rejects with a VolleyError where nothing could be sent. */
  readonly summary: Promise<Summary>;
  /** Where the run stands, every `intervalMs` (default 500) from the first request to the last. */
  progress(intervalMs?: number): AsyncIterable<Progress>;
  /** Starts nothing more and waits for what is in flight, for at most the timeout or 5 s. */
  stop(): void;
  /** Ends at once, with what has been recorded. */
  abort(): void;
}

/**
 * Runs a load test and returns its result.
 *
 * Any number of runs may go on at once: they share nothing but the machine. No signal handlers are
 * installed, and nothing is printed.
 *
 * @throws VolleyError VOLLEY_USAGE (every problem of the options), VOLLEY_UNKNOWN_HOST or
 *   VOLLEY_WORKER_START; in each case nothing was sent
 */
export async function run(options: RunOptions, control: RunControl = {}): Promise<Summary> {
  return (await start(options, control)).summary;
}

/**
 * Starts a load test that can be watched and stopped.
 *
 * @throws VolleyError VOLLEY_USAGE or VOLLEY_UNKNOWN_HOST
 */
export async function start(options: RunOptions, control: RunControl = {}): Promise<Run> {
  return startPlan(await resolved(options), control);
}

async function resolved(options: RunOptions): Promise<RunPlan> {
  try {
    const problems: Told[] = [];
    const plain = plainOptions(options, problems);
    return await resolvePlan(plain, problems);
  } catch (error) {
    throw inLibraryTerms(error, options);
  }
}

/** Starts a plan that has been resolved; `onBlock` sees what is recorded as it comes. */
export function startPlan(plan: RunPlan, { signal }: RunControl = {}, onBlock?: OnBlock): Run {
  const conducted = conduct(plan, { onBlock });
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
