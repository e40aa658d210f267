import { rereading } from '../main/files/input-files.ts';
import { readSettled } from '../main/once/settled.ts';
import { inLibraryTerms, plainOptions } from '../main/plan/from-library.ts';
import type { RunOptions } from '../main/plan/library-options.ts';
import type { Told } from '../main/plan/problems.ts';
import { completePlan, readOptions } from '../main/plan/resolve.ts';
import { startPlan } from '../main/run/run.ts';
import type { ClusterOptions, Run, StartControl } from '../main/run/run-handle.ts';
import type { RunPlan } from '../protocol/plan.ts';
import type { Summary } from '../protocol/summary.ts';
import { checkedControl } from './control.ts';
import { takenOptions } from './given-options.ts';

/**
 * Runs a load test and returns its result.
 *
 * Any number of runs may go on at once: they share nothing but the machine. No signal handlers are
 * installed, and nothing is printed.
 *
 * @throws VolleyError VOLLEY_USAGE (every problem of the options), VOLLEY_UNKNOWN_HOST,
 *   VOLLEY_WORKER_START, VOLLEY_BROKER or VOLLEY_AGENTS; in each case nothing was sent
 */
export async function run(options: RunOptions, control: StartControl = {}): Promise<Summary> {
  return (await start(options, control)).summary;
}

/**
 * Starts a load test that can be watched and stopped.
 *
 * @throws VolleyError VOLLEY_USAGE, VOLLEY_UNKNOWN_HOST or VOLLEY_BROKER
 */
export async function start(options: RunOptions, control: StartControl = {}): Promise<Run> {
  const checked = checkedControl(control, ['signal', 'cluster']);
  const { cluster } = checked;
  const asked = takenOptions(options, 'options');
  return cluster === undefined
    ? startPlan(await resolved(asked), checked)
    : startOverAgents(asked, cluster, checked);
}

/** What speaks to a broker is loaded only now. */
async function startOverAgents(
  options: RunOptions,
  cluster: ClusterOptions,
  control: StartControl,
): Promise<Run> {
  const { clusterOf } = await import('../main/cluster/library-cluster.ts');
  const problems: Told[] = [];
  const plain = plainOptions(options, problems);
  const checked = clusterOf(cluster, plain, problems);
  try {
    const plan = await rereading(() => readOptions(plain, problems, [], { isSentFromHere: false }));
    // Its problems have been thrown with those of the plan.
    if (checked === null) throw new Error('the cluster options were not refused');
    const { submitPlan } = await import('../main/cluster/submit.ts');
    const { summary, progress, stop, abort } = await submitPlan(plan, checked, control);
    return { summary, progress, stop, abort };
  } catch (error) {
    throw inLibraryTerms(error, options);
  }
}

async function resolved(options: RunOptions): Promise<RunPlan> {
  try {
    const problems: Told[] = [];
    const plain = plainOptions(options, problems);
    return await rereading(async () => completePlan(await readSettled(plain, problems)));
  } catch (error) {
    throw inLibraryTerms(error, options);
  }
}
