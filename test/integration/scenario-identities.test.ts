import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Summary } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

type Step = readonly [what: string, of: unknown, more?: unknown];

const path = fc.constantFrom('/a', '/delay/2', '/status/404', '/status/500', '/b');
const expectation = fc.constantFrom(null, null, 'any', 204);
const share = fc.constantFrom(0, 0.2, 0.5);
const { flow } = fc.letrec<{ flow: Step[]; step: Step }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'flow' },
    fc.tuple(fc.constant('get'), path, expectation),
    fc.tuple(fc.constant('check'), fc.constantFrom('x', 'y'), fc.constantFrom(0, 0.5, 1)),
    fc.tuple(fc.constant('sleep'), fc.integer({ min: 0, max: 4 })),
    fc.tuple(fc.constantFrom('throw', 'fail'), share),
    fc.tuple(fc.constant('parallel'), fc.array(fc.tuple(path, expectation), { maxLength: 9 })),
    fc.tuple(fc.constant('group'), fc.constantFrom('in', 'out'), tie('flow')),
    fc.tuple(fc.constant('catch'), fc.constant(0), tie('flow')),
  ),
  flow: fc.array(tie('step'), { minLength: 1, maxLength: 5, depthIdentifier: 'flow' }),
}));
const flows = fc.record({ each: flow, shared: flow, timed: flow });

const RANDOM = pathToFileURL(join(ROOT, 'test/fixtures/scenarios/random.mjs')).href;
const inFolder = useFolder();
const shop = useShop();
const volley = useKeptProcess(false);

/** How often something is there. */
function counted(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('whatever flows do and whatever is answered, the counts add up', () => {
  test.each([
    ['inline', 1, 'wire'],
    ['threads', 1, 'undici'],
    ['threads', 2, 'wire'],
    ['threads', 4, 'wire'],
    ['processes', 2, 'undici'],
    ['processes', 4, 'wire'],
  ])('%s, %d, %s', async (mode, workers, client) => {
    // Other flows in each, and the same ones whenever this runs.
    const [made] = fc.sample(flows, { seed: 19 + workers * 7 + mode.length, numRuns: 1 });
    const module = inFolder(`${mode}-${workers}.mjs`);
    writeFileSync(
      module,
      `import { testOf } from '${RANDOM}';\nexport default testOf(${JSON.stringify(made)});\n`,
    );
    const { stdout, stderr } = await volley.with({ SHOP: shop.url }, [
      ...['run', module, '-o', 'json'],
      ...['--mode', mode, '-w', String(workers), '--client', client, '--seed', '3'],
    ]);
    expect(stdout === '' ? stderr : stdout[0]).toBe('{');
    expect(stderr).not.toContain('bug in volley');
    const { scenarios, mix, requests, findings } = JSON.parse(stdout) as Summary;
    const { total, scenarios: rows, groups, checks, metrics } = scenarios!;
    const codes = findings!.degraded.map(({ code }) => code);
    expect(codes).not.toContain('identity-violated');

    for (const row of [total, ...rows]) {
      expect(row.started).toBe(row.completed + row.failed + row.interrupted);
      expect(row.scheduled).toBe(row.started + row.dropped + row.notStarted);
      expect(sum(row.errors.map(({ count }) => count))).toBe(row.failed);
    }
    expect(rows.slice(0, 2)).toMatchObject([
      { name: 'each', started: 15, interrupted: 0 },
      { name: 'shared', started: 13, interrupted: 0 },
    ]);
    for (const field of ['started', 'completed', 'failed', 'interrupted', 'scheduled'] as const)
      expect(total[field]).toBe(sum(rows.map((row) => row[field])));

    for (const { entered, left, failed, interrupted } of groups)
      expect(entered).toBe(left + failed + interrupted);
    for (const { made: all, passed, failed } of checks) expect(all).toBe(passed + failed);
    // The flows count for themselves, too.
    const own = Object.fromEntries(
      metrics.map((metric) => [metric.name, 'count' in metric ? metric.count : 0]),
    );
    expect(sum(groups.map(({ entered }) => entered))).toBe(own['entered']);
    expect(sum(checks.map(({ made: all }) => all))).toBe(own['checked']);

    expect(sum(mix.map(({ sent }) => sent))).toBe(requests.sent);
    for (const { sent, ok, failed, unfinished, interrupted } of mix)
      expect(sent).toBe(ok + failed + unfinished + interrupted!);
    // Nothing of these two was cut off: what they have sent has arrived.
    const arrived = counted(shop.visits.flatMap(({ query }) => query['name'] ?? []));
    const isWhole = (name: string): boolean => !name.startsWith('timed ');
    expect(
      mix
        .filter(({ name }) => isWhole(name))
        .map(({ name, sent }) => [name, sent])
        .sort(),
    ).toEqual([...arrived].filter(([name]) => isWhole(name)).sort());
  });
});

test('requests of iterations that go on after the window are told, and are those that its counts lack', async () => {
  const module = inFolder('longer.mjs');
  // The third is due after the window, however quick everything is; on a busy machine so is the second.
  writeFileSync(
    module,
    `import { scenario } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'constant-vus', vus: 3, duration: '200ms' }, async ({ http }) => {
  for (const path of ['/a', '/b', '/c']) await http.get('/delay/120?' + path);
});
`,
  );
  const words = ['run', module, '--mode', 'threads', '-w', '2'];
  const { stdout } = await volley.with({ SHOP: shop.url }, [...words, '-o', 'json']);
  const { scenarios, requests } = JSON.parse(stdout) as Summary;
  const { total, laterRequests = 0 } = scenarios!;
  expect(total).toMatchObject({ failed: 0, interrupted: 0 });
  expect(requests.sent + laterRequests).toBe(3 * total.completed);
  expect(requests.sent + laterRequests).toBe(shop.visits.length);
  expect(laterRequests).toBeGreaterThanOrEqual(total.completed);
});

test('iterations of a schedule start in the workers that may have a user, where there are more workers', async () => {
  const module = inFolder('few.mjs');
  writeFileSync(
    module,
    `import { defineTest } from 'volley';
export default defineTest({ baseURL: process.env.SHOP, scenarios: {
  many: { load: { executor: 'per-vu-iterations', vus: 4, iterations: 5 }, exec: ({ http }) => http.get('/a') },
  few: {
    load: { executor: 'constant-arrival-rate', rate: 40, duration: '500ms', maxVUs: 2, preAllocatedVUs: 1 },
    exec: ({ http, n }) => http.get('/b', { query: { n } }),
  },
} });
`,
  );
  shop.forget();
  const words = ['run', module, '--mode', 'threads', '-w', '4', '-o', 'json'];
  const { stdout, code } = await volley.with({ SHOP: shop.url }, words);
  const { scenarios, plan, degradedReasons } = JSON.parse(stdout) as Summary;
  expect([plan.workers, degradedReasons, code]).toEqual([4, [], 0]);
  const few = scenarios!.scenarios.find(({ name }) => name === 'few');
  expect(few).toMatchObject({ scheduled: 20, completed: 20, dropped: 0 });
  const numbers = shop.visits.filter(({ path }) => path === '/b').map(({ query }) => Number(query['n']));
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('code of its own, code that never ends, code that does nothing, and two thousand requests at once', async () => {
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    ...['run', join(ROOT, 'test/fixtures/scenarios/code.mjs'), '-o', 'json', '-w', '1', '--timeout', '60s'],
  ]);
  const { scenarios, mix, notes, findings, thresholds } = JSON.parse(stdout) as Summary;
  expect(findings!.degraded.map(({ code }) => code)).not.toContain('identity-violated');
  const [busy, never, nothing, many] = scenarios!.scenarios;
  expect(busy).toMatchObject({ started: 10, completed: 10 });
  expect(never).toMatchObject({ started: 2, completed: 0, failed: 0, interrupted: 2 });
  expect(scenarios!.groups).toMatchObject([
    { name: 'waiting', entered: 2, left: 0, failed: 0, interrupted: 2 },
  ]);
  expect(scenarios!.checks).toEqual([{ name: 'one', made: 2, passed: 2, failed: 0 }]);
  expect(nothing).toMatchObject({ started: 40, completed: 40 });
  expect(many).toMatchObject({ started: 1, completed: 1 });
  expect(notes.filter((note) => /40 iterations neither sent a request nor slept/.test(note))).toHaveLength(1);

  // What a user measures of itself is part of what volley measures.
  const [busyMs] = scenarios!.metrics;
  const own = scenarios!.code!;
  expect(busyMs).toMatchObject({ name: 'busyMs', kind: 'counter' });
  expect(own.ms).toBeGreaterThanOrEqual(busyMs!.kind === 'counter' ? busyMs!.count : 0);
  expect(own.share).toBeGreaterThan(0);
  expect(own.share).toBeLessThanOrEqual(1);

  expect(shop.visits.filter(({ path: visited }) => visited === '/only-before')).toHaveLength(2);
  expect(mix.map(({ name, sent }) => [name, sent]).sort()).toEqual([
    ['GET /itms', 10],
    ['GET /many', 2_000],
  ]);
  expect(
    new Set(
      shop.visits.filter(({ path: visited }) => visited === '/many').map(({ connection }) => connection),
    ).size,
  ).toBe(6);

  expect(thresholds.find(({ request }) => request === 'GET /itmes')).toMatchObject({
    ok: false,
    meant: 'GET /itms',
  });
  expect(stderr).toContain(
    'p50{GET /itmes}<9s did not hold: no request of that name was measured: did you mean GET /itms?\n',
  );
  expect(code).toBe(1);
});
