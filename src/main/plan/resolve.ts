import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parsePercentile } from '../../metrics/percentile-rank.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { type RunPlan, WORKER_MODES, type WorkerMode } from '../../protocol/plan.ts';
import { MS_PER_HOUR } from '../../protocol/units.ts';
import { VERSION } from '../version.ts';
import {
  DEFAULT_CLIENT,
  DEFAULT_CONCURRENCY,
  DEFAULT_DURATION,
  DEFAULT_MODE,
  DEFAULT_PERCENTILES,
  DEFAULT_TIMEOUT,
  DEFAULT_WARMUP,
} from './defaults.ts';
import type { RunOptions } from './options.ts';
import { Problems, quoted } from './problems.ts';
import { parseTarget, resolveTarget, type UnresolvedTarget } from './target.ts';

const MAX_WORKERS = 1_024;
const MAX_CONCURRENCY = 1_000_000;
const MAX_REQUESTS = 1_000_000_000_000;
// Node's timers hold 2^31 ms, which is 596 hours.
const LONGEST_MS = 500 * MS_PER_HOUR;
const SHORTEST_MS = 1;

/** A plan that still wants its target's name looked up. */
export type UnresolvedPlan = Omit<RunPlan, 'target'> & { readonly target: UnresolvedTarget };

/**
 * The one gate between what a user says and what runs.
 *
 * @param earlier problems that the caller has found already; they are reported with the others
 * @throws VolleyError VOLLEY_USAGE, with every problem
 */
export function checkOptions(options: RunOptions, earlier: readonly string[] = []): UnresolvedPlan {
  const problems = new Problems();
  for (const sentence of earlier) problems.add(sentence);
  const target = parseTarget(options, `volley/${VERSION}`, problems);
  const mode = problems.choice('--mode', options.mode ?? DEFAULT_MODE, WORKER_MODES);
  const requests = optional(options.requests, (value) =>
    problems.count('--requests', value, 1, MAX_REQUESTS),
  );
  const duration = options.duration ?? (options.requests === undefined ? DEFAULT_DURATION : undefined);
  const durationMs = optional(duration, (value) =>
    problems.durationMs('--duration', value, SHORTEST_MS, LONGEST_MS),
  );
  const timeoutMs = problems.durationMs(
    '--timeout',
    options.timeout ?? DEFAULT_TIMEOUT,
    SHORTEST_MS,
    LONGEST_MS,
  );
  const warmupMs = problems.durationMs('--warmup', options.warmup ?? DEFAULT_WARMUP, 0, LONGEST_MS);
  const percentiles = checkPercentiles(options.percentiles ?? DEFAULT_PERCENTILES, problems);
  const seed = optional(options.seed, (value) => problems.count('--seed', value, 0, Number.MAX_SAFE_INTEGER));
  const { workers, concurrency } = checkWorkers(options, mode, requests, problems);

  if (
    problems.sentences.length > 0 ||
    target === null ||
    mode === null ||
    timeoutMs === null ||
    warmupMs === null
  ) {
    throw new VolleyError(ERROR_CODES.usage, problems.sentences);
  }
  return {
    target,
    mode,
    workers,
    concurrency,
    client: DEFAULT_CLIENT,
    load: { model: 'closed' },
    stop: { requests, durationMs },
    warmupMs,
    timeoutMs,
    percentiles,
    seed: seed ?? randomInt(2 ** 32),
  };
}

/**
 * Validates options and looks the target's name up.
 *
 * @throws VolleyError VOLLEY_USAGE or VOLLEY_UNKNOWN_HOST
 */
export async function resolvePlan(options: RunOptions): Promise<RunPlan> {
  const plan = checkOptions(options);
  return { ...plan, target: await resolveTarget(plan.target) };
}

function checkWorkers(
  options: RunOptions,
  mode: WorkerMode | null,
  requests: number | null,
  problems: Problems,
): { workers: number; concurrency: number } {
  const asked = optional(options.workers, (value) => problems.count('--workers', value, 1, MAX_WORKERS));
  const given = optional(options.concurrency, (value) =>
    problems.count('--concurrency', value, 1, MAX_CONCURRENCY),
  );
  const concurrency = given ?? Math.max(DEFAULT_CONCURRENCY, asked ?? 1);
  if (mode === 'inline' && asked !== null && asked > 1) {
    problems.add(
      `--workers ${quoted(options.workers)} with --mode inline: inline is one event loop: leave --workers out.`,
    );
  }
  if (asked !== null && given !== null && asked > given) {
    problems.add(
      `--workers ${quoted(options.workers)} is more than --concurrency ${quoted(options.concurrency)}: ` +
        'each worker needs a connection of its own.',
    );
  }
  const useful = Math.min(concurrency, requests ?? concurrency);
  const byDefault = mode === 'inline' ? 1 : Math.max(1, Math.min(availableParallelism() - 1, useful));
  return { workers: asked ?? byDefault, concurrency };
}

function checkPercentiles(given: string | readonly string[], problems: Problems): string[] {
  const labels = (typeof given === 'string' ? given.split(',') : given).map((label) => label.trim());
  for (const label of labels) {
    if (parsePercentile(label) === null) {
      problems.add(`--percentiles ${quoted(label)}: give numbers between 0 and 100, such as 50,90,99.9.`);
    }
  }
  return [...new Set(labels)];
}

function optional<T, R>(value: T | undefined, read: (value: T) => R | null): R | null {
  return value === undefined ? null : read(value);
}
