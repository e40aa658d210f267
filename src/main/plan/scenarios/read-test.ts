import { dirname, resolve } from 'node:path';
import type { RowCells } from '../../../protocol/request.ts';
import type { ScenarioPlan, ScenariosPlan, UserLoad, UserPool } from '../../../protocol/scenario.ts';
import { METRIC_KINDS, type MetricKind, ROW_DEALS } from '../../../protocol/scenario-words.ts';
import type { TestDefinition } from '../../../protocol/test-definition.ts';
import { canBeDealt, Dealer } from '../../../requests/dealing.ts';
import { mostUsers } from '../../../time/user-schedule.ts';
import { counted } from '../../text/format.ts';
import { meantOrOneOf } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import { Problems } from '../problems.ts';
import { readRows } from '../requests/rows.ts';
import { COMMA } from '../requests/rows-form.ts';
import { Fields } from './fields.ts';
import { readLines } from './json-lines.ts';
import { readLoad } from './user-load.ts';

const OF_TEST = [
  ...['baseURL', 'headers', 'thresholds', 'timeout', 'seed', 'setupTimeout', 'setup', 'teardown'],
  ...['load', 'metrics', 'scenarios', 'streams'],
];
const OF_SCENARIO = [
  ...['load', 'weight', 'rows', 'newConnection', 'cookies', 'keepCookies'],
  ...['exec', 'vuSetup', 'vuTeardown'],
];
/** What `scenario()` takes in addition to the fields of its load. */
const OF_ONE = [
  ...['baseURL', 'headers', 'thresholds', 'timeout', 'seed', 'streams'],
  ...['rows', 'newConnection', 'cookies', 'keepCookies'],
];
const MOST_WEIGHT = 1_000_000;
const SETUP_TIMEOUT_MS = 60_000;
const METRIC_NAME = /^[A-Za-z_][\w-]*$/;

/** How a test was written. */
interface WrittenTest {
  /** Files of rows are relative to it. */
  readonly path: string;
  readonly isOfOne: boolean;
  readonly isTermOfModule: boolean;
}

/** A test that has been read and checked. */
export interface ReadTest {
  readonly scenarios: readonly ScenarioPlan[];
  readonly pools: readonly UserPool[];
  readonly metrics: Readonly<Record<string, MetricKind>>;
  readonly once: Pick<ScenariosPlan, 'hasSetup' | 'hasTeardown' | 'setupTimeoutMs'>;
  /** One entry for each scenario; null if it has no rows in a file. */
  readonly rows: readonly (RowCells | null)[];
}

interface ReadScenario {
  readonly plan: ScenarioPlan;
  readonly rows: RowCells | null;
  /** As problems name them. */
  readonly nameOfRows: string;
  readonly weight: number;
  /** Null if it uses the test's load. */
  readonly load: UserLoad | null;
}

/**
 * Reads a test.
 *
 * @param mostArriving limit on concurrent users for arrival-rate loads that do not set one
 * @param problems collects what is wrong, one sentence each
 */
export function readTest(
  definition: TestDefinition,
  test: WrittenTest,
  mostArriving: number,
  problems: string[],
): ReadTest {
  const fields = new Fields('', definition, OF_TEST, problems);
  const shared = fields.has('load') ? readLoad('load', fields.value('load'), mostArriving, problems) : null;
  fields.body('setup', false);
  fields.body('teardown', false);
  const metrics = metricsIn(fields.value('metrics') ?? {}, problems);
  const all = scenariosIn(fields);
  const read = all.map(([name, value]) =>
    readScenario(name, value, test, mostArriving, shared !== null, problems),
  );
  return {
    scenarios: read.map(({ plan }) => plan),
    rows: read.map(({ rows }) => rows),
    pools: poolsOf(read, shared, problems),
    metrics,
    once: {
      hasSetup: fields.has('setup'),
      hasTeardown: fields.has('teardown'),
      setupTimeoutMs: fields.duration('setupTimeout', 1, SETUP_TIMEOUT_MS),
    },
  };
}

function scenariosIn(fields: Fields): readonly (readonly [name: string, scenario: unknown])[] {
  const value = fields.value('scenarios') ?? {};
  const isObject = typeof value === 'object' && !Array.isArray(value);
  const all = isObject ? Object.entries(value) : [];
  if (all.length === 0)
    fields.problem('scenarios', 'give an object with at least one, as in { shop: { exec } }');
  return all;
}

function readScenario(
  name: string,
  value: unknown,
  test: WrittenTest,
  mostArriving: number,
  isShared: boolean,
  problems: string[],
): ReadScenario {
  // What is given to `scenario()` is given without these names.
  const fields = new Fields(test.isOfOne ? '' : `scenarios.${name}`, value, OF_SCENARIO, problems);
  fields.body('exec', fields.isObject);
  fields.body('vuSetup', false);
  fields.body('vuTeardown', false);
  const load = fields.has('load')
    ? readLoad(
        test.isOfOne ? '' : fields.nameOf('load'),
        fields.value('load'),
        mostArriving,
        problems,
        test.isOfOne ? besideLoad : undefined,
      )
    : null;
  if (load === null && !isShared && fields.isObject)
    problems.push(
      `${fields.nameOf(test.isOfOne ? 'executor' : 'load')}: there is none: say who starts iterations, as in { executor: 'constant-vus', vus: 10, duration: '30s' }.`,
    );
  if (load !== null && fields.has('weight'))
    fields.problem(
      'weight',
      "with a load of its own a scenario has no part of the test's: leave one of them out",
    );
  const hasCookies = fields.flag('cookies', true);
  if (!hasCookies && fields.has('keepCookies'))
    fields.problem('keepCookies', 'without cookies there is nothing to keep: leave one of them out');
  const { deal, rowCount, rows } = rowsIn(fields, test, problems);
  return {
    plan: {
      name,
      deal,
      rowCount,
      newConnection: fields.flag('newConnection'),
      hasCookies,
      keepsCookies: fields.flag('keepCookies'),
    },
    rows,
    nameOfRows: fields.nameOf('rows'),
    weight: load === null ? fields.count('weight', 1, MOST_WEIGHT, 1) : 1,
    load,
  };
}

/** Advice on a field of `scenario()` that is none of its load. */
function besideLoad(field: string, ofLoad: readonly string[]): string {
  const more = [...OF_TEST, ...OF_SCENARIO].filter((name) => !OF_ONE.includes(name));
  if (more.includes(field)) return 'scenario(…) does not take it: write defineTest({ … }).';
  // As plans, the command line and other tools call it.
  if (['url', 'target', 'host'].includes(field)) return 'did you mean baseURL?';
  return meantOrOneOf(field, [...ofLoad, ...OF_ONE]);
}

function rowsIn(
  fields: Fields,
  { path, isTermOfModule }: WrittenTest,
  problems: string[],
): Pick<ScenarioPlan, 'deal' | 'rowCount'> & { readonly rows: RowCells | null } {
  const none = { deal: null, rowCount: 0, rows: null };
  if (!fields.has('rows')) return none;
  const given = fields.value('rows') as { source?: unknown } | null;
  const source = given?.source as { type?: unknown; file?: unknown; items?: unknown } | null | undefined;
  if (typeof source !== 'object' || source === null) {
    fields.problem('rows', 'give csv(…), jsonl(…) or items(…)');
    return none;
  }
  const own = new Fields(fields.nameOf('rows'), given, ['kind', 'source', 'deal', 'row'], problems);
  // Of an unknown deal it is not known how many rows it needs.
  const asked = own.choice('deal', ROW_DEALS);
  const deal = own.value('deal') === asked ? asked : null;
  if (source.type === 'items') {
    const items = Array.isArray(source.items) ? source.items : [];
    if (!Array.isArray(source.items))
      problems.push(`${own.name}: items(${quoted(source.items)}): give a list.`);
    else if (items.length === 0) problems.push(`${own.name}: items(…) has no rows: give at least one.`);
    return { deal, rowCount: items.length, rows: null };
  }
  const called = isTermOfModule ? `${String(source.type)}(${quoted(source.file)})` : quoted(source.file);
  if (typeof source.file !== 'string') {
    problems.push(`${own.name}: ${called}: give the path of a file.`);
    return none;
  }
  const file = resolve(dirname(path), source.file);
  const found = new Problems();
  const rows =
    source.type === 'jsonl'
      ? readLines(file, found)
      : readRows(file, { delimiter: COMMA, isDelimiterAssumed: false, skipped: null }, found);
  // No option names the file here.
  problems.push(...found.list.map(({ advice }) => `${own.name}: ${called} ${advice}`));
  // Cells are separated by commas: with another sign in the only name, there is one column where several are meant.
  const [only = '', ...others] = rows?.columns ?? [];
  if (others.length === 0 && /[;\t]/.test(only))
    problems.push(`${own.name}: ${called} has one column, ${quoted(only)}: separate the cells by commas.`);
  return { deal, rowCount: rows?.rowCount ?? 0, rows };
}

/** One pool for each load: scenarios that share the test's load are in one pool, with their weights. */
function poolsOf(read: readonly ReadScenario[], shared: UserLoad | null, problems: string[]): UserPool[] {
  const pools: UserPool[] = [];
  let firstId = 1;
  const add = (load: UserLoad, parts: UserPool['parts']): void => {
    pools.push({ load, firstId, parts });
    firstId += mostUsers(load);
    const dealer = new Dealer(parts.map(({ weight }) => weight));
    for (const [part, { scenario }] of parts.entries())
      checkRows(read[scenario], load, (total) => dealer.countOf(part, total), problems);
  };
  const weighted = read.flatMap(({ load, weight }, scenario) =>
    load === null ? [{ scenario, weight }] : [],
  );
  if (weighted.length > 0 && !canBeDealt(weighted.map(({ weight }) => weight)))
    problems.push('scenarios: weights that cannot be dealt exactly: give smaller whole numbers.');
  else if (shared !== null && weighted.length > 0) add(shared, weighted);
  if (shared !== null && weighted.length === 0 && read.length > 0)
    problems.push('load: each scenario has one of its own: leave it out.');
  for (const [scenario, { load }] of read.entries()) if (load !== null) add(load, [{ scenario, weight: 1 }]);
  return pools;
}

/** Checks that there are enough rows if each user or each iteration needs its own; `ownOf`: its share of iterations. */
function checkRows(
  read: ReadScenario | undefined,
  load: UserLoad,
  ownOf: (total: number) => number,
  problems: string[],
): void {
  if (read === undefined || read.plan.rowCount === 0) return;
  const { deal, rowCount } = read.plan;
  const users = mostUsers(load);
  if (deal === 'per-vu' && users > rowCount)
    problems.push(
      `${read.nameOfRows}: ${thereAre(rowCount)} for ${counted(users, 'user')}, who have one each: give more rows, fewer users${load.type === 'arrivals' ? ' (maxVUs)' : ''}, or deal them by 'cycle'.`,
    );
  if (deal !== 'once' || load.type !== 'iterations') return;
  const iterations = ownOf(load.executor === 'per-vu-iterations' ? load.iterations * users : load.iterations);
  if (iterations > rowCount)
    problems.push(
      `${read.nameOfRows}: ${thereAre(rowCount)} for ${counted(iterations, 'iteration')}, which use one each: ask for at most as many.`,
    );
}

function thereAre(rowCount: number): string {
  return `there ${rowCount === 1 ? 'is' : 'are'} ${counted(rowCount, 'row')}`;
}

function metricsIn(value: unknown, problems: string[]): Readonly<Record<string, MetricKind>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const fields = new Fields(
    'metrics',
    value,
    entries.map(([name]) => name),
    problems,
  );
  return Object.fromEntries(
    entries.map(([name]) => {
      if (!METRIC_NAME.test(name))
        fields.problem(name, 'a metric has a name of letters, digits, - and _, so that rules can use it');
      return [name, fields.choice(name, METRIC_KINDS)];
    }),
  );
}
