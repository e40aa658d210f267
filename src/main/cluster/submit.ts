import { createMonotonicClock } from '../../time/clock.ts';
import type { UnresolvedPlan } from '../plan/resolve.ts';
import { type WatchedRun, watchConduct } from '../run/run.ts';
import type { RunControl } from '../run/run-handle.ts';
import { VERSION } from '../text/version.ts';
import type { Meeting } from './meeting.ts';
import { openBroker } from './open-broker.ts';
import { Sealer } from './seal.ts';
import { Submission } from './submission.ts';
import type { SubmissionOptions } from './submission-options.ts';

/** Options of a run over agents besides its plan. */
export type ClusterPlan = Meeting & Omit<SubmissionOptions, 'version' | 'prepare' | 'say'>;

/**
 * Starts a plan on agents.
 *
 * @throws VolleyError VOLLEY_BROKER
 */
export async function submitPlan(
  plan: UnresolvedPlan,
  cluster: ClusterPlan,
  control: Pick<RunControl, 'signal'> = {},
  { prepare = null, say = () => {} }: Partial<Pick<SubmissionOptions, 'prepare' | 'say'>> = {},
): Promise<WatchedRun> {
  const broker = await openBroker(cluster);
  const sealer = new Sealer(cluster.key);
  const options = { ...cluster, version: VERSION, prepare, say };
  const run = watchConduct(new Submission(broker, sealer, createMonotonicClock(), plan, options), control);
  run.summary.catch(() => {}).finally(() => broker.close());
  return run;
}
