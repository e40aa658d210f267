import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, createMonotonicClock } from '../protocol/clock.ts';
import type { RunPlan } from '../protocol/plan.ts';
import type { Summary } from '../protocol/summary.ts';
import { Coordinator, type OnBatch } from './coordinator.ts';
import type { RunOptions } from './plan/options.ts';
import { resolvePlan } from './plan/resolve.ts';
import { POOLS } from './pool/pools.ts';
import type { Progress } from './progress.ts';
import { summarize } from './summary/summarize.ts';

const PROGRESS_INTERVAL_MS = 500;

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
  return startPlan(await resolvePlan(options), control);
}

/** Starts a plan that has been resolved; `onBatch` sees what is recorded as it comes. */
export function startPlan(plan: RunPlan, { signal }: RunControl = {}, onBatch?: OnBatch): Run {
  const clock = createMonotonicClock();
  const coordinator = new Coordinator(plan, clock, onBatch);
  const over = new AbortController();
  const stop = (): void => coordinator.stop();
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  const summary = carryOut(plan, coordinator, clock).finally(() => {
    signal?.removeEventListener('abort', stop);
    over.abort();
  });
  // Whoever only watches the progress is not to be ended by a rejection that nobody awaits.
  summary.catch(() => {});
  return {
    summary,
    progress: (intervalMs = PROGRESS_INTERVAL_MS) => watch(coordinator, intervalMs, over.signal),
    stop,
    abort: () => coordinator.abort(),
  };
}

async function carryOut(plan: RunPlan, coordinator: Coordinator, clock: Clock): Promise<Summary> {
  const createPool = await POOLS[plan.mode]();
  return summarize(await coordinator.run(createPool), clock);
}

async function* watch(
  coordinator: Coordinator,
  intervalMs: number,
  over: AbortSignal,
): AsyncGenerator<Progress> {
  for (;;) {
    await delay(intervalMs, undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    const progress = coordinator.progress();
    if (progress !== null) yield progress;
  }
}
