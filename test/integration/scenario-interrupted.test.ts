import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

/** So often `/seldom` is not answered. */
const HANGS = 8;
let asked = 0;
const shop = useShop(({ path }) => path === '/never' || (path === '/seldom' && ++asked % HANGS === 0));
const volley = useKeptProcess(false);
const file = useFolder();
let modules = 0;

async function ran(
  load: string,
  parts: string,
  ...args: string[]
): Promise<{ code: number | null; result: Summary }> {
  const path = file(`cut${++modules}.mjs`);
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    export default defineTest({ baseURL: process.env.SHOP, scenarios: { one: { load: ${load}, ${parts} } } });`,
  );
  shop.forget();
  const { code, stdout } = await volley.with({ SHOP: shop.url }, ['run', path, '-o', 'json', ...args]);
  return { code, result: JSON.parse(stdout) as Summary };
}

/** What was sent is what came, and each request has one end, in all and by name. */
function expectSums({ requests, mix, scenarios, degradedReasons }: Summary): void {
  const parts = [requests, ...mix].map(({ sent, ok, failed, unfinished, interrupted }) => [
    sent,
    ok + failed + unfinished + interrupted!,
  ]);
  for (const [sent, sum] of parts) expect(sum).toBe(sent);
  expect(mix.reduce((sum, { interrupted }) => sum + interrupted!, 0)).toBe(requests.interrupted);
  expect(degradedReasons.join()).not.toContain('bug in volley');
  expect(shop.visits.length).toBeLessThanOrEqual(requests.sent + scenarios!.laterRequests!);
}

const AT_ONCE = "{ executor: 'constant-vus', vus: 4, duration: '900ms', gracefulStop: '0s' }";
const DOWN = `{ executor: 'ramping-vus', startVUs: 4, gracefulStop: '0s', gracefulRampDown: '0s',
  stages: [{ duration: '400ms', target: 4 }, { duration: '500ms', target: 0 }] }`;

describe.each([
  ['threads', 'wire', '4'],
  ['processes', 'undici', '2'],
  ['inline', 'wire', '1'],
])('%s, %s, %s workers', (mode, client, workers) => {
  const how = ['--mode', mode, '--client', client, '-w', workers];

  // At the end each user waits for a long answer, and one of them has had one before, also if the machine pauses for long.
  test.each([
    ['the end', AT_ONCE, 400],
    ['a ramp', DOWN, 300],
  ])('requests that %s cuts off are no failures of a target that answers', async (_, load, ms) => {
    const exec = `async exec(vu) { await vu.http.get('/delay/1', { name: 'a' }); await vu.http.get('/delay/${ms}', { name: 'b' }); }`;
    const { code, result } = await ran(load, exec, ...how);
    expect(result.degradedReasons).toEqual([]);
    expect(result.requests).toMatchObject({ failed: 0, unfinished: 0 });
    expect(result.requests.interrupted).toBeGreaterThan(0);
    expect(result.scenarios!.total.interrupted).toBeGreaterThanOrEqual(result.requests.interrupted!);
    expect([result.generator.verdict, ...result.generator.reasons]).not.toContain('failing');
    expect(result.thresholds.map(({ expression, measured }) => [expression, measured])).toContainEqual([
      'error-rate<=1%',
      0,
    ]);
    expect(code).toBe(0);
    expectSums(result);
  });
});

// The hanging ones last longer than a good answer of their name, and less than twice as long as the slow ones.
test.each([
  ['threads', 'wire', '1'],
  ['threads', 'undici', '2'],
  ['processes', 'wire', '2'],
  ['inline', 'undici', '1'],
])('%s, %s, workers: %s: a slow request hides no other one that hangs', async (mode, client, workers) => {
  const { code, result } = await ran(
    "{ executor: 'constant-vus', vus: 4, duration: '1400ms', gracefulStop: '0s' }",
    `async exec(vu) {
      await vu.http.get('/delay/500', { name: 'slow' });
      if (vu.id > 2) return;
      await vu.http.get('/delay/1', { name: 'hangs' });
      await vu.http.get('/never', { name: 'hangs' });
    }`,
    ...['--mode', mode, '--client', client, '-w', workers],
  );
  expectSums(result);
  expect(result.mix.map(({ name, unfinished, interrupted }) => [name, unfinished, interrupted])).toEqual([
    ['slow', 0, 2],
    ['hangs', 2, 0],
  ]);
  const each = result.workers.map(({ unfinished, interrupted }) => [unfinished, interrupted]);
  expect(each).toEqual(
    workers === '1'
      ? [[2, 2]]
      : [
          [1, 1],
          [1, 1],
        ],
  );
  expect(result.findings!.degraded.map((found) => found.code)).toEqual(['requests-unfinished']);
  expect(code).toBe(3);
});

test.each([
  ['some answers never come', '/seldom'],
  ['no answer ever comes', '/never'],
])('where %s, those that the end cuts off have failed', async (_, path) => {
  const exec = `async exec(vu) { await vu.http.get('${path}', { name: 'a' }); }`;
  // Twice as long as a busy machine takes for an answer, and more.
  const { code, result } = await ran(AT_ONCE.replace('900ms', '2s'), exec, '--mode', 'inline');
  expectSums(result);
  expect(result.requests.unfinished).toBeGreaterThanOrEqual(3);
  expect(result.generator.verdict).toBe('failing');
  expect(result.findings!.degraded.map((found) => found.code)).toEqual(['requests-unfinished']);
  expect(code).toBe(3);
});

test('users whose time was over before they could begin keep nobody waiting', async () => {
  const fromMs = Date.now();
  const path = file('over.mjs');
  // The first scenario holds the event loop up while the second one's only millisecond passes.
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    const until = (ms) => { const at = performance.now() + ms; while (performance.now() < at); };
    export default defineTest({ baseURL: process.env.SHOP, scenarios: {
      busy: { load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 }, exec: () => until(100) },
      brief: { load: { executor: 'constant-vus', vus: 2, duration: '1ms', startTime: '20ms' }, exec: (vu) => vu.http.get('/') },
    } });`,
  );
  const { stdout } = await volley.with({ SHOP: shop.url }, ['run', path, '--mode', 'inline', '-o', 'json']);
  const { scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.scenarios.map(({ name, started }) => [name, started])).toEqual([
    ['busy', 1],
    ['brief', 0],
  ]);
  // Not those 30 s that they would have had to finish.
  expect(Date.now() - fromMs).toBeLessThan(15_000);
});

const notesOf = ({ findings }: Summary): unknown[] =>
  findings!.notes.filter(({ code }) => code === 'users-cut');

test('a teardown that a ramp cuts off is told, and degrades nothing', async () => {
  const { code, result } = await ran(
    DOWN,
    "async exec(vu) { await vu.http.get('/'); await vu.sleep(20); }, async vuTeardown(vu) { await vu.http.get('/delay/20000'); }",
    '--mode',
    'inline',
  );
  expect(result.degradedReasons).toEqual([]);
  expect(code).toBe(0);
  expect(notesOf(result)).toEqual([
    { code: 'users-cut', figures: { scenario: 'one', part: 'vuTeardown', users: expect.any(Number) } },
  ]);
  expect(result.scenarios!.users.teardownFailures).toBeNull();
});

test('users whose setup hangs did not run, others whose setup the ramp cuts off came too late', async () => {
  const setup = "async vuSetup(vu) { await vu.http.get(vu.id > 2 ? '/never' : '/delay/20'); }";
  const hung = await ran(
    AT_ONCE,
    `async exec(vu) { await vu.http.get('/delay/20'); }, ${setup}`,
    '--mode',
    'inline',
  );
  expect(hung.result.scenarios!.users.setupFailures).toEqual({
    count: 2,
    example: expect.stringMatching(/it had not ended after \d+ ms, when the time for it was over/),
  });
  expect([hung.result.generator.verdict, hung.code]).toEqual(['failing', 3]);
  // Who was not set up had no session.
  expect(hung.result.scenarios!.users).toMatchObject({ max: 4, ever: 2 });
  // A slow machine has 400 ms to begin the late setups, and 600 ms more to end them before they count as hung.
  const late = await ran(
    `{ executor: 'ramping-vus', startVUs: 2, gracefulStop: '0s', gracefulRampDown: '0s',
      stages: [{ duration: '700ms', target: 2 }, { duration: '0s', target: 4 }, { duration: '400ms', target: 4 }] }`,
    `async exec(vu) { await vu.http.get('/delay/20'); },
      async vuSetup(vu) { await vu.http.get(vu.id > 2 ? '/delay/20000' : '/delay/500'); }`,
    '--mode',
    'inline',
  );
  expect([late.result.scenarios!.users.setupFailures, late.result.degradedReasons, late.code]).toEqual([
    null,
    [],
    0,
  ]);
  expect(notesOf(late.result)).toEqual([
    { code: 'users-cut', figures: { scenario: 'one', part: 'vuSetup', users: 2 } },
  ]);
});

test.each([
  ['awaits something else', 'await new Promise(() => {});'],
  ['catches its interruption', "try { await vu.sleep('1m'); } catch {} await new Promise(() => {});"],
])('users whose setup hangs and %s did not run either', async (_, hang) => {
  const { result, code } = await ran(
    AT_ONCE,
    `async exec(vu) { await vu.http.get('/delay/20'); }, async vuSetup(vu) { if (vu.id > 2) { ${hang} } }`,
    '--mode',
    'inline',
  );
  expect(result.scenarios!.users.setupFailures).toEqual({
    count: 2,
    // What volley waits after the interruption is not in it.
    example: expect.stringMatching(
      /it had not ended after (?:[89]|1[0-4])\d{2} ms, when the time for it was over/,
    ),
  });
  expect([result.generator.verdict, code]).toEqual(['failing', 3]);
  expect(notesOf(result)).toContainEqual({
    code: 'users-cut',
    figures: { scenario: 'one', part: 'vuSetup', users: 2 },
  });
});

test.each([
  ['vuSetup', 0],
  ['vuTeardown', 2],
])('a %s that never ends is named', async (part, completed) => {
  const { result } = await ran(
    "{ executor: 'per-vu-iterations', vus: 2, iterations: 1, maxDuration: '200ms', gracefulStop: '50ms' }",
    `async exec(vu) { await vu.http.get('/'); }, async ${part}() { await new Promise(() => {}); }`,
    '--mode',
    'inline',
  );
  expect(notesOf(result)).toEqual([{ code: 'users-cut', figures: { scenario: 'one', part, users: 2 } }]);
  expect(result.scenarios!.total.completed).toBe(completed);
});

describe('iterations that the end finds in their own code', () => {
  test.each([
    ['checks', '{ check: { well: n > 0 } }'],
    ['conditions, side by side', '{ parallel: [{ if: n < 0, then: [{ fail: none }] }] }'],
  ])(
    'have failed, as in a module, if they were in a loop of steps that never ends, of %s',
    async (_, step) => {
      const path = file(`loop${++modules}.yaml`);
      const loop = `{ while: n > 0, most: 1000000000, flow: [${step}] }`;
      writeFileSync(
        path,
        `url: ${shop.url}
scenarios:
  one:
    load: { executor: per-vu-iterations, vus: 3, iterations: 1, maxDuration: 200ms, gracefulStop: 2s }
    flow: [{ get: / }, { if: vu == 2, then: [${loop}] }]
`,
      );
      const { code, stdout } = await volley('run', path, '-o', 'json', '--mode', 'inline');
      const { scenarios, requests } = JSON.parse(stdout) as Summary;
      const counts = { scheduled: 3, started: 3, completed: 2, failed: 1, interrupted: 0 };
      const error = { kind: 'script', code: 'stuck', count: 1 };
      expect(scenarios!.total).toMatchObject({ ...counts, errors: [error] });
      expect(requests).toMatchObject({ sent: 3, ok: 3 });
      expect(code).toBe(1);
    },
  );

  const ONCE_EACH =
    "{ executor: 'per-vu-iterations', vus: 12, iterations: 1, maxDuration: '200ms', gracefulStop: '50ms' }";

  test.each([
    ['threads', '2'],
    ['inline', '1'],
  ])('have failed if nothing was to be expected of it any more, in %s', async (mode, workers) => {
    const hang = "await vu.http.get('/'); if (vu.n !== 3) await new Promise(() => {});";
    const { code, result } = await ran(
      ONCE_EACH,
      `async exec(vu) { ${hang} }`,
      ...['--mode', mode, '-w', workers],
    );
    const counts = { scheduled: 12, started: 12, completed: 1, failed: 11, interrupted: 0 };
    const error = {
      ...{ kind: 'script', code: 'stuck', count: 11 },
      example: expect.stringMatching(
        /^after GET \/ its own code neither sent a request nor slept for more than a second, .* took \([\d.]+ ms at most\)$/,
      ),
    };
    for (const row of [result.scenarios!.total, result.scenarios!.scenarios[0]])
      expect(row).toMatchObject({ ...counts, errors: [error] });
    expect(result.requests).toMatchObject({ sent: 12, ok: 12, interrupted: 0 });
    expect(result.generator.verdict).toBe('failing');
    expect(result.degradedReasons).toEqual([]);
    expect(code).toBe(1);
  });

  // Its second iteration is in the middle of what the first took, and the third scenario ends when it is told to.
  test('are interrupted if whole ones take as long, or if they end when they are told', async () => {
    const path = file('usual.mjs');
    const load = "{ executor: 'constant-vus', vus: 2, duration: '1600ms', gracefulStop: '0s' }";
    writeFileSync(
      path,
      `import { defineTest } from 'volley';
      export default defineTest({ baseURL: process.env.SHOP, scenarios: {
        slow: { load: ${load}, exec: () => new Promise((resolve) => setTimeout(resolve, 1_400)) },
        told: { load: ${load}, exec: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)) },
        quick: { load: ${load}, exec: (vu) => vu.http.get('/') },
        asleep: { load: ${load}, exec: async (vu) => { try { await vu.sleep('1m'); } finally { await new Promise(() => {}); } } },
      } });`,
    );
    const { code, stdout } = await volley.with({ SHOP: shop.url }, [
      'run',
      path,
      '--mode',
      'inline',
      '-o',
      'json',
    ]);
    const { scenarios, degradedReasons } = JSON.parse(stdout) as Summary;
    const counts = scenarios!.scenarios.map(({ name, failed, interrupted }) => [name, failed, interrupted]);
    expect(counts.filter(([name]) => name !== 'quick')).toEqual([
      ['slow', 0, 2],
      ['told', 0, 2],
      ['asleep', 0, 2],
    ]);
    expect([degradedReasons, code]).toEqual([[], 0]);
  });

  test('are interrupted if no iteration was good, which fails the run as it is', async () => {
    const { code, result } = await ran(
      ONCE_EACH,
      "async exec(vu) { await vu.http.get('/'); await new Promise(() => {}); }",
      ...['--mode', 'inline'],
    );
    expect(result.scenarios!.total).toMatchObject({ started: 12, failed: 0, interrupted: 12 });
    expect(result.generator.finding?.code).toBe('no-iteration-ended');
    expect(code).toBe(1);
  });

  test('have failed, too, if it had held the event loop for long before', async () => {
    const { result } = await ran(
      "{ executor: 'constant-vus', vus: 1, duration: '400ms', gracefulStop: '0s' }",
      `async exec(vu) {
        await vu.http.get('/');
        if (vu.n < 3) return;
        for (const from = performance.now(); performance.now() - from < 1_200; );
        await vu.sleep('1m');
      }`,
      ...['--mode', 'inline'],
    );
    const { total, code } = result.scenarios!;
    expect(total).toMatchObject({ started: 3, completed: 2 });
    // A piece in which other programs had the processor is not one that the code has held.
    if (code!.longestMs > 1_000) expect(total).toMatchObject({ failed: 1, errors: [{ code: 'stuck' }] });
    else expect(total).toMatchObject({ interrupted: 1 });
  });
});
