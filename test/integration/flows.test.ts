import { readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop, type Visit } from '../support/shop.ts';

const ITEMS = JSON.stringify([3, 'b/c', 5].map((id) => ({ id, name: 'a & b' })));

function answer({ path }: Visit, response: ServerResponse): boolean {
  response.setHeader('content-type', 'application/json');
  if (path === '/items') response.setHeader('set-cookie', 'session=s 1'.replace(' ', '-'));
  if (path === '/items') response.end(ITEMS);
  else if (path.startsWith('/orders/')) response.end('{"ok":true,"next":"/after?x=1"}');
  else if (path.startsWith('/pages/'))
    response.end(`{"next":${path === '/pages/3' ? null : Number(path.at(-1)) + 1}}`);
  else if (path.startsWith('/items/')) response.end('{}');
  else return false;
  return true;
}

const shop = useShop(answer);
const volley = useKeptProcess(false);
const file = useFolder();

async function ran(name: string, ...args: string[]): Promise<{ code: number | null; result: Summary }> {
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    'run',
    join(ROOT, 'test/fixtures/scenarios', name),
    '-o',
    'json',
    ...args,
  ]);
  expect(stderr).not.toContain('bug in volley');
  return { code, result: JSON.parse(stdout) as Summary };
}

/** What each user has sent, in its order: raw heads and bodies. */
function sentByUser(): string[][] {
  const users = new Map<number, string[]>();
  // Whoever logs in first has the first token.
  for (const { raw, connection } of shop.visits)
    users.set(connection, [...(users.get(connection) ?? []), raw.replace(/token-\d/, 'token')]);
  return [...users.values()].sort();
}

describe.each([
  ['threads', 'wire'],
  ['processes', 'undici'],
])('%s, %s', (mode, client) => {
  const how = ['--mode', mode, '--client', client, '-w', '2'];

  test('steps send the bytes that a module sends, and count the same', async () => {
    const inTurn = async (name: string, ...more: string[]) => {
      shop.forget();
      const { code, result } = await ran(name, ...how, ...more);
      const { groups, checks, metrics, total } = result.scenarios!;
      const counts = groups.map(({ name, entered, left }) => [name, entered, left]);
      const { scheduled, started, completed, failed } = total;
      const requests = result.mix.map(({ name, sent, ok }) => [name, sent, ok]).sort();
      return {
        code,
        sent: sentByUser(),
        said: { counts, checks, metrics, scheduled, started, completed, failed, requests },
      };
    };
    const module = await inTurn('flow-twin.mjs');
    const flow = await inTurn('flow.yaml', '--set', `base=${shop.url}`);
    // A variable of the plan is one of its secrets; of a module's constant nobody knows.
    const hidden = module.said.requests.map(([name, ...counts]) => [
      String(name).replace('east%20side', '…'),
      ...counts,
    ]);
    expect(flow).toEqual({ ...module, said: { ...module.said, requests: hidden } });
    expect(flow.code).toBe(1);
    expect(flow.said).toMatchObject({
      counts: [['look', 4, 4]],
      checks: [
        { name: 'has items', passed: 4 },
        { name: 'never', failed: 4 },
      ],
      completed: 4,
    });
    expect(flow.said.requests).toContainEqual(['GET /items/{}/{}', 12, 12]);
    expect(flow.sent.flat().filter((raw) => raw.startsWith('POST /orders/east%20side'))).toHaveLength(2);
    expect(flow.sent.flat().join()).toContain('{"id":3,"ids":[3,"b/c",5],"user":"ada","n":"no 2"');
  });

  test('a step that cannot be done is told with its place', async () => {
    const { code, result } = await ran('flow-faults.yaml', ...how, '--set', `base=${shop.url}`);
    const { scenarios, teardownFailure } = result.scenarios!;
    expect(Object.fromEntries(scenarios.map(({ name, errors }) => [name, errors]))).toMatchObject({
      captured: [
        {
          kind: 'expectation',
          code: 'expectation CAPTURE',
          count: 4,
          example: expect.stringContaining(
            'as there (flow-faults.yaml:13:50): header x-nowhere found nothing',
          ),
        },
      ],
      failing: [{ kind: 'fail', code: 'none for 1', count: 1 }],
      polling: [
        { kind: 'fail', code: 'flow-faults.yaml:17:34: still status == 202 after 3 rounds', count: 4 },
      ],
      unset: [{ kind: 'script', code: 'FlowError flow-faults.yaml:22:9', count: 4 }],
      wrong: [{ kind: 'script', code: 'FlowError flow-faults.yaml:24:80', count: 4 }],
    });
    expect(teardownFailure ?? null).toBeNull();
    expect(code).toBe(1);
    const visited = (path: string): Visit[] => shop.visits.filter((visit) => visit.path === path);
    expect(visited('/status/200').filter(({ query }) => query['in'] === 'setup')).toHaveLength(2);
    expect(visited('/status/202')).toHaveLength(16);
    expect(visited('/status/200').filter(({ query }) => query['key'] === 'token-1')).toHaveLength(3);
    expect(visited('/closed/token-1/token-1!')).toHaveLength(1);
  });
});

test('what steps call is looked at before anything is sent', async () => {
  const file = 'test/fixtures/scenarios/flow-calls.yaml';
  const { code, stderr } = await volley('run', file);
  expect(stderr.split('\n').filter((line) => line.includes('flow-calls.yaml'))).toEqual([
    expect.stringContaining(`${file}:7:17: call 'sign': give a file and a name, as in ./sign.ts#sign.`),
    expect.stringContaining(`${file}:11:46: 'sets': give a name, or a list of names.`),
    expect.stringContaining(`${file}:8:17: ./flow-calls.mjs exports no function 'number'`),
    expect.stringMatching(
      /:9:17: \.\/gone\.mjs: Cannot find module '[^']*gone\.mjs': check the path, and write the whole name of the file/,
    ),
    expect.stringContaining(`${file}:10:17: ./numbers.csv: Unknown file extension ".csv"`),
  ]);
  expect(code).toBe(2);
});

test('iterations fail the run although all answers are good', async () => {
  shop.forget();
  const load = { executor: 'shared-iterations', vus: 2, iterations: 50 };
  const missing = [{ get: '/orders/1', capture: { token: 'json token' } }, { get: '/items?t={{token}}' }];
  const endless = [{ get: '/items' }, { while: 'true', most: 2, flow: [{ get: '/items' }] }];
  const given = [{ get: '/items' }, { fail: 'no items' }];
  const scenarios = Object.fromEntries(
    Object.entries({ missing, endless, given }).map(([name, flow]) => [name, { load, flow }]),
  );
  const plan = file('plan.yaml');
  writeFileSync(plan, JSON.stringify({ url: shop.url, scenarios }));
  const out = file('result.json');
  const { code, stdout, stderr } = await volley.with({}, ['run', plan, '-w', '1', '--out', out]);
  const { requests, generator, scenarios: done } = JSON.parse(readFileSync(out, 'utf8')) as Summary;
  expect(requests).toMatchObject({ sent: 250, ok: 250 });
  expect(done!.total).toMatchObject({ started: 150, failed: 150 });
  expect(generator.verdict).toBe('failing');
  expect(generator.finding).toMatchObject({
    code: 'iterations-failed',
    figures: { failed: 150, of: 150, scenario: null },
  });
  expect(code).toBe(1);
  expect(stdout).toContain('FAILING: all of the iterations failed');
  expect(stdout).toMatch(/✗ iteration-errors<=1%\s+100\.0 % \(implied/);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('what the user waited in one, failed or not');
  expect(stderr).not.toContain('bug in volley');
});

/** Runs a plan that is written here; places in what it says are of its lines. */
async function ranText(...lines: readonly string[]): Promise<Summary> {
  writeFileSync(file('own.yaml'), [`url: ${shop.url}`, ...lines].join('\n'));
  const { stdout, stderr } = await volley('run', file('own.yaml'), '--mode', 'inline', '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
}

test('a setup or teardown of users that fails says where', async () => {
  const { degradedReasons } = await ranText(
    'load: { executor: per-vu-iterations, vus: 2, iterations: 1 }',
    'scenarios:',
    '  one:',
    '    vu-setup: [{ think: 1ms }, { repeat: 1, flow: [{ get: /items, expect-status: 204 }] }]',
    '    flow: [{ get: /items }]',
    '  two:',
    '    flow: [{ get: /items }]',
    "    vu-teardown: [{ fail: 'no way out' }]",
  );
  expect(degradedReasons.slice(0, 2)).toEqual([
    expect.stringMatching(
      /^1 user did not run because its setup failed: GET \/items: expected status 204, got 200 \(own\.yaml:5:52\)\.$/,
    ),
    'The teardown of 1 user failed: no way out (own.yaml:9:19).',
  ]);
});

test('a scenario that never ends beside others is told, and one whose iterations the end cuts off', async () => {
  const { notes, findings, scenarios } = await ranText(
    'load: { executor: constant-vus, vus: 2, duration: 1s, gracefulStop: 0s }',
    'scenarios:',
    '  endless: { flow: [{ get: /items }, { think: 100s }] }',
    '  mostly: { flow: [{ get: /items }, { if: n > 1, then: [{ think: 100s }] }] }',
    '  often: { load: { executor: per-vu-iterations, vus: 1, iterations: 10 }, flow: [{ get: /items }] }',
  );
  const rows = scenarios!.scenarios.map(({ name, started, interrupted }) => ({ name, started, interrupted }));
  expect(rows[0]).toEqual({ name: 'endless', started: 1, interrupted: 1 });
  expect(
    findings!.notes.filter(({ code }) => code === 'iterations-cut').map(({ figures }) => figures),
  ).toEqual([{ scenario: 'endless', started: 1, interrupted: 1 }]);
  expect(notes.join()).toContain("cut off 1 of 1 iteration of 'endless': it has no times.");
  expect(rows[2]).toEqual({ name: 'often', started: 10, interrupted: 0 });
});

test('of iterations that were all cut off no time is shown', async () => {
  const plan = [
    `url: ${shop.url}`,
    'load: { executor: constant-vus, vus: 2, duration: 200ms, gracefulStop: 0s }',
    'scenarios:',
    '  one: { flow: [{ get: /items }, { think: 100s }] }',
    '  two: { flow: [{ get: /items }, { think: 100s }] }',
  ];
  writeFileSync(file('endless.yaml'), plan.join('\n'));
  const { stdout } = await volley('run', file('endless.yaml'), '--mode', 'inline');
  expect(stdout).toMatch(/^iterations 2 started, 0 completed, 0 failed, 2 interrupted\n +none ended\n/m);
  expect(stdout).toMatch(/^one +1 +0 +0 +– +–/m);
});

test('a loop of steps that neither sends nor sleeps is interrupted at the end, and costs no worker', async () => {
  const plan = [
    `url: ${shop.url}`,
    'metrics: { rounds: counter }',
    'load: { executor: constant-vus, vus: 2, duration: 300ms, gracefulStop: 50ms }',
    'scenarios:',
    "  one: { flow: [{ get: /items }, { while: 'true', most: 1000000000, flow: [{ add: rounds }] }] }",
  ];
  writeFileSync(file('spinning.yaml'), plan.join('\n'));
  const { code, stdout } = await volley('run', file('spinning.yaml'), '-w', '1', '-o', 'json');
  const { degradedReasons, scenarios } = JSON.parse(stdout) as Summary;
  expect(degradedReasons).toEqual([]);
  expect(scenarios!.total).toMatchObject({ started: 2, interrupted: 2 });
  expect(code).toBe(1);
});

test('a captured null is a value, which expressions and JSON know, and text refuses', async () => {
  const { scenarios, mix } = await ranText(
    'load: { executor: per-vu-iterations, vus: 1, iterations: 2 }',
    'scenarios:',
    '  pages:',
    '    flow:',
    '      - { get: /pages/1, capture: { page: json next } }',
    "      - { while: page != null, most: 9, flow: [{ get: '/pages/{{page}}', capture: { page: json next } }] }",
    "      - { post: /orders/1, json: { page: '{{raw page}}' } }",
    "      - { get: '/items/{{page}}' }",
  );
  expect(mix.map(({ name, sent }) => [name, sent])).toEqual([
    ['GET /pages/1', 2],
    ['GET /pages/{}', 4],
    ['POST /orders/1', 2],
  ]);
  expect(shop.visits.filter(({ path }) => path === '/orders/1').at(-1)?.body).toBe('{"page":null}');
  expect(scenarios!.total.errors).toMatchObject([
    {
      ...{ kind: 'script', code: 'FlowError own.yaml:9:9', count: 2 },
      example: expect.stringContaining("'page' is null, which is no text: ask for that first"),
    },
  ]);
});
