import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

/** What may be thrown, each with its code and what is said of it. */
const THROWN: Readonly<Record<string, readonly [thrown: string, code: string, example: string]>> = {
  null: ['null', 'null', 'null'],
  undefined: ['undefined', 'undefined', 'undefined'],
  symbol: ["Symbol('s')", 'symbol', 'Symbol(s)'],
  number: ['0', 'number', '0'],
  text: ["''", 'string', ''],
  bigint: ['5n', 'bigint', '5'],
  function: ['() => {}', 'function', 'a function'],
  class: ['class {}', 'function', 'a function'],
  frozen: ["Object.freeze(new TypeError('cold'))", 'TypeError', 'cold'],
  'message throws': ['{ name: "N", get message() { throw 1 } }', 'N', 'something that cannot be read'],
  'name throws': ['{ get name() { throw 1 }, message: "m" }', 'Error', 'm'],
  'name is no text': ['Object.assign(new Error("m"), { name: Symbol() })', 'Error', 'm'],
  'stack throws': ['Object.defineProperty(new Error("m"), "stack", { get() { throw 1 } })', 'Error', 'm'],
  'stack is no text': ['Object.assign(new Error("m"), { stack: 5n })', 'Error', 'm'],
  'message is no text': ['Object.assign(new Error(), { message: { a: 1 } })', 'Error', '[object Object]'],
  'message has no text': [
    'Object.assign(new Error(), { message: Object.create(null) })',
    'Error',
    'something that cannot be read',
  ],
  'toString throws': ['{ toString() { throw 1 } }', 'object', 'an object with toString'],
  'without a prototype': [
    'Object.assign(Object.create(null), { reason: 1 })',
    'object',
    'an object with reason',
  ],
  'cause throws': ['Object.defineProperty(new Error("m"), "cause", { get() { throw 1 } })', 'Error', 'm'],
  proxy: ['new Proxy({}, new Proxy({}, { get() { throw 1 } }))', 'object', 'something that cannot be read'],
  revoked: [
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()',
    'object',
    'something that cannot be read',
  ],
  promise: ['Promise.resolve(1)', 'object', 'an object'],
  'no reason': [
    'Object.assign(new Error(), { name: "ScenarioFailure" })',
    'no reason was given',
    'no reason was given',
  ],
};

const names = Object.keys(THROWN);
let modules = 0;

/** A module with a scenario for each of these bodies. */
function moduleOf(bodies: readonly (readonly [name: string, body: string])[], more = ''): string {
  const load = `{ executor: 'shared-iterations', vus: 2, iterations: 6 }`;
  const path = file(`odd${++modules}.mjs`);
  const scenarios = bodies.map(
    ([name, body]) => `'${name}': { load: ${load}, exec: async (vu) => { ${body} } },`,
  );
  writeFileSync(
    path,
    `import { defineTest } from 'volley';\nexport default defineTest({ baseURL: process.env.SHOP, ${more}\n` +
      `scenarios: {\n${scenarios.join('\n')}\n}});\n`,
  );
  return path;
}

const ran = async (...args: string[]) => volley.with({ SHOP: shop.url }, ['run', ...args]);

describe.each(['threads', 'processes', 'inline'])('%s', (mode) => {
  const how = ['--mode', mode, '-w', '1', '-o', 'json'];

  test('whatever is thrown fails its iteration alone', async () => {
    const bodies = names.map((name) => [name, `await vu.http.get('/'); throw ${THROWN[name]![0]};`] as const);
    // Rejected where nobody awaits it.
    const late = names.map(
      (name) => [`late ${name}`, `await vu.http.get('/'); Promise.reject(${THROWN[name]![0]});`] as const,
    );
    shop.forget();
    const { code, stdout } = await ran(moduleOf([...bodies, ...late]), ...how);
    const { degradedReasons, requests, scenarios } = JSON.parse(stdout) as Summary;
    expect(degradedReasons).toEqual([]);
    expect(requests.sent).toBe(2 * 6 * names.length);
    expect(shop.visits).toHaveLength(2 * 6 * names.length);
    const said = Object.fromEntries(
      scenarios!.scenarios.map(({ name, failed, errors }) => [
        name,
        [failed, errors.map(({ kind, count }) => [kind, count])],
      ]),
    );
    for (const name of names) {
      const kind = name === 'no reason' ? 'fail' : 'script';
      expect([name, said[name]]).toEqual([name, [6, [[kind, 6]]]]);
      expect([name, said[`late ${name}`]]).toEqual([name, [6, [['script', 6]]]]);
    }
    for (const { name, errors } of scenarios!.scenarios.slice(0, names.length)) {
      const [, wanted, example] = THROWN[name]!;
      const place = /^\w*Error|^N$/.test(wanted) ? expect.stringContaining(wanted) : wanted;
      expect([name, errors[0]]).toMatchObject([
        name,
        { code: place, example: expect.stringContaining(example) },
      ]);
    }
    expect(code).toBe(1);
  });
});

test.each(names)('%s thrown in setup is told', async (name) => {
  const throws = `async () => { throw ${THROWN[name]![0]}; }`;
  const module = moduleOf([['a', "await vu.http.get('/');"]], `setup: ${throws},`);
  const setup = await ran(module, '--mode', 'inline');
  expect([setup.code, setup.stdout]).toEqual([1, '']);
  expect(setup.stderr).toMatch(/^volley: setup failed: .*\n$/);
});

test.each(names)('%s thrown in teardown and those of users is told', async (name) => {
  const [thrown, code, example] = THROWN[name]!;
  const throws = `async () => { throw ${thrown}; }`;
  const path = file(`around${++modules}.mjs`);
  const load =
    "load: { executor: 'per-vu-iterations', vus: 2, iterations: 1 }, exec: (vu) => vu.http.get('/')";
  writeFileSync(
    path,
    `import { defineTest } from 'volley';\nexport default defineTest({ baseURL: process.env.SHOP, teardown: ${throws},
scenarios: { up: { ${load}, vuSetup: ${throws} }, down: { ${load}, vuTeardown: ${throws} } } });\n`,
  );
  shop.forget();
  const { code: exitCode, stdout, stderr } = await ran(path, '--mode', 'inline', '-w', '1', '-o', 'json');
  const { degradedReasons, generator, scenarios } = JSON.parse(stdout) as Summary;
  const said = expect.stringContaining(example === '' || name === 'no reason' ? code.slice(0, 0) : example);
  expect(scenarios!.users).toMatchObject({
    setupFailures: { count: 2, example: said },
    teardownFailures: { count: 2, example: said },
  });
  expect(generator).toMatchObject({ verdict: 'failing', finding: { code: 'vu-setup-failed' } });
  expect(scenarios!.teardownFailure).toMatch(/^teardown failed: /);
  expect(scenarios!.teardownFailure).toEqual(said);
  expect(scenarios!.scenarios).toMatchObject([
    { started: 0, notStarted: 2 },
    { started: 2, completed: 2, notStarted: 0 },
  ]);
  expect(shop.visits).toHaveLength(2);
  expect(degradedReasons.join('\n')).not.toMatch(/Worker|does not add up/);
  expect(stderr).not.toMatch(/node:|\n {4}at /);
  expect(exitCode).toBe(3);
});
