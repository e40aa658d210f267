import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import { handleInterrupts } from './interrupts.ts';
import { say } from './say.ts';

const NOTHING_SENT = 'Nothing was sent.';

/** What is done once before and once after a run. */
export interface AroundRun {
  /** The plan, completed by what setup returned. */
  readonly plan: RunPlan;
  /** Call when the run is over. */
  ended(summary: Summary): Promise<Summary>;
  /** Call when the run has no result. @throws error, which then also says what ran before and after it */
  failed(error: unknown): Promise<never>;
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
    return {
      plan,
      ended: async (summary) => summary,
      failed: async (error) => {
        throw error;
      },
      giveUp: () => {},
    };
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
  const tornDown = async (): Promise<string | null> => {
    const failure = await tearDown(ready, scenarios, watching);
    if (failure !== null) say(failure);
    return failure;
  };
  return {
    plan: ready,
    ended: async (summary) => {
      const teardownFailure = await tornDown();
      if (summary.scenarios === undefined) return summary;
      return { ...summary, scenarios: { ...summary.scenarios, teardownFailure } };
    },
    failed: async (error) => {
      await tornDown();
      throw withWhatRan(error, scenarios);
    },
    giveUp,
  };
}

/** Errors of a run that never began say, or imply, that nothing was sent; setup and teardown were. */
function withWhatRan(error: unknown, { hasSetup, hasTeardown }: ScenariosPlan): unknown {
  if (!(error instanceof VolleyError)) return error;
  const hasBegun = error.code !== ERROR_CODES.usage && !error.message.endsWith(NOTHING_SENT);
  if (hasBegun) return error;
  const ran = [...(hasSetup ? ['setup'] : []), ...(hasTeardown ? ['teardown'] : [])].join(' and ');
  const last = error.problems.length - 1;
  return new VolleyError(
    error.code,
    error.problems.map((problem, index) =>
      index < last ? problem : `${String(problem).replace(NOTHING_SENT, '').trimEnd()} Only ${ran} ran.`,
    ),
  );
}
