/** What a module of scenarios imports as `volley`. */

import { ScenarioFailure } from '../protocol/scenario-errors.ts';
import type { RowDeal } from '../protocol/scenario-words.ts';
import type {
  CookiesOf,
  Executor,
  Metrics,
  Once,
  Row,
  Rows,
  ScenarioOf,
  Test,
  TestDefinition,
  TestOptions,
  Url,
} from '../protocol/test-definition.ts';

export { Interrupted, RequestError } from '../protocol/scenario-errors.ts';
export type * from '../protocol/test-definition.ts';

/** A test of several scenarios, for a module's default export. */
export function defineTest<
  const M extends Metrics = Record<never, never>,
  R extends Record<string, unknown> = Record<never, never>,
  D = undefined,
>(
  test: TestOptions & {
    /** The test's custom metrics, by name. */
    metrics?: M;
    /** The load of all scenarios without one of their own, shared by weight. */
    load?: Executor;
    /** Runs once before all scenarios; they get its return value as `vu.data`. */
    setup?: (once: Once) => D;
    scenarios: { [K in keyof R]: ScenarioOf<R[K], NoInfer<M>, Awaited<NoInfer<D>>> };
    /** Runs once after all scenarios, even if they were stopped. */
    teardown?: (data: Awaited<NoInfer<D>>, once: Once) => unknown;
  },
): Test {
  // The types have checked it; the reader takes it untyped.
  return { kind: 'test', definition: test as unknown as TestDefinition };
}

/** Settings of a test of one scenario, without its load. */
export type OptionsOfOne<Given = Rows<Row>> = Pick<ScenarioOf<Given, Metrics>, 'rows' | 'newConnection'> &
  CookiesOf;

type FieldsOf<E> = E extends unknown ? keyof E : never;
/** A load is given as a whole or not at all. */
type WithoutLoad = { readonly [Field in FieldsOf<Executor>]?: undefined };

/** A test of one scenario, for a module's default export. */
export function scenario<Given = undefined>(
  options: Omit<TestOptions, 'setupTimeout'> & (Executor | WithoutLoad) & OptionsOfOne<Given>,
  exec: ScenarioOf<NoInfer<Given>, Record<never, never>, undefined>['exec'],
): Test {
  const { baseURL, headers, thresholds, timeout, seed, streams, ...others } = options;
  const { rows, newConnection, cookies, keepCookies, ...load } = others;
  const given = { baseURL, headers, thresholds, timeout, seed, streams };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const one = {
    exec,
    ...{ rows, newConnection, cookies, keepCookies },
    ...(Object.keys(load).length === 0 ? {} : { load }),
  };
  const definition = { ...said, scenarios: { default: one } } as TestDefinition;
  return { kind: 'test', definition, isOfOne: true };
}

const patterns = new WeakMap<TemplateStringsArray, string>();

/** A URL with percent-encoded values: url`/items/${id}`. The result names it `/items/{}`. */
export function url(parts: TemplateStringsArray, ...values: (string | number | bigint)[]): Url {
  let name = patterns.get(parts);
  if (name === undefined) {
    name = parts.join('{}');
    patterns.set(parts, name);
  }
  let href = parts[0] ?? '';
  for (const [index, value] of values.entries())
    href += encodeURIComponent(textIn(name, index, value).toWellFormed()) + (parts[index + 1] ?? '');
  return { href, name };
}

/** @throws TypeError for what somebody would ask the server for by the word of its kind, such as `undefined` */
function textIn(name: string, index: number, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (typeof value === 'number' && !Number.isNaN(value)) return String(value);
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  const called =
    value === undefined || value === null || typeof value === 'number' ? String(value) : `of type ${kind}`;
  throw new TypeError(`url: value ${index + 1} of '${name}' is ${called}: give text or a number`);
}

/** Deals of rows to iterations: `vuSetup` and `vuTeardown` have none. */
type OfIterations = Exclude<RowDeal, 'per-vu'>;

/** Rows of a CSV file; its path is relative to the module: `csv<'user' | 'password'>('users.csv', 'per-vu')`. */
export function csv<C extends string>(file: string, deal: 'per-vu'): Rows<Record<C, string>, 'per-vu'>;
export function csv<C extends string>(
  file: string,
  deal?: OfIterations,
): Rows<Record<C, string>, OfIterations>;
export function csv<C extends string>(file: string, deal: RowDeal): Rows<Record<C, string>>;
export function csv(file: string, deal: RowDeal = 'cycle'): Rows<unknown> {
  return { kind: 'rows', source: { type: 'csv', file }, deal };
}

/** Rows of a file with one JSON value per line. */
export function jsonl<R extends object>(file: string, deal: 'per-vu'): Rows<R, 'per-vu'>;
export function jsonl<R extends object>(file: string, deal?: OfIterations): Rows<R, OfIterations>;
export function jsonl<R extends object>(file: string, deal: RowDeal): Rows<R>;
export function jsonl(file: string, deal: RowDeal = 'cycle'): Rows<unknown> {
  return { kind: 'rows', source: { type: 'jsonl', file }, deal };
}

/** Rows from the module itself. */
export function items<R>(list: readonly R[], deal: 'per-vu'): Rows<R, 'per-vu'>;
export function items<R>(list: readonly R[], deal?: OfIterations): Rows<R, OfIterations>;
export function items<R>(list: readonly R[], deal: RowDeal): Rows<R>;
export function items(list: readonly unknown[], deal: RowDeal = 'cycle'): Rows<unknown> {
  return { kind: 'rows', source: { type: 'items', items: list }, deal };
}

/** Ends the iteration as failed, for the reason given. */
export function fail(reason: string): never {
  throw new ScenarioFailure(reason);
}
