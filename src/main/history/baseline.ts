import { hostname } from 'node:os';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { hiding } from '../../requests/secrets.ts';
import { isComparison, readSaved } from '../files/result-file.ts';
import { summarizePlan } from '../summary/plan-summary.ts';
import { requestsDigest } from '../summary/requests-digest.ts';
import { planFieldText } from '../text/target-text.ts';
import { type Held, heldOf } from './held.ts';
import { keptResults } from './kept-results.ts';
import { differingFacts, factsOf, type Kept, type PlanFacts } from './kept-run.ts';
import { backwardsFrom } from './run-folder.ts';

/** How many earlier runs show the scatter on this machine; older ones are less relevant. */
const MOST_EARLIER = 10;

/** What a result is compared with. */
export interface Baseline {
  /** The name as given, with its file if that differs. */
  readonly source: string;
  readonly result: Held;
  /** The name of the machine that measured it, if known and not this one. */
  readonly otherHost: string | null;
  /** Good results of the same plan on this machine, newest first; may include the baseline. */
  readonly earlier: readonly Held[];
}

/** What is measured: a plan and its number of rounds. */
interface Asked {
  readonly facts: PlanFacts;
  /** Whether it is measured in rounds (even a single one) rather than as a run. */
  readonly isRounds: boolean;
  /** Over how many agents; null on this machine. */
  readonly agents: number | null;
  /** Fields in which results may differ. */
  readonly open: readonly (keyof PlanFacts)[];
}

/** Agents of one pool may have workers of several kinds. */
const OPEN_OVER_AGENTS = ['mode'] as const satisfies readonly (keyof PlanFacts)[];
/** What is not known before agents have joined: how many workers they have, and connections where nobody gave them. */
const OPEN_BEFORE_AGENTS = [...OPEN_OVER_AGENTS, 'workers', 'concurrency'] as const;

/**
 * Finds the result to compare a plan's result with: `last` is the last good one of the same plan on this machine,
 * `last~1` the one before it; anything else is a file.
 *
 * @param rounds of `--repeat`; null for a run
 * @returns null if not enough good results are kept yet
 * @throws VolleyError VOLLEY_RESULT_FILE if a file cannot be used or is the result of another plan
 */
export async function findBaseline(
  name: string,
  plan: RunPlan,
  rounds: number | null = null,
  folder?: string,
): Promise<Baseline | null> {
  const asked = {
    facts: factsOfPlan(plan, rounds ?? 1),
    isRounds: rounds !== null,
    agents: plan.agents ?? null,
    open: plan.agents === undefined ? [] : OPEN_OVER_AGENTS,
  };
  const back = backwardsFrom(name);
  const earlier = await goodResults(asked, Math.max(MOST_EARLIER, (back ?? 0) + 1), folder);
  if (back === null) {
    const result = await namedResult(name, asked);
    const otherHost = result.host === hostname() ? null : result.host;
    return { source: name, result, otherHost, earlier };
  }
  const found = earlier[back];
  return found === undefined ? null : { source: name, result: found, otherHost: null, earlier };
}

/**
 * Checks what can be known of a baseline before agents have joined.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE if a file cannot be used or is the result of another plan
 */
export async function checkBaseline(name: string, plan: RunPlan): Promise<void> {
  if (backwardsFrom(name) !== null) return;
  const facts = factsOfPlan(plan, 1);
  await namedResult(name, { facts, isRounds: false, agents: plan.agents ?? null, open: OPEN_BEFORE_AGENTS });
}

async function goodResults(
  { facts, isRounds, agents, open }: Asked,
  most: number,
  folder?: string,
): Promise<Held[]> {
  const found: Held[] = [];
  const here = hostname();
  // `volley runs` reports files that cannot be used.
  for await (const { result, run } of keptResults(folder)) {
    if (!run.isGood || run.host !== here) continue;
    const isAlike = run.kind === (isRounds ? 'repeat' : 'run') && agentsOf(result) === agents;
    if (isAlike && differing(facts, run.plan, open).length === 0) found.push(heldOf(result));
    if (found.length === most) break;
  }
  return found;
}

async function namedResult(path: string, { facts, isRounds, agents, open }: Asked): Promise<Held> {
  const result = await readSaved(path);
  const refuse = (why: string): VolleyError =>
    new VolleyError(ERROR_CODES.resultFile, `--baseline '${path}': ${why}.`);
  if (isComparison(result) && !isRounds)
    throw refuse('it is the result of several rounds: measure rounds too (--repeat), or use volley compare');
  if (isRounds && !(isComparison(result) && result.kind === 'repeat'))
    throw refuse('it is not a result of --repeat: give one, or leave --repeat out');
  const held = heldOf(result);
  const [first] = held.rounds;
  const theirs = first === undefined ? null : factsOf(first, held.rounds.length);
  if (theirs === null) throw refuse('it has no rounds: give one that has');
  // It may be of another URL.
  const fields: string[] = differing(facts, theirs, [...open, 'target']);
  if (facts.target.method !== theirs.target.method) fields.push('target');
  if (agentsOf(result) !== agents) fields.push('agents');
  const named = fields.map(planFieldText);
  if (fields.length > 0)
    throw refuse(`it is the result of another plan (${named.join(', ')}): give one of the same plan`);
  return held;
}

/** In which fields two plans differ, apart from those that are open. */
function differing(
  facts: PlanFacts,
  theirs: PlanFacts,
  open: readonly (keyof PlanFacts)[],
): (keyof PlanFacts)[] {
  return differingFacts(facts, theirs).filter((field) => !open.includes(field));
}

/** Over how many agents it was measured; null where it was on one machine. */
function agentsOf(result: Kept): number | null {
  return isComparison(result) ? null : (result.agents?.length ?? null);
}

/** The facts that a result of this plan will have. */
function factsOfPlan(plan: RunPlan, rounds: number): PlanFacts {
  const hide = hiding(plan.supplies.secrets);
  const summarized = { ...summarizePlan(plan), requestsDigest: requestsDigest(plan) };
  const { target } = summarized;
  // In the form in which a result is read back: without what JSON leaves out.
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
        rounds,
      ),
    ),
  ) as PlanFacts;
}
