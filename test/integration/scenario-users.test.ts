import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop, type Visit } from '../support/shop.ts';

let sessions = 0;

/** Gives whoever has none a session, and leads whoever asks from one cookie to the next. */
function answer({ path, headers, query }: Visit, response: ServerResponse): boolean {
  const cookie = headers.cookie ?? '';
  if (path === '/cart') {
    if (!cookie.includes('session=')) response.setHeader('set-cookie', `session=${++sessions}; HttpOnly`);
    response.end('[]');
    return true;
  }
  if (path.startsWith('/led/')) {
    const step = Number(path.slice('/led/'.length));
    const isGood = step === 1 || cookie.includes(`step${step - 1}=yes`);
    const gone = step === 3 ? ['step1=; Path=/; Max-Age=0'] : [];
    response.setHeader('Set-Cookie', [`step${step}=yes; Path=${step === 3 ? '/led' : '/'}`, ...gone]);
    response.statusCode = isGood ? (step === 3 ? 200 : 302) : 403;
    if (step < 3) response.setHeader('location', `/led/${step + 1}?s=${query['s']}`);
    response.end();
    return true;
  }
  return false;
}

const shop = useShop(answer);
const volley = useKeptProcess(false);
const file = useFolder();

async function ran(name: string, ...args: string[]): Promise<{ code: number | null; result: Summary }> {
  const module = join(ROOT, 'test/fixtures/scenarios', name);
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    'run',
    module,
    '-o',
    'json',
    ...args,
  ]);
  expect(stderr).not.toContain('bug in volley');
  return { code, result: JSON.parse(stdout) as Summary };
}

describe.each([
  ['threads', 'wire'],
  ['processes', 'undici'],
])('%s, %s', (mode, client) => {
  const how = ['--mode', mode, '--client', client, '-w', '2'];

  test('cookies are a user’s, for an iteration or longer', async () => {
    const { code, result } = await ran('cookies.mjs', ...how);
    expect(result.degradedReasons).toEqual([]);
    const of = (scenario: string): Visit[] => shop.visits.filter(({ query }) => query['s'] === scenario);
    const without = (scenario: string): number =>
      of(scenario).filter(({ headers }) => !headers.cookie?.includes('session=')).length;
    const sessionsOf = (scenario: string): number =>
      new Set(of(scenario).flatMap(({ headers }) => /session=\d+/.exec(headers.cookie ?? '') ?? [])).size;
    // Of two users with three iterations of two requests.
    expect(['fresh', 'kept', 'prepared', 'none'].map((one) => [one, without(one), sessionsOf(one)])).toEqual([
      ['fresh', 6, 6],
      ['kept', 2, 2],
      ['prepared', 2, 2],
      ['none', 12, 0],
    ]);
    expect(
      shop.visits.every(({ path, headers }) => path === '/own' || headers.cookie?.startsWith('ever=1')),
    ).toBe(true);
    expect(of('led').map(({ method, path, headers }) => `${method} ${path} ${headers.cookie}`)).toEqual([
      'POST /led/1 ever=1',
      'GET /led/2 ever=1; step1=yes',
      'GET /led/3 ever=1; step1=yes; step2=yes',
      'GET /own mine=1',
      'GET /off ever=1',
      'GET /set ever=1; step2=yes; more=b',
      'GET /cleared ever=1',
    ]);
    expect(result.scenarios!.checks.every(({ failed }) => failed === 0)).toBe(true);
    expect(code).toBe(0);
  });

  test('a setup gives its data to all, and a teardown comes after', async () => {
    const { code, result } = await ran('hooks.mjs', ...how);
    expect(code).toBe(0);
    const paths = shop.visits.map(({ method, path }) => `${method} ${path}`);
    expect([paths[0], paths.at(-1)]).toEqual(['POST /setup', 'DELETE /teardown']);
    expect(paths.filter((path) => /setup$|teardown/.test(path)).sort()).toEqual([
      'DELETE /teardown',
      'GET /vu-setup',
      'GET /vu-setup',
      'POST /setup',
    ]);
    const orders = shop.visits.filter(({ path }) => path === '/order');
    expect(orders.map(({ query, headers }) => `${query['shop']} ${headers.cookie}`)).toEqual(
      Array.from({ length: 4 }, () => 'shop-200 undefined'),
    );
    expect(shop.visits.find(({ path }) => path === '/vu-setup')?.query['at']).toBe('0');
    // Neither is of an iteration.
    expect(result.requests.sent).toBe(5);
    expect(result.scenarios!.teardownFailure).toBeNull();
  });
});

test.each([
  [
    'setup-throws',
    1,
    /^volley: setup failed: GET \/status\/500 was answered with 500$/m,
    ['/setup', '/status/500'],
  ],
  ['setup-late', 1, /setup did not end within 1\.00 s: .*setupTimeout/, ['/setup']],
  [
    'setup-function',
    1,
    /setup returned a value that cannot be sent to workers \(.*\): return plain data\./,
    ['/setup'],
  ],
])('%s: nothing of the load is sent', async (fault, code, sentence, paths) => {
  const module = join(ROOT, 'test/fixtures/scenarios/hooks.mjs');
  const ended = await volley.with({ SHOP: shop.url, FAULT: fault }, ['run', module, '-o', 'json']);
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(sentence);
  expect(shop.visits.map(({ path }) => path)).toEqual(paths);
});

test('one scenario of several, in the size that the command line says', async () => {
  const { code, result } = await ran(
    'cookies.mjs',
    '--only',
    'kept',
    '--vus',
    '3',
    '--iterations',
    '2',
    '-w',
    '2',
  );
  expect([code, result.degradedReasons]).toEqual([0, []]);
  expect(shop.visits.map(({ query }) => query['s'])).toEqual(Array.from({ length: 12 }, () => 'kept'));
  expect(result.scenarios!.scenarios).toMatchObject([{ name: 'kept', started: 6, completed: 6 }]);
  expect(result.plan.scenarios!.loads).toMatchObject([{ users: 3, scenarios: ['kept'] }]);

  // What it draws is what it draws beside the others.
  const drawn = async (...args: string[]): Promise<string[]> => {
    shop.visits.length = 0;
    await ran('cookies.mjs', '--seed', '5', ...args);
    const own = shop.visits.filter(({ query }) => query['s'] === 'kept');
    return own.map(({ query }) => `${query['n']} ${query['drawn']}`).sort();
  };
  const alone = await drawn('--only', 'kept', '-w', '1');
  expect(new Set(alone).size).toBe(12);
  expect(await drawn('-w', '2')).toEqual(alone);
});

test('a teardown that fails fails the run, and what setup calls a token is in no result', async () => {
  const module = join(ROOT, 'test/fixtures/scenarios/hooks.mjs');
  const args = ['run', module, '-o', 'json', '--mode', 'inline'];
  const torn = await volley.with({ SHOP: shop.url, FAULT: 'teardown' }, args);
  expect(torn.code).toBe(1);
  expect(torn.stderr).toMatch(/teardown failed: Error: cannot close shop-200 \(hooks\.mjs:\d+:\d+\)/);
  const result = JSON.parse(torn.stdout) as Summary;
  expect(result.scenarios!.teardownFailure).toMatch(/^teardown failed: Error: cannot close shop-200/);

  const failing = await volley.with({ SHOP: shop.url, FAULT: 'iteration' }, args);
  expect(failing.code).toBe(1);
  expect(JSON.parse(failing.stdout).scenarios.total.failed).toBe(4);
  expect(failing.stdout + failing.stderr).not.toContain('a-token-that-nobody-sees');
  // Whatever becomes of the iterations.
  expect(shop.visits.at(-1)?.path).toBe('/teardown');
});

test('--once: one iteration of each scenario, with all that is sent, answered and checked', async () => {
  const module = join(ROOT, 'test/fixtures/scenarios/hooks.mjs');
  const { code, stdout } = await volley.with({ SHOP: shop.url }, ['run', module, '--once']);
  expect(shop.visits.map(({ method, path }) => `${method} ${path}`)).toEqual([
    ...['POST /setup', 'GET /vu-setup', 'POST /order', 'GET /look', 'DELETE /teardown'],
  ]);
  const lines = stdout
    .replaceAll(/\d+(\.\d+)? (m|µ)?s/g, 'TIME')
    .split('\n')
    .filter((line) => /^\* (?!first byte)|^> [A-Z]|^<.\d|^[^<>*]/.test(line));
  expect(lines).toEqual([
    ...['* setup', '> POST /setup HTTP/1.1', '{"name":"shop"}', '< 200', '{}'],
    ...["* scenario 'buy'", "* the user's setup", '> GET /vu-setup?at=0 HTTP/1.1', '< 200', '{}'],
    ...[
      '* iteration',
      "* group 'order'",
      '> POST /order?shop=shop-200 HTTP/1.1',
      'vu=1',
      '< 200',
      '{}',
      '* metric orders: 1',
    ],
    ...['* sleep for TIME', "* group 'order' left after TIME", '* check ✓ at most four', '* check ✓ odd'],
    '* iteration completed after TIME',
    ...["* scenario 'look'", '> GET /look HTTP/1.1', '< 200', '{}', '* iteration completed after TIME'],
    ...['* teardown', '> DELETE /teardown?id=shop-200 HTTP/1.1', '< 200', '{}'],
  ]);
  expect(stdout).toContain('> authorization: …\n');
  expect(stdout).not.toContain('secret-of-look');
  expect(code).toBe(0);

  for (const [fault, end] of [
    ['check', '* check ✗ odd'],
    ['iteration', '* iteration failed (request, status 404)'],
  ] as const) {
    const failed = await volley.with({ SHOP: shop.url, FAULT: fault }, ['run', module, '--once']);
    expect([failed.code, failed.stdout.includes(end)]).toEqual([1, true]);
  }
});

test('--once shows no secret of the data that setup returned, wherever the code puts it', async () => {
  const path = file('data.mjs');
  const secrets = ['q8Zr-of-the-data', 'deep-Pa55-of-it'];
  writeFileSync(
    path,
    `import { defineTest, fail } from 'volley';
    export default defineTest({ baseURL: process.env.SHOP, load: { executor: 'constant-vus', vus: 1, duration: '1s' },
      setup: () => ({ token: '${secrets[0]}', admin: { password: '${secrets[1]}' } }),
      scenarios: { one: { async exec(vu) {
        const { token, admin } = vu.data;
        await vu.group('as ' + token, (vu) => vu.http.post('/' + admin.password + '?k=' + token, { body: token }));
        vu.check(1, { ['is ' + admin.password]: () => true });
        fail('not ' + token);
      } } },
      teardown: ({ token }, { http }) => http.get('/end?k=' + token),
    });`,
  );
  shop.forget();
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, ['run', path, '--once']);
  expect(shop.visits.map(({ path, query }) => [path, query['k']])).toEqual([
    [`/${secrets[1]}`, secrets[0]],
    ['/end', secrets[0]],
  ]);
  for (const line of [
    "* group 'as …'",
    '> POST /…?k=… HTTP/1.1',
    '* check ✓ is …',
    '> GET /end?k=… HTTP/1.1',
  ])
    expect(stdout.split('\n')).toContain(line);
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  expect(code).toBe(1);
});

test('users whose setup fails are there, but have no session', async () => {
  const path = file('sessions.mjs');
  const parts = `async vuSetup(vu) { await vu.sleep(50); if (vu.id % 3 === 0) throw new Error('no login'); }, exec: (vu) => vu.sleep(20)`;
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    export default defineTest({ baseURL: '${shop.url}', scenarios: {
      each: { load: { executor: 'per-vu-iterations', vus: 6, iterations: 2 }, ${parts} },
      users: { load: { executor: 'constant-vus', vus: 6, duration: '300ms' }, ${parts} },
      none: { load: { executor: 'shared-iterations', vus: 2, iterations: 2 }, exec: (vu) => vu.sleep(50) },
    } });`,
  );
  const { code, stdout } = await volley('run', path, '--mode', 'inline', '-o', 'json');
  const { scenarios, generator } = JSON.parse(stdout) as Summary;
  const { users, total } = scenarios!;
  expect(users).toMatchObject({ max: 14, ever: 10, setupFailures: { count: 4 } });
  expect(users.series.map((point) => point.users)).toContain(14);
  expect(total).toMatchObject({ notStarted: 4, failed: 0 });
  // Of all that came.
  expect(generator.finding).toMatchObject({ code: 'vu-setup-failed', figures: { count: 4 } });
  expect(code).toBe(3);
});
