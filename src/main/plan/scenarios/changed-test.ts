import { ERROR_CODES, VolleyError } from '../../../protocol/errors.ts';
import type { Executor, TestDefinition } from '../../../protocol/test-definition.ts';
import { MS_PER_HOUR } from '../../../protocol/units.ts';
import { meantOrOneOf } from '../../text/nearest.ts';
import { parseStageList, rateOf } from '../load.ts';
import type { RunOptions } from '../options.ts';
import { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';
import { type Misfit, type RawLoad, resizedLoad, type Size } from './resized-load.ts';
import { withoutRulesOf } from './scenario-rules.ts';
import { MOST_ITERATIONS, MOST_USERS } from './user-load.ts';

const LONGEST_MS = 168 * MS_PER_HOUR;
/** Of scenarios they are users, or iterations a second. */
const OF_USERS = {
  number: 'number',
  nothing: 'nothing is ever started: give at least one stage a number above zero',
  example: '10s:100 or 30s:0..100',
};

/** Command-line options that change the scenarios of a module, as typed. */
export interface TestChanges {
  readonly vus?: string | undefined;
  readonly iterations?: string | undefined;
  /** The name of the only scenario to run. */
  readonly only?: string | undefined;
}

type Typed = TestChanges & Pick<RunOptions, 'duration' | 'rate' | 'stages'>;

/**
 * Applies the command line to a test: only one of its scenarios, or a load of another size.
 *
 * @throws VolleyError VOLLEY_USAGE for options that do not fit the test's load
 */
export function changedTest(definition: TestDefinition, typed: Typed): TestDefinition {
  const problems = new Problems();
  const chosen = withOnly(definition, typed.only, problems);
  const size: Size = {
    vus: read(typed.vus, (text) => problems.count('vus', text, 1, MOST_USERS)),
    iterations: read(typed.iterations, (text) => problems.count('iterations', text, 1, MOST_ITERATIONS)),
    durationMs: read(typed.duration, (text) => problems.durationMs('duration', text, 1, LONGEST_MS)),
    rate: read(typed.rate, (text) => rateOf('rate', String(text), problems)),
    stages: read(typed.stages, (text) => parseStageList(text, problems, OF_USERS)),
  };
  refuseBesideStages(typed, problems);
  const changed = problems.size > 0 ? chosen : withSize(chosen, typed, size, problems);
  if (problems.size > 0) throw new VolleyError(ERROR_CODES.usage, problems.list);
  return changed;
}

/** Stages say all that these say. */
function refuseBesideStages(typed: Typed, problems: Problems): void {
  if (typed.stages === undefined) return;
  for (const option of ['vus', 'iterations', 'duration', 'rate'] as const)
    if (typed[option] !== undefined)
      problems.add(
        phrase`${the(option)} ${given(typed[option])} with ${the('stages')}: the stages say how many there are, and for how long: leave it out.`,
      );
}

function read<T, V>(typed: T | undefined, parse: (typed: T) => V | null): V | undefined {
  return typed === undefined ? undefined : (parse(typed) ?? undefined);
}

/** Removes the other scenarios with the rules about them, and a shared load that is no longer used. */
function withOnly(definition: TestDefinition, only: string | undefined, problems: Problems): TestDefinition {
  if (only === undefined) return definition;
  const { load, thresholds = [], scenarios, ...rest } = definition;
  const names = Object.keys(scenarios ?? {});
  const chosen = names.includes(only) ? scenarios[only] : undefined;
  if (chosen === undefined) {
    problems.add(
      phrase`${the('only')} ${given(only)}: there is no such scenario: ${meantOrOneOf(only, names)}`,
    );
    return definition;
  }
  return {
    ...rest,
    ...(load === undefined || chosen.load !== undefined ? {} : { load }),
    thresholds: withoutRulesOf(
      names.filter((name) => name !== only),
      thresholds,
    ),
    scenarios: { [only]: chosen },
  };
}

function withSize(definition: TestDefinition, typed: Typed, size: Size, problems: Problems): TestDefinition {
  const asked = (['vus', 'iterations', 'duration', 'rate', 'stages'] as const).filter(
    (option) => typed[option] !== undefined,
  );
  const [first] = asked;
  if (first === undefined) return definition;
  const { load, scenarios } = definition;
  const own = Object.keys(scenarios ?? {}).filter((name) => scenarios[name]?.load !== undefined);
  const [only, another] = own;
  if (another !== undefined || (only !== undefined && load !== undefined)) {
    problems.add(
      phrase`${the(first)} ${given(typed[first])}: the scenarios have loads of their own: choose one, as in ${the('only')} ${given(only ?? '')}.`,
    );
    return definition;
  }
  const owner = only === undefined ? undefined : scenarios[only];
  const raw: unknown = owner === undefined ? load : owner.load;
  // If it is not a load, that is reported with the rest of the module.
  if (typeof raw !== 'object' || raw === null) return definition;
  const resized = resizedLoad(raw as RawLoad, size);
  if (isMisfit(resized)) {
    const { option, advice } = resized;
    problems.add(phrase`${the(option)} ${given(typed[option])}: ${advice}`);
    return definition;
  }
  // Its fields are checked with the rest of the module.
  const changed = resized as unknown as Executor;
  if (only === undefined || owner === undefined) return { ...definition, load: changed };
  return { ...definition, scenarios: { ...scenarios, [only]: { ...owner, load: changed } } };
}

function isMisfit(resized: RawLoad | Misfit): resized is Misfit {
  return 'option' in resized && 'advice' in resized;
}
