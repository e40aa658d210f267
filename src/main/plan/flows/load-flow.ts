import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importAll } from '../../../machine/load-module.ts';
import { ERROR_CODES, VolleyError } from '../../../protocol/errors.ts';
import type { FlowStep, FlowTest, ScenarioFlow } from '../../../protocol/flow.ts';
import type { RowCells } from '../../../protocol/request.ts';
import type { RowDeal } from '../../../protocol/scenario-words.ts';
import type {
  Executor,
  ScenarioDefinition,
  StreamOptions,
  TestDefinition,
} from '../../../protocol/test-definition.ts';
import { loadConditions } from '../../../requests/conditions.ts';
import { cellOf } from '../../../requests/row-table.ts';
import { quoted } from '../../text/quoted.ts';
import { camelCase } from '../option-table/entry.ts';
import { SCENARIO_API } from '../scenario-api.ts';
import { type LoadedTest, whyNotLoaded } from '../scenarios/load-test.ts';
import type { ReadTest } from '../scenarios/read-test.ts';
import { asMeant, hidesNames } from './as-meant.ts';
import { FlowNames, type Given } from './flow-names.ts';
import { FLOW_FIELDS, FLOW_PLAN, type FlowPlan, SCENARIO_FIELDS, STREAMS_FIELDS } from './flow-schema.ts';
import { placedIn, type WrittenFlow } from './places.ts';
import { type CalledFunction, type StepContext, StepReader } from './read-steps.ts';
import { collectSetNames } from './set-names.ts';
import { sentencesFor } from './written-fields.ts';

type Keys = readonly PropertyKey[];
type Flow = readonly unknown[];

const NO_COLUMNS: ReadonlySet<string> = new Set();
/** Does nothing: steps are run where the users are. */
const nothing = (): void => {};

/**
 * Loads the test that a plan file describes by steps.
 *
 * @param url prefix of paths; undefined if each request must have a whole URL
 * @param variables of the plan and the command line
 * @throws VolleyError VOLLEY_SCENARIO if it does not have the form of a test
 */
export async function loadFlow(
  written: WrittenFlow,
  url: string | undefined,
  variables: ReadonlyMap<string, string>,
): Promise<LoadedTest> {
  const first = FLOW_PLAN.safeParse(written.data);
  const wrong = sentencesFor(first.error, [], written.placeOf, (path) =>
    path.length === 0 ? FLOW_FIELDS : path[0] === 'streams' ? STREAMS_FIELDS : SCENARIO_FIELDS,
  );
  const plan = first.data ?? FLOW_PLAN.safeParse(asMeant(written.data, first.error.issues)).data;
  if (plan === undefined) throw new VolleyError(ERROR_CODES.scenario, wrong);
  const secrets = new Set<string>();
  const given: Given = { variables, secrets };
  const problems: string[] = [...wrong];
  const outside = new FlowNames(given, null, new Set(), false);
  const baseURL =
    url === undefined
      ? undefined
      : outside
          .text(url, 'raw', (advice) => problems.push(`${written.placeOf(['url'])}: ${advice}`))
          .join('');
  return {
    definition: definitionOf(plan, baseURL),
    path: resolve(written.path),
    name: written.path,
    placed: (sentence) => placedIn(written, sentence),
    isTermOfModule: false,
    isOfOne: false,
    code: async (read, told) => {
      told.push(...problems);
      const standIns = { areThere: wrong.length > 0, hideNames: hidesNames(first.error?.issues ?? []) };
      const flow = await readFlow(plan, written, read, given, told, standIns);
      return { code: { type: 'flow', flow }, secrets: [...secrets] };
    },
  };
}

/** The definition that a module would have, so that loads, rows and weights are checked by the same code. */
function definitionOf(plan: FlowPlan, baseURL: string | undefined): TestDefinition {
  const { load, metrics, setup, teardown, 'setup-timeout': setupTimeout, streams, scenarios = {} } = plan;
  return {
    ...(streams === undefined ? {} : { streams: streamsOf(streams) }),
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(load === undefined ? {} : { load: load as unknown as Executor }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(setup === undefined ? {} : { setup: nothing }),
    ...(teardown === undefined ? {} : { teardown: nothing }),
    ...(setupTimeout === undefined ? {} : { setupTimeout: setupTimeout as '60s' }),
    scenarios: Object.fromEntries(Object.entries(scenarios).map(([name, own]) => [name, scenarioOf(own)])),
  };
}

/** With the names that the fields have in a module. */
function streamsOf(streams: NonNullable<FlowPlan['streams']>): StreamOptions {
  return Object.fromEntries(Object.entries(streams).map(([name, value]) => [camelCase(name), value]));
}

function scenarioOf(own: NonNullable<FlowPlan['scenarios']>[string]): ScenarioDefinition {
  const { load, weight, rows, cookies, 'rows-mode': deal = 'cycle' } = own;
  const { 'keep-cookies': keepCookies, 'new-connection': newConnection } = own;
  return {
    exec: nothing,
    ...(own['vu-setup'] === undefined ? {} : { vuSetup: nothing }),
    ...(own['vu-teardown'] === undefined ? {} : { vuTeardown: nothing }),
    ...(load === undefined ? {} : { load: load as unknown as Executor }),
    ...(weight === undefined ? {} : { weight }),
    ...(cookies === undefined ? {} : { cookies }),
    ...(keepCookies === undefined ? {} : { keepCookies }),
    ...(newConnection === undefined ? {} : { newConnection }),
    ...(rows === undefined ? {} : { rows: rowsOf(rows, deal) }),
  };
}

function rowsOf(file: string, deal: RowDeal): NonNullable<ScenarioDefinition['rows']> {
  return { kind: 'rows', source: { type: isJsonLines(file) ? 'jsonl' : 'csv', file }, deal };
}

function isJsonLines(file: string): boolean {
  return /\.(?:jsonl|ndjson)$/i.test(file);
}

/** What stands in for parts of a plan that could not be read. */
interface StandIns {
  readonly areThere: boolean;
  /** The parts would have set names. */
  readonly hideNames: boolean;
}

/** Reads all steps; what is wrong is added to `problems`, with its place. */
async function readFlow(
  plan: FlowPlan,
  written: WrittenFlow,
  { scenarios: asked, rows, metrics }: ReadTest,
  given: Given,
  problems: string[],
  standIns: StandIns,
): Promise<FlowTest> {
  const called: (CalledFunction & { readonly url: string })[] = [];
  const path = resolve(written.path);
  const take = (one: CalledFunction): string => {
    const url = pathToFileURL(resolve(dirname(path), one.file)).href;
    called.push({ ...one, url });
    return url;
  };
  const hasStreams = plan.streams !== undefined;
  const conditions = await loadConditions();
  const context = { written, metrics, conditions, hasStreams, problems, called: take };
  const parts = new Parts(context, given);
  const noColumns = standIns.hideNames ? null : NO_COLUMNS;
  const setup = parts.add(plan.setup, ['setup'], null, noColumns);
  const teardown = parts.add(plan.teardown, ['teardown'], setup.names, noColumns);
  const scenarios = asked.flatMap(({ name }, index) => {
    const own = plan.scenarios?.[name];
    if (own === undefined) return [];
    const columns = noColumns === null ? null : columnsFor(own.rows, rows[index] ?? null);
    return [[name, readScenario(['scenarios', name], own, columns, setup.names, parts)] as const];
  });
  const flow: FlowTest = {
    path,
    setup: setup.read(),
    teardown: teardown.read(),
    scenarios: Object.fromEntries(scenarios),
  };
  // Steps that stand in for others use nothing.
  for (const [name, place] of standIns.areThere ? [] : parts.unused)
    problems.push(
      `${place}: nothing uses ${quoted(name)}, which is captured here: use it as {{${name}}}, or leave it out.`,
    );
  problems.push(...(await wrongCalls(called)));
  return flow;
}

function readScenario(
  keys: Keys,
  own: NonNullable<FlowPlan['scenarios']>[string],
  columns: ReadonlySet<string> | null,
  before: FlowNames,
  parts: Parts,
): ScenarioFlow {
  const hasJsonRows = own.rows !== undefined && isJsonLines(own.rows);
  const hasOwnRow = columns === null || own['rows-mode'] === 'per-vu';
  const ofUser = [hasOwnRow ? columns : NO_COLUMNS, hasOwnRow ? null : columns] as const;
  const vuSetup = parts.add(own['vu-setup'], [...keys, 'vu-setup'], before, ...ofUser);
  const exec = parts.add(own.flow, [...keys, 'flow'], vuSetup.names, columns);
  const vuTeardown = parts.add(own['vu-teardown'], [...keys, 'vu-teardown'], vuSetup.names, ...ofUser);
  return { vuSetup: vuSetup.read(), exec: exec.read() ?? [], vuTeardown: vuTeardown.read(), hasJsonRows };
}

/** A part of a plan whose steps share names. */
interface Part {
  readonly names: FlowNames;
  /** Reads its steps; null if it has none. */
  readonly read: () => FlowStep[] | null;
}

/** All parts of a plan. */
class Parts {
  readonly #context: StepContext;
  readonly #given: Given;
  readonly #names: FlowNames[] = [];

  constructor(context: StepContext, given: Given) {
    this.#context = context;
    this.#given = given;
  }

  /** @param before names set before this part */
  add(
    flow: Flow | undefined,
    keys: Keys,
    before: FlowNames | null,
    columns: ReadonlySet<string> | null,
    ofIterationsAlone: ReadonlySet<string> | null = null,
  ): Part {
    const isOfIterations = keys.length > 1;
    const names = new FlowNames(this.#given, before, columns, isOfIterations, ofIterationsAlone);
    this.#names.push(names);
    collectSetNames(flow, keys, names, this.#context.written.placeOf);
    const read = (): FlowStep[] | null =>
      flow === undefined ? null : new StepReader(names, this.#context, isOfIterations).steps(flow, keys);
    return { names, read };
  }

  /** Names that are captured but not used, after all parts have been read. */
  get unused(): (readonly [name: string, place: string])[] {
    return this.#names.flatMap(({ unused }) => unused);
  }
}

function columnsFor(file: string | undefined, rows: RowCells | null): ReadonlySet<string> | null {
  return file === undefined ? NO_COLUMNS : columnsOf(rows, isJsonLines(file));
}

/** The columns of rows. For JSON rows, which may each have others, they are those of the first row. */
function columnsOf(rows: RowCells | null, hasJsonRows: boolean): ReadonlySet<string> | null {
  if (rows === null) return null;
  if (!hasJsonRows) return new Set(rows.columns);
  const first: unknown = JSON.parse(cellOf(rows, 0, 0));
  return new Set(typeof first === 'object' && first !== null ? Object.keys(first) : []);
}

async function wrongCalls(called: readonly (CalledFunction & { readonly url: string })[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { url, file, name, place } of called.filter((one) => one.file !== '' && one.name !== '')) {
    try {
      const exported = await importAll(url, SCENARIO_API);
      if (typeof exported[name] !== 'function')
        problems.push(
          `${place}: ${file} exports no function ${quoted(name)}: write export function ${name}(vu) { … }.`,
        );
    } catch (error) {
      problems.push(`${place}: ${whyNotLoaded(error, file)}`);
    }
  }
  return problems;
}
