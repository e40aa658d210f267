import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { ENDLESS_LOOP } from '../support/endless-loop.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

let modules = 0;

/** A module of a scenario for each body of `exec`; its code begins in line 4. */
function moduleOf(bodies: Readonly<Record<string, string>>): string {
  const load = `{ executor: 'shared-iterations', vus: 2, iterations: 10 }`;
  const scenarios = Object.entries(bodies).map(
    ([name, body]) => `'${name}': { load: ${load}, exec: async (vu) => { ${body} } },`,
  );
  // One process reads them all, and each once.
  const path = file(`code${++modules}.mjs`);
  writeFileSync(
    path,
    `import { defineTest } from 'volley';\nexport default defineTest({ baseURL: process.env.SHOP,\n` +
      `scenarios: {\n${scenarios.join('\n')}\n}});\n`,
  );
  return path;
}

const ran = async (...args: string[]) => volley.with({ SHOP: shop.url }, args);

test('a check that returns a promise is an error of the code', async () => {
  const module = moduleOf({ promising: "vu.check({}, { 'async check': async () => false });" });
  const { code, stdout } = await ran('run', module, '-w', '1', '-o', 'json');
  const { scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total.errors).toMatchObject([
    {
      kind: 'script',
      code: expect.stringMatching(/^TypeError code\d\.mjs:4:\d+$/),
      count: 10,
      example: expect.stringContaining("the check 'async check' returned a promise: await it first"),
    },
  ]);
  expect(scenarios!.checks).toEqual([]);
  expect(code).toBe(1);
  const once = await ran('run', module, '--once');
  expect(once.stdout).toContain("the check 'async check' returned a promise: await it first");
  expect(once.code).toBe(1);
});

test.each([
  ['a URL', "await vu.http.get('http://[bad');", /^Error \S+:4:\d+$/, /^'http:\/\/\[bad' is not a URL/],
  [
    'a status',
    "await vu.http.get('/', { expect: [200, 'ok'] });",
    /^TypeError \S+:4:\d+$/,
    /^expect: 'ok' is/,
  ],
  ['a URL of cookies', "vu.cookies.all('http://[bad');", /^Error \S+:4:\d+$/, /^'http:\/\/\[bad' is not/],
])('%s that cannot be is told once, and where it was written', async (_what, body, code, example) => {
  const module = moduleOf({ a: body });
  const { stdout } = await ran('run', module, '--mode', 'inline', '-o', 'json');
  const { errors } = (JSON.parse(stdout) as Summary).scenarios!.total;
  expect(errors).toHaveLength(1);
  expect(errors[0]!.code).toMatch(code);
  expect(errors[0]!.example).toMatch(example);
});

const FAULTS: Readonly<Record<string, readonly [body: string, code: RegExp, example: string]>> = {
  request: [
    "vu.http.get('/status/404');",
    /^no await, status 404$/,
    'an await is missing: nothing awaited what failed with GET /status/404 was answered with 404',
  ],
  promise: [
    "await vu.http.get('/'); Promise.reject(new Error('lost'));",
    /^no await, code\d\.mjs:5:\d+$/,
    'an await is missing: nothing awaited what failed with Error: lost',
  ],
  inner: [
    "(async () => { await vu.http.get('/'); throw new TypeError('inner'); })();",
    /^no await, code\d\.mjs:6:\d+$/,
    'TypeError: inner',
  ],
  'at once': ["Promise.reject('why');", /^no await, string$/, 'failed with why'],
  exit: [
    'process.exit(0);',
    /^Error code\d\.mjs:8:\d+$/,
    'process.exit() was called, which would end volley',
  ],
};

test.each(['threads', 'processes', 'inline'])('what nobody awaits costs no worker in %s', async (mode) => {
  shop.forget();
  const bodies = Object.entries(FAULTS).map(([name, [body]]) => [name, body]);
  // Awaited later than it fails.
  const late = "const a = vu.http.get('/status/404'); await vu.sleep(50); await a.catch(() => {});";
  const module = moduleOf({ ...Object.fromEntries(bodies), late });
  const { code, stdout } = await ran('run', module, '--mode', mode, '-w', '1', '-o', 'json');
  const result = JSON.parse(stdout) as Summary;
  expect(result.degradedReasons).toEqual([]);
  expect(result.requests.sent).toBe(40);
  expect(shop.visits).toHaveLength(40);
  const { scenarios } = result.scenarios!;
  for (const [name, [, pattern, example]] of Object.entries(FAULTS)) {
    const { failed, errors } = scenarios.find((one) => one.name === name)!;
    expect({ name, failed, errors }).toMatchObject({
      failed: 10,
      errors: [
        {
          kind: 'script',
          code: expect.stringMatching(pattern),
          count: 10,
          example: expect.stringContaining(example),
        },
      ],
    });
  }
  expect(scenarios.find(({ name }) => name === 'late')).toMatchObject({ completed: 10, failed: 0 });
  expect(code).toBe(1);
});

test('--once tells what nobody awaits', async () => {
  const { code, stdout } = await ran('run', moduleOf({ request: "vu.http.get('/status/404');" }), '--once');
  expect(stdout).toContain('an await is missing');
  expect(code).toBe(1);
});

test('what is rejected behind the last iteration of its user is told, and the run is degraded', async () => {
  const module = moduleOf({
    // The other user goes on for longer.
    late: "if (vu.id % 2 === 0) await vu.sleep(400); else setTimeout(() => Promise.reject(new Error('too late')), 100);",
  });
  writeFileSync(
    module,
    readFileSync(module, 'utf8').replace(
      "'shared-iterations', vus: 2, iterations: 10",
      "'per-vu-iterations', vus: 2, iterations: 1",
    ),
  );
  const { code, stdout } = await ran('run', module, '-w', '1', '-o', 'json');
  const { degradedReasons, scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total).toMatchObject({ completed: 2, failed: 0 });
  expect(scenarios!.users.lateRejections).toMatchObject({ count: 1 });
  expect(degradedReasons[0]).toMatch(
    /^After the last iteration of a user, or at the top of a module, 1 error came .*Error: too late/,
  );
  expect(code).not.toBe(0);
});

test.each([
  ['at once', 'process.exit(0);'],
  ['in what it imports', "import './exits.mjs';"],
])('a module that ends the process %s is no run that went well', async (_, line) => {
  writeFileSync(file('exits.mjs'), 'process.exit(0);');
  const module = moduleOf({ a: '' });
  writeFileSync(module, `${line}\n${readFileSync(module, 'utf8')}`);
  const { code, stdout, stderr } = await ran('run', module);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^volley: \w+\.mjs:1:\d+: process\.exit\(\) was called, which would end volley: .*\n$/,
  );
});

test('a field that is misspelt hides nothing that is wrong beside or within it', async () => {
  const module = file('slips.mjs');
  writeFileSync(
    module,
    `import { defineTest } from 'volley';
export default defineTest({ thresholds: ['count(nometric)>0', 'p95{x}<z'], timeout: 'soon', scenarios: {
  a: { lod: { executr: 'constant-vus', vus: 'x', duration: '1s' }, exec: 5 } } });`,
  );
  const { code, stderr } = await ran('run', module);
  expect(code).toBe(2);
  const told = [
    'a.lod: there is no such field: did you mean load',
    'a.load.executr: there is no such',
    "vus 'x'",
  ];
  for (const part of [...told, "exec '5'", "'count(nometric)>0'", "'p95{x}<z'", "'soon'"])
    expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/a\.load: there is none|executor '/);

  // Options of scenario() that are not of its load are known too.
  const one = file('one.mjs');
  writeFileSync(
    one,
    `import { scenario } from 'volley';
export default scenario({ executor: 'constant-vus', vus: 1, duratoin: '1s', baseUrl: 'http://127.0.0.1:9/', url: 'http://127.0.0.1:9/',
  metrics: { a: 'counter' }, setupTimeout: '1s', other: 1 }, async () => {});`,
  );
  const prefix = `volley: ${one}: `;
  expect((await ran('run', one)).stderr).toBe(
    `${prefix}duratoin: there is no such field: did you mean duration?
${prefix}baseUrl: there is no such field: did you mean baseURL?
${prefix}url: there is no such field: did you mean baseURL?
${prefix}metrics: there is no such field: scenario(…) does not take it: write defineTest({ … }).
${prefix}setupTimeout: there is no such field: scenario(…) does not take it: write defineTest({ … }).
${prefix}other: there is no such field: choose from executor, startTime, gracefulStop, vus, duration, baseURL, headers, thresholds, timeout, seed, streams, rows, newConnection, cookies, keepCookies.
`,
  );

  // What is deeper in it, or missing, is named as it is given there too.
  const deep = file('deep.mjs');
  writeFileSync(
    deep,
    `import { items, scenario } from 'volley';
export default scenario({ executor: 'ramping-vus', stages: [{ duration: 'x', target: 1 }], rows: items([]) }, async () => {});`,
  );
  expect((await ran('run', deep)).stderr).toBe(
    `volley: ${deep}: stages[0].duration 'x': give a time such as '30s' or '2m', or 0; a number is milliseconds.
volley: ${deep}: rows: items(…) has no rows: give at least one.
`,
  );
  const without = file('without.mjs');
  writeFileSync(
    without,
    `import { scenario } from 'volley';
export default scenario({ baseURL: 'http://127.0.0.1:9/' }, async () => {});`,
  );
  expect((await ran('run', without)).stderr).toBe(
    `volley: ${without}: executor: there is none: say who starts iterations, as in { executor: 'constant-vus', vus: 10, duration: '30s' }.
`,
  );
});

test.each(CLIENT_NAMES)('where no iteration comes to its end nothing is green, by %s', async (client) => {
  const module = moduleOf({ endless: "for (;;) { await vu.http.get('/'); await vu.sleep(20); }" });
  const load =
    "executor: 'constant-arrival-rate', rate: 40, duration: '500ms', maxVUs: 50, gracefulStop: '100ms'";
  const text = readFileSync(module, 'utf8');
  writeFileSync(module, text.replace("executor: 'shared-iterations', vus: 2, iterations: 10", load));
  const args = ['run', module, '-w', '1', '--client', client, '--threshold', 'iteration-errors<=5%'];
  const { code, stdout, stderr } = await ran(...args);
  // On a machine that is busy with something else, requests may be under way at the end as well: degraded, or failing.
  expect(code).toBe(stdout.includes('\nDEGRADED: ') ? 3 : 1);
  expect(stdout).toMatch(/\n(NOT JUDGED: no iteration came to its end, \d+ were interrupted|FAILING: .*)\n/);
  expect(stdout).toMatch(/✗ iteration-errors<=5% +no iteration came to its end/);
  expect(stderr).toContain('iteration-errors<=5% did not hold: no iteration came to its end.');
});

test.each(CLIENT_NAMES)(
  'what fails in setup and teardown of users shows no file of volley, by %s',
  async (client) => {
    const module = moduleOf({ a: '' });
    const hook = "async (vu) => { await vu.http.get('/status/500'); }";
    for (const part of ['vuSetup', 'vuTeardown']) {
      const own = file(`${part}-${client}.mjs`);
      writeFileSync(own, readFileSync(module, 'utf8').replace('exec:', `${part}: ${hook}, exec:`));
      const { stdout } = await ran('run', own, '-w', '1', '--client', client, '-o', 'json');
      const { degradedReasons } = JSON.parse(stdout) as Summary;
      expect(degradedReasons[0]).toMatch(/failed: GET \/status\/500 was answered with 500\.?$/);
      expect(stdout).not.toMatch(/node_modules|dist\/(bundle|src)/);
    }
  },
);

function expectInterrupted({ degradedReasons, workers, scenarios }: Summary): void {
  // A request may be under way when the grace is over.
  expect(degradedReasons.filter((reason) => !reason.includes('not answered when the waiting ended'))).toEqual(
    [],
  );
  expect(workers.map(({ lost }) => lost)).toEqual([false]);
  expect(scenarios!.total).toMatchObject({ started: 2, completed: 0, interrupted: 2 });
}

test.each([
  ['requests', "await vu.http.get('/')"],
  ['sleeps', 'await vu.sleep(20)'],
  ['groups', "await vu.group('look', (vu) => vu.http.get('/'))"],
])('a loop that catches the end of its %s costs no worker', async (_, act) => {
  const load = "executor: 'constant-vus', vus: 2, duration: '300ms', gracefulStop: '50ms'";
  const path = file(`code${++modules}.mjs`);
  writeFileSync(
    path,
    `import { scenario } from 'volley';\nexport default scenario({ ${load}, baseURL: process.env.SHOP },\n` +
      `async (vu) => { for (;;) { try { ${act}; await vu.sleep(10); } catch {} } });\n`,
  );
  const { stdout } = await ran('run', path, '-w', '1', '-o', 'json');
  expectInterrupted(JSON.parse(stdout) as Summary);
});

test('a worker that a loop without await has blocked is lost, and told of that', async () => {
  const load = "executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s'";
  const path = file(`code${++modules}.mjs`);
  writeFileSync(
    path,
    `import { scenario } from 'volley';\nexport default scenario({ ${load}, baseURL: process.env.SHOP },\n` +
      `async (vu) => { await vu.http.get('/'); ${ENDLESS_LOOP} });\n`,
  );
  const { code, stdout } = await ran('run', path, '-w', '1', '-o', 'json');
  expect((JSON.parse(stdout) as Summary).degradedReasons.join()).toContain(
    'it did not stop when asked, perhaps because of a loop without await',
  );
  expect(code).toBe(3);
});

test('requests that wait for a connection are interrupted like those in flight', async () => {
  const path = file('parallel.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    const load = { executor: 'constant-vus', vus: 2, duration: '1500ms', gracefulStop: '50ms' };
    const nine = Array.from({ length: 9 }, (_, index) => '/delay/' + (20_000 + index));
    export default defineTest({ baseURL: process.env.SHOP,
      scenarios: { nine: { load, exec: (vu) => Promise.all(nine.map((path) => vu.http.get(path))) } } });`,
  );
  const { stdout } = await ran('run', path, '-w', '1', '-o', 'json');
  expectInterrupted(JSON.parse(stdout) as Summary);
});

test('code is told of requests that wait for a connection as of those in flight, six for each user', async () => {
  const path = file('parallel.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    const load = { executor: 'constant-vus', vus: 2, duration: '1500ms', gracefulStop: '50ms' };
    const nine = Array.from({ length: 9 }, (_, index) => '/delay/' + (20_000 + index));
    export default defineTest({ baseURL: process.env.SHOP, metrics: { told: 'counter' }, scenarios: { nine: { load,
      exec: (vu) => Promise.all(nine.map((path) => vu.http.get(path).catch(({ name }) => {
        if (name === 'Interrupted') vu.metrics.told.add();
        throw new Error(name);
      }))),
    } } });`,
  );
  const { stdout } = await ran('run', path, '-w', '1', '-o', 'json');
  const { scenarios, requests, findings } = JSON.parse(stdout) as Summary;
  expect(findings!.degraded.map(({ code }) => code)).toEqual(['requests-unfinished']);
  expect(scenarios!.total).toMatchObject({ started: 2, interrupted: 2 });
  // Six connections each.
  expect(requests).toMatchObject({ sent: 12, unfinished: 12 });
});

test.each([1, 2])(
  'a scenario that ends with its last row says so, and lasts no longer, with %d workers',
  async (workers) => {
    const path = file(`rows${workers}.mjs`);
    writeFileSync(
      path,
      `import { items, scenario } from 'volley';
    const rows = items([1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({ id })), 'once');
    const load = { executor: 'constant-vus', vus: 2, duration: '30s' };
    export default scenario({ ...load, rows, baseURL: process.env.SHOP }, (vu) => vu.http.get('/row', { query: vu.row }));`,
    );
    const { stdout } = await ran('run', path, '-w', String(workers), '-o', 'json');
    const { scenarios, windowMs, rate, findings } = JSON.parse(stdout) as Summary;
    expect(scenarios!.total).toMatchObject({ started: 8, completed: 8 });
    expect(shop.visits.map(({ query }) => query['id']).sort()).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
    ]);
    expect(findings!.notes).toContainEqual({
      code: 'rows-used-up',
      figures: { scenario: 'default', rows: 8 },
    });
    expect(windowMs).toBeLessThan(10_000);
    expect(rate.sentPerSecond).toBeCloseTo(8_000 / windowMs, 6);
  },
);
