import { inLibraryTerms, plainOptions } from '../main/plan/from-library.ts';
import type { RunOptions } from '../main/plan/library-options.ts';
import type { Told } from '../main/plan/problems.ts';
import { resolvePlan } from '../main/plan/resolve.ts';
import { startPlan } from '../main/run/run.ts';
import type { Run, RunControl } from '../main/run/run-handle.ts';
import type { RunPlan } from '../protocol/plan.ts';
import type { Summary } from '../protocol/summary.ts';

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
