import type { Comparison } from '../../protocol/comparison.ts';
import { VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { againstBaseline } from '../history/against-baseline.ts';
import { type Baseline, checkBaseline, findBaseline } from '../history/baseline.ts';
import { heldOf } from '../history/held.ts';
import type { Told } from '../plan/problems.ts';
import { choiceSentence } from '../text/nearest.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const FAILURES = ['slower'] as const;

/** The baseline to compare a run with, and whether the run fails if it is slower. */
interface AskedBaseline {
  /** `last`, `last~1` or a file; null without a baseline. */
  readonly name: string | null;
  readonly failsIfSlower: boolean;
  /** Whether the result will itself be kept, with `--save`. */
  readonly isKept: boolean;
}

/** Reads the baseline options; problems are added to the list. */
export function baselineFrom(parsed: Parsed, problems: Told[]): AskedBaseline {
  const name = parsed.last('baseline') ?? null;
  const failIf = parsed.last('fail-if');
  if (name === '') problems.push("--baseline '': give last, last~1 or the file of a result.");
  if (failIf !== undefined && !FAILURES.some((known) => known === failIf))
    problems.push(choiceSentence('--fail-if', failIf, FAILURES));
  if (failIf !== undefined && name === null)
    problems.push(`--fail-if '${failIf}': it needs a --baseline to compare with: add --baseline last.`);
  return { name, failsIfSlower: failIf !== undefined, isKept: parsed.flag('save') };
}

/** The baseline that the result is compared with. */
export interface OpenBaseline {
  /** Null if none is kept yet; undefined if none was requested. */
  readonly baseline: Baseline | null | undefined;
  readonly failsIfSlower: boolean;
}

/**
 * Finds the baseline before anything is sent.
 *
 * @param rounds of `--repeat`; null for a run
 * @throws VolleyError VOLLEY_RESULT_FILE
 */
export async function openBaseline(
  { name, failsIfSlower, isKept }: AskedBaseline,
  plan: RunPlan,
  rounds: number | null = null,
): Promise<OpenBaseline> {
  const baseline = name === null ? undefined : await findBaseline(name, plan, rounds);
  if (baseline === null)
    say(
      `--baseline '${name}': no such good ${rounds === null ? 'run' : 'result'} of this plan on this machine is kept yet, so nothing is compared: ${isKept ? 'this one is kept when it ends' : `keep ${rounds === null ? 'runs' : 'results'} with --save`}.`,
    );
  return { baseline, failsIfSlower };
}

/**
 * Finds the baseline of a run: before anything is sent, or over agents once it is known which workers they had.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE
 */
export async function baselineOf(
  asked: AskedBaseline,
  plan: RunPlan,
): Promise<(result: Summary) => Promise<OpenBaseline>> {
  if (plan.agents === undefined) {
    const found = await openBaseline(asked, plan);
    return async () => found;
  }
  if (asked.name !== null) await checkBaseline(asked.name, plan);
  return async ({ plan: { workers, mode, concurrency }, agents }) => {
    const carriedOut = { ...plan, workers, mode, concurrency, agents: agents?.length ?? 0 };
    return openBaseline(asked, carriedOut).catch((error: unknown) => {
      // The load has been sent: its result is worth more than the comparison.
      if (!(error instanceof VolleyError)) throw error;
      say(error.message);
      return { baseline: null, failsIfSlower: asked.failsIfSlower };
    });
  };
}

/** Adds the comparison with the baseline to a result, if there is a baseline. */
export function heldAgainst<Result extends Summary | Comparison>(
  { baseline, failsIfSlower }: OpenBaseline,
  result: Result,
): Result {
  if (baseline === undefined) return result;
  if (baseline === null) return { ...result, baseline };
  if (result.interrupted || heldOf(result).rounds.every(({ requests }) => requests.ok === 0)) {
    say(`not compared with ${baseline.source}: this result has nothing to compare.`);
    return result;
  }
  return { ...result, baseline: againstBaseline(result, baseline, failsIfSlower) };
}
