import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import { formatMs } from '../text/format.ts';
import { handleInterrupts } from './interrupts.ts';
import { say } from './say.ts';

/** What ends before needs no words. */
const LATE_AFTER_MS = 3_000;
const NOTHING_SENT = 'Nothing was sent.';

/** What is done once before and once after a run. */
export interface AroundRun {
  /**
   * Does what comes before the load.
   *
   * @returns the plan, completed by what setup returned; null if it was stopped
   * @throws VolleyError VOLLEY_SETUP if that fails
   */
  begin(stopping: AbortSignal): Promise<RunPlan | null>;
  /** Call when the run is over. */
  ended(summary: Summary): Promise<Summary>;
  /** Call when the run has no result. @throws error, which then also says what ran before and after it */
  failed(error: unknown): Promise<never>;
  /** Aborts whatever is still to be done. */
  giveUp(): void;
}

/**
 * Null if a run has nothing before and after it.
 *
 * @param note says what is waited for
 */
export function aroundRun(plan: RunPlan, note: (sentence: string) => void = say): AroundRun | null {
  const { scenarios } = plan;
  if (scenarios === undefined || !(scenarios.hasSetup || scenarios.hasTeardown)) return null;
  const givingUp = new AbortController();
  const watching = { tell: null, signal: givingUp.signal };
  let beginning: Promise<RunPlan | null> = Promise.resolve(null);
  const setUpOnce = async (stopping: AbortSignal): Promise<RunPlan | null> => {
    const { setUp } = await import('../once/setup.ts');
    const signal = AbortSignal.any([stopping, givingUp.signal]);
    return toldIfLate('setup', scenarios, note, setUp(plan, scenarios, { tell: null, signal }));
  };
  /** Why teardown failed; null also if there was nothing to tear down. */
  const tornDown = async (ready: RunPlan | null): Promise<string | null> => {
    if (ready === null) return null;
    const { tearDown } = await import('../once/setup.ts');
    const failure = await toldIfLate('teardown', scenarios, note, tearDown(ready, scenarios, watching));
    if (failure !== null) say(failure);
    return failure;
  };
  return {
    begin: (stopping) => {
      beginning = setUpOnce(stopping);
      return beginning;
    },
    ended: async (summary) => {
      const teardownFailure = await tornDown(await beginning);
      if (summary.scenarios === undefined) return summary;
      return { ...summary, scenarios: { ...summary.scenarios, teardownFailure } };
    },
    failed: async (error) => {
      const ready = await beginning.catch(() => null);
      if (ready === null) throw error;
      await tornDown(ready);
      throw withWhatRan(error, scenarios);
    },
    giveUp: () => givingUp.abort(),
  };
}

/** Says once what is waited for, and until when. */
async function toldIfLate<T>(
  part: string,
  { setupTimeoutMs }: ScenariosPlan,
  note: (sentence: string) => void,
  ended: Promise<T>,
): Promise<T> {
  const afterMs = Math.min(LATE_AFTER_MS, setupTimeoutMs / 4);
  const leftMs = setupTimeoutMs - afterMs;
  const timer = setTimeout(
    () => note(`waiting for ${part}: it is interrupted in ${formatMs(leftMs)}, when setupTimeout is over.`),
    afterMs,
  );
  return ended.finally(() => clearTimeout(timer));
}

/** Does what comes before a load from this machine; null if it was stopped, by a signal. */
export async function begunHere(around: AroundRun, note: (line: string) => void): Promise<RunPlan | null> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const ignore = handleInterrupts({ stop, abort: stop }, note);
  const ready = await around.begin(stopping.signal).finally(ignore);
  if (ready === null) say('Stopped in setup: nothing was measured.');
  return ready;
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
