import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { handleInterrupts } from './interrupts.ts';
import { say } from './say.ts';

/** What is done once before and once after a run. */
export interface AroundRun {
  /** The plan, completed by what setup returned. */
  readonly plan: RunPlan;
  /** Call when the run is over, with null if it has no result. */
  ended(summary: Summary): Promise<Summary>;
  ended(summary: null): Promise<null>;
  /** Aborts whatever is still to be done. */
  giveUp(): void;
}

/**
 * Does what comes before a run; returns null if it was stopped meanwhile.
 *
 * @throws VolleyError VOLLEY_SETUP if that fails
 */
export async function aroundRun(plan: RunPlan, note: (line: string) => void): Promise<AroundRun | null> {
  const { scenarios } = plan;
  if (scenarios === undefined || !(scenarios.hasSetup || scenarios.hasTeardown))
    return { plan, ended: (async (summary) => summary) as AroundRun['ended'], giveUp: () => {} };
  const { setUp, tearDown } = await import('../once/setup.ts');
  const stopping = new AbortController();
  const giveUp = (): void => stopping.abort();
  const watching = { tell: null, signal: stopping.signal };
  const ignore = handleInterrupts({ stop: giveUp, abort: giveUp }, note);
  const ready = await setUp(plan, scenarios, watching).finally(ignore);
  if (ready === null) {
    say('Stopped in setup: nothing was measured.');
    return null;
  }
  const ended = async (summary: Summary | null): Promise<Summary | null> => {
    const teardownFailure = await tearDown(ready, scenarios, watching);
    if (teardownFailure !== null) say(teardownFailure);
    if (summary?.scenarios === undefined) return summary;
    return { ...summary, scenarios: { ...summary.scenarios, teardownFailure } };
  };
  return { plan: ready, ended: ended as AroundRun['ended'], giveUp };
}
