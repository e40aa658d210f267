/** What a module of scenarios imports as `volley`. */

import type { RowDeal } from '../protocol/scenario.ts';
import { ScenarioFailure } from '../protocol/scenario-errors.ts';
import type {
  Body,
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

/** A test of several scenarios; a module exports it by default. */
export function defineTest<
  const M extends Metrics = Record<never, never>,
  R extends Record<string, unknown> = Record<never, never>,
  D = undefined,
>(
  test: TestOptions & {
    /** Metrics of the test's own, by their names. */
    metrics?: M;
    /** Of all scenarios that have none of their own, by their weights. */
    load?: Executor;
    /** Once before all scenarios; what it returns is their `vu.data`. */
    setup?: (once: Once) => D;
    scenarios: { [K in keyof R]: ScenarioOf<R[K], NoInfer<M>, Awaited<NoInfer<D>>> };
    /** Once after all scenarios, also where they were stopped. */
    teardown?: (data: Awaited<NoInfer<D>>, once: Once) => unknown;
  },
): Test {
  // What the types have checked is read without them.
  return { kind: 'test', definition: test as unknown as TestDefinition };
}

/** What a test of one scenario may say of it beside its load. */
export type OptionsOfOne = Pick<
  ScenarioOf<Row, Metrics>,
  'rows' | 'newConnection' | 'cookies' | 'keepCookies'
>;

/** A test of one scenario; a module exports it by default. */
export function scenario(
  options: TestOptions & Partial<Executor> & OptionsOfOne,
  exec: Body<Row, Record<never, never>>,
): Test {
  const { baseURL, headers, thresholds, timeout, seed, setupTimeout, ...others } = options;
  const { rows, newConnection, cookies, keepCookies, ...load } = others;
  const given = { baseURL, headers, thresholds, timeout, seed, setupTimeout };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const one = {
    exec,
    ...{ rows, newConnection, cookies, keepCookies },
    ...(Object.keys(load).length === 0 ? {} : { load }),
  };
  return { kind: 'test', definition: { ...said, scenarios: { default: one } } as TestDefinition };
}

const patterns = new WeakMap<TemplateStringsArray, string>();

/** A URL with values in it, each percent-encoded: url`/items/${id}`. In the result it is called `/items/{}`. */
export function url(parts: TemplateStringsArray, ...values: (string | number)[]): Url {
  let name = patterns.get(parts);
  if (name === undefined) {
    name = parts.join('{}');
    patterns.set(parts, name);
  }
  let href = parts[0] ?? '';
  for (const [index, value] of values.entries())
    href += encodeURIComponent(String(value).toWellFormed()) + (parts[index + 1] ?? '');
  return { href, name };
}

/** Rows of a CSV file, whose path is relative to the module: `csv<'user' | 'password'>('users.csv', 'per-vu')`. */
export function csv<C extends string>(file: string, deal: RowDeal = 'cycle'): Rows<Record<C, string>> {
  return { kind: 'rows', source: { type: 'csv', file }, deal };
}

/** Rows of a file with one JSON value a line. */
export function jsonl<R extends object>(file: string, deal: RowDeal = 'cycle'): Rows<R> {
  return { kind: 'rows', source: { type: 'jsonl', file }, deal };
}

/** Rows that the module has. */
export function items<R>(list: readonly R[], deal: RowDeal = 'cycle'): Rows<R> {
  return { kind: 'rows', source: { type: 'items', items: list }, deal };
}

/** Ends the iteration as failed, for a reason of the scenario's own. */
export function fail(reason: string): never {
  throw new ScenarioFailure(reason);
}
