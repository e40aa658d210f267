import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { ExitCode } from '../../protocol/exit-codes.ts';
import { rereading } from '../files/input-files.ts';
import { CLUSTER_OPTIONS } from '../plan/option-table/cluster-options.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { type PlanFile, readPlanFile } from '../plan/plan-file.ts';
import { planTerms } from '../plan/terms.ts';
import { withProblems } from '../plan/worded-problem.ts';
import { meantOrOneOf } from '../text/nearest.ts';
import { isWebAddress, urlInPlaceOfPlan } from './misplaced-words.ts';
import type { Parsed } from './parsed.ts';
import { type Planned, runCommand } from './run-command.ts';

const MODULE_OF_SCENARIOS = /\.[cm]?[jt]s$/i;
const WITH_MARKUP = /\.[cm]?[jt]sx$/i;

/** `volley run <plan>`: a run that a file describes; options on the command line override it. */
export async function planCommand(parsed: Parsed, problems: string[]): Promise<ExitCode> {
  const path = parsed.positionals[0];
  if (path === undefined) {
    problems.push('No plan was given: give a file, for instance volley run plan.yaml.');
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  if (isWebAddress(path)) {
    problems.push(urlInPlaceOfPlan(path));
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  if (WITH_MARKUP.test(path)) {
    problems.push(
      `${path}: Node does not run JSX: give a module of scenarios that ends with .ts, .mts, .js or .mjs, or a plan, such as plan.yaml.`,
    );
    throw new VolleyError(ERROR_CODES.usage, problems);
  }
  if (MODULE_OF_SCENARIOS.test(path)) {
    const taken = refuseOthers(parsed, path, problems);
    return runCommand(taken.withDefaults({}, []), problems, {
      path,
      loadTest: async () => (await import('../plan/scenarios/load-test.ts')).loadTest(path),
    });
  }
  const plan = await rereading(() => readPlanFile(path));
  problems.push(...plan.problems);
  const taken = plan.flow === null ? parsed : refuseInFlow(parsed, path, plan, problems);
  refuseUnknownSettings(parsed, plan.variables, problems);
  const { url, ...options } = Object.fromEntries(plan.options);
  const known = new Set(Object.keys(parsed.values).filter((name) => parsed.values[name] !== undefined));
  try {
    // The first argument of a run is its URL, that of a plan is its file.
    return await runCommand(taken.withDefaults(options, []), problems, {
      path,
      url: Array.isArray(url) ? url[0] : undefined,
      mix: plan.mix ?? undefined,
      variables: plan.variables,
      presets: plan.presets,
      ...loaderOf(plan),
      writtenIn: { in: 'plan', onCommandLine: [...known] },
    });
  } catch (error) {
    throw withProblems(error, (problem) => problem.inTerms(planTerms(placesIn(plan), known)));
  }
}

/** The places of options, those of `streams` included. */
function placesIn({ places, flow }: PlanFile): ReadonlyMap<string, string> {
  const streams = flow?.data['streams'];
  if (flow === null || typeof streams !== 'object' || streams === null) return places;
  const ofStreams = Object.keys(streams).map((name) => [name, flow.placeOf(['streams', name])] as const);
  return new Map([...places, ...ofStreams]);
}

/** Options that apply to a run with users; the others are set in the module, or concern other kinds of load. */
const FOR_TESTS = new Set<string>([
  ...['workers', 'mode', 'client', 'header', 'user', 'bearer-env', 'user-agent', 'compressed'],
  ...[
    'vus',
    'iterations',
    'only',
    'duration',
    'rate',
    'stages',
    'timeout',
    'percentiles',
    'threshold',
    'seed',
    'once',
  ],
  ...['insecure', 'cacert', 'cert', 'key', 'sni', 'tls-min', 'resolve', 'addresses', 'connect-to'],
  ...['unix-socket', 'proxy', 'proxy-tunnel', 'http2', 'h2c'],
  ...['output', 'out', 'html', 'save', 'baseline', 'fail-if', 'step-summary', 'live', 'otlp'],
]);

/** What to use with scenarios instead of an option. */
const OF_SCENARIOS: Readonly<Record<string, string>> = {
  concurrency: '--vus',
  requests: '--iterations',
  every: '--rate',
};

/** Options that change a test's loads; in a plan they belong in `load`. */
const OF_LOADS = ['vus', 'iterations', 'only', 'duration', 'rate', 'stages'];

/** Refuses what scenarios do not have, and returns the others: of what is refused nothing else is told. */
function refuseOthers(
  parsed: Parsed,
  path: string,
  problems: string[],
  alsoTaken: readonly string[] = [],
): Parsed {
  const refused = Object.keys(RUN_TABLE).filter(
    (name) =>
      // Those of agents are for runs of every kind.
      !(name in CLUSTER_OPTIONS || FOR_TESTS.has(name) || alsoTaken.includes(name)) &&
      parsed.values[name] !== undefined,
  );
  for (const name of refused) {
    const instead = OF_SCENARIOS[name];
    problems.push(
      instead === undefined
        ? `--${name} with ${path}: scenarios set that themselves, or do not have it: leave it out.`
        : `--${name} with ${path}: for scenarios that is ${instead}.`,
    );
  }
  return parsed.without(refused);
}

/** Loads the steps of a plan with scenarios. */
function loaderOf({ flow, options }: PlanFile): Pick<Planned, 'loadTest'> {
  if (flow === null) return {};
  const [url] = [options.get('url') ?? []].flat();
  return {
    loadTest: async (variables) =>
      (await import('../plan/flows/load-flow.ts')).loadFlow(
        flow,
        url === true ? undefined : url,
        new Map(Object.entries(variables)),
      ),
  };
}

function refuseInFlow(
  parsed: Parsed,
  path: string,
  { options, places, mix }: PlanFile,
  problems: string[],
): Parsed {
  if (mix !== null)
    problems.push(
      `${path}: mix and scenarios: a plan has either requests by weight or steps of users: give one of them.`,
    );
  for (const name of options.keys())
    if (OF_LOADS.includes(name) || (!FOR_TESTS.has(name) && name !== 'url'))
      problems.push(
        `${places.get(name) ?? path}: '${name}' with scenarios: ${OF_LOADS.includes(name) ? 'it belongs in their load.' : 'they set that themselves, or do not have it: leave it out.'}`,
      );
  return refuseOthers(parsed, path, problems, ['set']);
}

/** A name that the plan does not have is a typo: the plan's own value would be sent. */
function refuseUnknownSettings(
  parsed: Parsed,
  variables: Readonly<Record<string, string>>,
  problems: string[],
): void {
  const names = Object.keys(variables);
  for (const setting of parsed.all('set')) {
    const name = setting.slice(0, Math.max(0, setting.indexOf('=')));
    if (name !== '' && !names.includes(name))
      problems.push(
        `--set '${name}': the plan has no variable of that name: ${names.length === 0 ? 'it has none.' : meantOrOneOf(name, names)}`,
      );
  }
}
