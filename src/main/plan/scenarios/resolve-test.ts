import { basename } from 'node:path';
import { ERROR_CODES, type Problem, VolleyError } from '../../../protocol/errors.ts';
import type { RunPlan } from '../../../protocol/plan.ts';
import type { ScenariosPlan, UserPool } from '../../../protocol/scenario.ts';
import type { TestDefinition } from '../../../protocol/test-definition.ts';
import type { Threshold } from '../../../protocol/threshold.ts';
import { endOfStartsMs, mostUsers } from '../../../time/user-schedule.ts';
import { defaultMaxInFlight } from '../load.ts';
import { openFilesFor } from '../open-files.ts';
import type { RunOptions } from '../options.ts';
import { Problems } from '../problems.ts';
import { checkOptions, completePlan, type UnresolvedPlan } from '../resolve.ts';
import { MODULE_FIELDS, moduleTerms } from '../terms.ts';
import { parseThresholds, percentilesIn, withErrorRate } from '../thresholds.ts';
import { withProblems } from '../worded-problem.ts';
import { carriedWith } from './carried-code.ts';
import { changedTest, type TestChanges } from './changed-test.ts';
import type { LoadedTest } from './load-test.ts';
import { type ReadTest, readTest } from './read-test.ts';
import { impliedRules, scenarioRules } from './scenario-rules.ts';
import { baseOf, isSaidThere, withTest } from './test-options.ts';
import { streamOptionsOf } from './test-streams.ts';

/** Stands for the base URL of a test that has none: nothing is sent there. */
const NO_BASE = 'http://127.0.0.1/';

/** The plan of a test, before and after its target's name is looked up. */
interface PlannedTest {
  readonly asked: UnresolvedPlan;
  readonly plan: RunPlan;
}

/**
 * Makes the plan of a run whose requests come from scenarios.
 *
 * @param options options of the command line, which take precedence
 * @param changes options of the command line that only scenarios have
 * @param earlier problems already found by the caller, reported with the others
 * @param isSentFromHere if false, limits of this machine do not apply to the load
 * @throws VolleyError VOLLEY_SCENARIO for what is wrong with the scenarios, VOLLEY_USAGE or VOLLEY_UNKNOWN_HOST
 */
export async function resolveTest(
  test: LoadedTest,
  { duration, rate, stages, ...options }: RunOptions,
  changes: TestChanges,
  earlier: readonly string[] = [],
  isSentFromHere = true,
): Promise<PlannedTest> {
  const misfits: Problem[] = [];
  const definition = changedIfFit(test.definition, { ...changes, duration, rate, stages }, misfits);
  const problems: string[] = [];
  const mostArriving = defaultMaxInFlight(null, options.workers === undefined ? 1 : Number(options.workers));
  const read = readTest(definition, test, mostArriving, problems);
  const base = baseOf(definition, problems);
  const streaming = streamOptionsOf(definition, problems);
  const { thresholds: given = [], ...rest } = withTest(options, definition, problems);
  if (problems.length === 0 && isSentFromHere) checkUsers(read, problems);
  const inCode: string[] = [];
  const { code, secrets } = await test.code(read, inCode);
  const carriedCode =
    isSentFromHere || problems.length > 0 ? {} : carriedWith(code, definition, test.isOfOne, problems);
  const inRules: string[] = [];
  const { own: ofScenarios, others: asked } = scenarioRules(given, read, inRules);
  const { named, others } = rulesOfRequests(asked);
  const own = [...ofScenarios, ...named];
  const ofTest = [...problems.map(test.placed), ...inCode];
  const wrong = [...earlier, ...misfits, ...ofTest, ...inRules];
  const errorCode = ofTest.length > 0 ? ERROR_CODES.scenario : ERROR_CODES.usage;
  try {
    const ofRequests = { ...rest, ...streaming, thresholds: others, url: base ?? NO_BASE };
    const unresolved = checkOptions(ofRequests, [], null, isSentFromHere);
    if (wrong.length > 0) throw new VolleyError(errorCode, wrong);
    const supplies = { ...unresolved.supplies, ...carriedCode };
    const fields = MODULE_FIELDS.filter((field) => isSaidThere(field, definition, options));
    const asked: UnresolvedPlan = {
      ...complete(
        withSecrets({ ...unresolved, supplies }, secrets),
        { code, file: basename(test.path) },
        ...([read, base, own] as const),
      ),
      notes: [],
      writtenIn: unresolved.writtenIn ?? { in: 'module', fields },
    };
    // What is done once is done from here.
    const { hasSetup, hasTeardown } = read.once;
    return { asked, plan: await completePlan(asked, isSentFromHere || hasSetup || hasTeardown) };
  } catch (error) {
    const terms = moduleTerms(test.name, (field) => isSaidThere(field, definition, options));
    const placed = test.isTermOfModule ? withProblems(error, (problem) => problem.inTerms(terms)) : error;
    if (wrong.length === 0 || !(placed instanceof VolleyError)) throw placed;
    const told = new Set(wrong.map(String));
    const more = placed.problems.filter((problem) => !told.has(String(problem)));
    throw new VolleyError(errorCode, [...wrong, ...more]);
  }
}

/** The test as the command line changes it, or as it is if that does not fit: the rest of it is checked all the same. */
function changedIfFit(
  definition: TestDefinition,
  typed: Parameters<typeof changedTest>[1],
  problems: Problem[],
): TestDefinition {
  try {
    return changedTest(definition, typed);
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error;
    problems.push(...error.problems);
    return definition;
  }
}

/** Rules on requests by name; since only the run finds out the names, a rule on one that is never sent does not hold. */
function rulesOfRequests(asked: readonly string[]): {
  readonly named: readonly Threshold[];
  readonly others: readonly string[];
} {
  const named: Threshold[] = [];
  const others: string[] = [];
  for (const expression of asked) {
    // Invalid rules are reported with the others.
    const [rule] = parseThresholds([expression], new Problems());
    if (rule === undefined || rule.request === null) others.push(expression);
    else named.push(rule);
  }
  return { named, others };
}

function withSecrets(plan: UnresolvedPlan, more: readonly string[]): UnresolvedPlan {
  if (more.length === 0) return plan;
  return { ...plan, supplies: { ...plan.supplies, secrets: [...plan.supplies.secrets, ...more] } };
}

function complete(
  plan: UnresolvedPlan,
  { code, file }: Pick<ScenariosPlan, 'code' | 'file'>,
  { scenarios, pools, metrics, rows, once }: ReadTest,
  base: string | null,
  own: RunPlan['thresholds'],
): UnresolvedPlan {
  const users = pools.reduce((sum, { load }) => sum + mostUsers(load), 0);
  const thresholds = [...own, ...withErrorRate(plan.thresholds, [])];
  return {
    ...plan,
    stream: plan.stream === undefined || plan.stream === null ? null : { ...plan.stream, keepsText: true },
    percentiles: [...new Set([...plan.percentiles, ...percentilesIn(own)])],
    workers: Math.min(plan.workers, users),
    concurrency: users,
    stop: { requests: null, durationMs: durationOf(pools) },
    thresholds: [
      ...thresholds,
      ...impliedRules(
        thresholds,
        scenarios.map(({ name }) => name),
      ),
    ],
    supplies: { ...plan.supplies, scenarioRows: rows },
    scenarios: { code, file, base, scenarios, pools, metrics, ...once },
  };
}

/** For how long iterations are started; null if their number limits that. */
function durationOf(pools: readonly UserPool[]): number | null {
  const isBudget = pools.some(({ load }) => load.type === 'iterations');
  return isBudget ? null : Math.max(...pools.map(({ load }) => endOfStartsMs(load)));
}

/** Checks open files: each concurrent user has at least one connection. */
function checkUsers({ pools }: ReadTest, problems: string[]): void {
  const users = pools.reduce((sum, { load }) => sum + (load.type === 'arrivals' ? 0 : mostUsers(load)), 0);
  const { limit, connections } = openFilesFor('threads', 1);
  if (users > connections)
    problems.push(
      `${users.toLocaleString('en')} users need a connection each, but this process may have ${limit} files open, which leaves ${connections}: raise the limit (ulimit -n), or ask for fewer.`,
    );
}
