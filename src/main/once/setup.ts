import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import type { OnceOutcome, OnceStep } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import { secretsInData } from '../../requests/data-secrets.ts';
import { hiding } from '../../requests/secrets.ts';
import { formatMs } from '../text/format.ts';
import { doOnce } from './parts.ts';

/** How to follow and end a part. */
interface Watching {
  readonly tell: ((step: OnceStep) => void) | null;
  readonly signal: AbortSignal;
}

/**
 * Runs the setup of a plan's scenarios.
 *
 * @returns the plan with the data it returned; null if it was stopped
 * @throws VolleyError VOLLEY_SETUP if it fails
 */
export async function setUp(
  plan: RunPlan,
  scenarios: ScenariosPlan,
  { tell, signal }: Watching,
): Promise<RunPlan | null> {
  if (!scenarios.hasSetup) return plan;
  const longestMs = scenarios.setupTimeoutMs;
  const outcome = await doOnce(plan, scenarios, { part: 'setup', longestMs, tell, signal });
  if (signal.aborted) return null;
  const why = whyFailed(outcome, longestMs);
  if (why !== null) throw new VolleyError(ERROR_CODES.setup, hiding(plan.supplies.secrets)(`setup ${why}`));
  const scenarioData = copied(outcome.value);
  const secrets = [...plan.supplies.secrets, ...secretsInData(scenarioData)];
  return { ...plan, supplies: { ...plan.supplies, secrets, scenarioData } };
}

/**
 * Runs the teardown.
 *
 * @returns why it failed; null if it did not, if there is none, or if it was stopped
 */
export async function tearDown(
  plan: RunPlan,
  scenarios: ScenariosPlan,
  { tell, signal }: Watching,
): Promise<string | null> {
  if (!scenarios.hasTeardown || signal.aborted) return null;
  const longestMs = scenarios.setupTimeoutMs;
  const outcome = await doOnce(plan, scenarios, { part: 'teardown', longestMs, tell, signal });
  if (signal.aborted) return null;
  const why = whyFailed(outcome, longestMs);
  return why === null ? null : hiding(plan.supplies.secrets)(`teardown ${why}`);
}

function whyFailed({ failure, isInterrupted }: OnceOutcome, longestMs: number): string | null {
  if (failure !== null) return `failed: ${failure.example}`;
  if (!isInterrupted) return null;
  return `did not end within ${formatMs(longestMs)}: look at what it awaits, or give the test a longer setupTimeout.`;
}

/** Copies the value, as workers of every kind get a copy. @throws VolleyError if it cannot be copied */
function copied(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.setup,
      `setup returned a value that cannot be sent to workers (${messageOf(error)}): return plain data.`,
    );
  }
}
