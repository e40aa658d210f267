import { availableParallelism } from 'node:os';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan, WorkerMode } from '../../protocol/plan.ts';
import { DEFAULT_CONCURRENCY } from './defaults.ts';
import { choosePacing, defaultMaxInFlight, parseOpenLoad, type UnresolvedOpenLoad } from './load.ts';
import type { RunOptions } from './options.ts';
import { Problems } from './problems.ts';
import { given, phrase, the } from './words.ts';

/**
 * A thread takes 14 MB and 70 ms of CPU to start, so that hundreds on few cores keep a machine busy for minutes, in which
 * not even a signal is heard.
 */
const MOST_WORKERS_PER_CORE = 32;
const MOST_WORKERS_ANYWHERE = 64;
const MAX_CONCURRENCY = 1_000_000;

/** The size of the load: workers, connections and, in the open model, rates. */
export interface LoadParts {
  readonly workers: number;
  readonly concurrency: number;
  /** Null if not given. */
  readonly maxInFlight: number | null;
  /** Null in the closed model. */
  readonly openLoad: UnresolvedOpenLoad | null;
}

/** @param mode null if unknown */
export function parseLoadParts(
  options: RunOptions,
  mode: WorkerMode | null,
  requests: number | null,
  problems: Problems,
  timesMs: readonly number[] | null = null,
): LoadParts {
  const maxInFlight = optional(options.maxInFlight, (value) =>
    problems.count('max-in-flight', value, 1, MAX_CONCURRENCY),
  );
  const { workers, concurrency } = checkWorkers(options, mode, requests, maxInFlight, problems);
  const most = maxInFlight ?? defaultMaxInFlight(mode, workers);
  const openLoad = parseOpenLoad(options, most, problems, timesMs);
  return { workers, concurrency, maxInFlight, openLoad };
}

/** Number of initial connections. */
export function connectionsOf(concurrency: number, openLoad: UnresolvedOpenLoad | null): number {
  return openLoad === null ? concurrency : Math.min(concurrency, openLoad.maxInFlight);
}

/**
 * The same plan with the load of other options: no file is read again, and no name is looked up again.
 *
 * @throws VolleyError VOLLEY_USAGE, with all problems of the load
 */
export function underLoad(plan: RunPlan, options: RunOptions): RunPlan {
  const problems = new Problems();
  const { mode, stop, isTargetLocal } = plan;
  const { workers, concurrency, openLoad } = parseLoadParts(options, mode, stop.requests, problems);
  if (problems.size > 0) throw new VolleyError(ERROR_CODES.usage, problems.list);
  const connections = connectionsOf(concurrency, openLoad);
  if (openLoad === null) return { ...plan, workers, concurrency: connections, load: { model: 'closed' } };
  const pacing = choosePacing(openLoad.pacing, workers, availableParallelism(), isTargetLocal);
  return { ...plan, workers, concurrency: connections, load: { ...openLoad, pacing } };
}

function checkWorkers(
  options: RunOptions,
  mode: WorkerMode | null,
  requests: number | null,
  maxInFlight: number | null,
  problems: Problems,
): { workers: number; concurrency: number } {
  const asked = optional(options.workers, (value) => problems.count('workers', value, 1, mostWorkers()));
  const asConcurrency = optional(options.concurrency, (value) =>
    problems.count('concurrency', value, 1, MAX_CONCURRENCY),
  );
  const most = asConcurrency ?? maxInFlight;
  const concurrency =
    asConcurrency ?? Math.min(maxInFlight ?? MAX_CONCURRENCY, Math.max(DEFAULT_CONCURRENCY, asked ?? 1));
  if (mode === 'inline' && asked !== null && asked > 1) {
    problems.add(
      phrase`${the('workers')} ${given(options.workers)} with ${the('mode')} inline: inline is one event loop: leave ${the('workers')} out.`,
    );
  }
  if (asked !== null && most !== null && asked > most) {
    const bound =
      asConcurrency === null
        ? phrase`${the('max-in-flight')} ${given(options.maxInFlight)}`
        : phrase`${the('concurrency')} ${given(options.concurrency)}`;
    problems.add(
      phrase`${the('workers')} ${given(options.workers)} is more than ${bound}: each worker needs a connection of its own.`,
    );
  }
  if (asConcurrency !== null && maxInFlight !== null && asConcurrency > maxInFlight) {
    problems.add(
      phrase`${the('concurrency')} ${given(options.concurrency)} is more than ${the('max-in-flight')} ${given(options.maxInFlight)}: a run cannot start with more connections than it may have.`,
    );
  }
  const useful = Math.min(concurrency, requests ?? concurrency);
  const byDefault = mode === 'inline' ? 1 : Math.max(1, Math.min(availableParallelism() - 1, useful));
  return { workers: asked ?? byDefault, concurrency };
}

function mostWorkers(): number {
  return Math.max(MOST_WORKERS_ANYWHERE, MOST_WORKERS_PER_CORE * availableParallelism());
}

function optional<T, R>(value: T | undefined, read: (value: T) => R | null): R | null {
  return value === undefined ? null : read(value);
}
