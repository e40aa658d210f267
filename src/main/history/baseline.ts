import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { hiding } from '../../requests/secrets.ts';
import { isComparison, readSaved } from '../files/result-file.ts';
import { summarizePlan } from '../summary/plan-summary.ts';
import { factsOf, isGood, type Kept, type PlanFacts } from './kept-run.ts';
import { backwardsFrom, keptRuns } from './run-folder.ts';

/** So many earlier runs show how much runs scatter on this machine; older ones say less of it. */
const MOST_EARLIER = 10;

/** What a run is held against. */
export interface Baseline {
  /** As it was named, with its file where that is another. */
  readonly source: string;
  readonly result: Summary;
  /** Good runs of the same plan on this machine, the newest first; the baseline may be one of them. */
  readonly earlier: readonly Summary[];
}

/**
 * What a plan's run is to be held against: `last` is the last good run of the same plan on this machine, `last~1` the
 * one before it; anything else is a file.
 *
 * @returns null where so many good runs are not kept yet
 * @throws VolleyError VOLLEY_RESULT_FILE where a file cannot be used, or is the result of another plan
 */
export async function findBaseline(asked: string, plan: RunPlan, folder?: string): Promise<Baseline | null> {
  const facts = factsOfPlan(plan);
  const back = backwardsFrom(asked);
  const earlier = await goodRuns(facts, Math.max(MOST_EARLIER, (back ?? 0) + 1), folder);
  if (back === null) return { source: asked, result: await namedResult(asked, facts), earlier };
  const found = earlier[back];
  return found === undefined ? null : { source: asked, result: found, earlier };
}

async function goodRuns(facts: PlanFacts, most: number, folder?: string): Promise<Summary[]> {
  const found: Summary[] = [];
  const here = hostname();
  for (const path of await keptRuns(folder)) {
    // What cannot be read is told by volley runs.
    const result: Kept | null = await readSaved(path).catch(() => null);
    if (result === null || isComparison(result) || result.origin?.host !== here) continue;
    if (isGood(result) && isDeepStrictEqual(factsOf(result, 1), facts)) found.push(result);
    if (found.length === most) break;
  }
  return found;
}

async function namedResult(path: string, facts: PlanFacts): Promise<Summary> {
  const result = await readSaved(path);
  const refuse = (why: string): VolleyError =>
    new VolleyError(ERROR_CODES.resultFile, `--baseline '${path}': ${why}.`);
  if (isComparison(result))
    throw refuse(
      'it is the result of several rounds: measure rounds too, and hold them together with volley compare',
    );
  const theirs = factsOf(result, 1);
  const differing = (Object.keys(facts) as (keyof PlanFacts)[]).filter(
    (field) => field !== 'target' && !isDeepStrictEqual(facts[field], theirs[field]),
  );
  if (facts.target.method !== theirs.target.method) differing.push('target');
  if (differing.length > 0)
    throw refuse(`it is the result of another plan (${differing.join(', ')}): give one of the same`);
  return result;
}

/** As a result of this plan will have them. */
function factsOfPlan(plan: RunPlan): PlanFacts {
  const hide = hiding(plan.supplies.secrets);
  const summarized = summarizePlan(plan);
  const { target } = summarized;
  // As a result is read again: what JSON leaves out is not there.
  return JSON.parse(
    JSON.stringify(
      factsOf(
        {
          plan: { ...summarized, target: { ...target, url: hide(target.url) } },
          mix:
            plan.mix.length < 2
              ? []
              : plan.mix.map(({ name, message: { method, url }, weight }) => ({
                  ...{ name, method, weight },
                  url: hide(url),
                })),
        },
        1,
      ),
    ),
  ) as PlanFacts;
}
