import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { sessionsOf } from '../../src/time/user-schedule.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { eventually } from '../support/processes.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess();
const file = useFolder();

let modules = 0;

/** A module of one scenario with this load. */
function moduleOf(load: string, body: string, more = ''): string {
  const path = file(`times${++modules}.mjs`);
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
export default defineTest({ baseURL: '${shop.url}', ${more} scenarios: { one: { load: ${load},
  exec: async (vu) => { ${body} } } } });\n`,
  );
  return path;
}

async function ran(module: string, ...args: string[]): Promise<Summary> {
  const { stdout } = await volley('run', module, '-o', 'json', ...args);
  return JSON.parse(stdout) as Summary;
}

describe('a ramp of users', () => {
  const secondsOf = (users: number, durationMs: number): number => {
    const ramp = { startUsers: 0, stages: [{ durationMs, target: users }] };
    const times = Array.from({ length: users }, (_, index) =>
      sessionsOf(ramp, index + 1).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    );
    return times.reduce((sum, time) => sum + time, 0) / 1_000;
  };

  test('from 0 to 200 in 30 s has as many seconds of users as the triangle, each from when the line reaches it', () => {
    expect(secondsOf(200, 30_000)).toBeCloseTo(2_985, 6);
    expect(sessionsOf({ startUsers: 0, stages: [{ durationMs: 30_000, target: 200 }] }, 100)).toEqual([
      { fromMs: 15_000, toMs: 30_000 },
    ]);
  });

  test.each([
    ['threads', '1'],
    ['threads', '4'],
    ['inline', '1'],
  ])('has them in %s with %s workers', async (mode, workers) => {
    const load =
      "{ executor: 'ramping-vus', stages: [{ duration: '2s', target: 20 }], gracefulRampDown: 0, gracefulStop: 0 }";
    const { scenarios, windowMs } = await ran(
      moduleOf(load, 'await vu.sleep(20);'),
      '--mode',
      mode,
      '-w',
      workers,
    );
    const { max, ever, series } = scenarios!.users;
    // The line reaches the last one at its end.
    expect([max, ever]).toEqual([19, 19]);
    const seconds = series.reduce((sum, { atMs, users }, index) => {
      const toMs = Math.min(series[index + 1]?.atMs ?? windowMs, 2_000);
      return sum + (users * Math.max(0, toMs - Math.min(atMs, 2_000))) / 1_000;
    }, 0);
    // A user may come late on a busy machine, and none comes early.
    expect(seconds).toBeLessThanOrEqual(secondsOf(20, 2_000) * 1.01);
    expect(seconds).toBeGreaterThan(secondsOf(20, 2_000) * 0.9);
  });
});

test('what is due while the only user waits for a stall has the wait in its response', async () => {
  // 100 iterations, one every 20 ms; the first takes 500 ms, and the others wait in line behind it.
  const load = "{ executor: 'constant-arrival-rate', rate: 50, duration: '2s', maxVUs: 1 }";
  const module = moduleOf(load, "await vu.http.get(vu.n === 1 ? '/delay/500' : '/');");
  const { scenarios, latencyMs, findings, generator } = await ran(module, '-w', '1');
  const { finding } = generator;
  // On a machine without a free core that is said first.
  if (generator.verdict === 'vu-limited')
    expect(finding).toMatchObject({
      code: 'iterations-waited',
      figures: { scenario: 'one', users: 1 },
      nextStep: 'raise-max-vus',
    });
  else expect(findings!.notes).toContainEqual(expect.objectContaining({ code: 'iterations-waited' }));
  const { scheduled, completed, responseMs, durationMs } = scenarios!.total;
  expect([scheduled, completed]).toEqual([100, 100]);
  // The k-th of those behind it waits for 500 − 20 k ms; on a busy machine for somewhat longer.
  const percentile = (share: string, values = responseMs): number => values.percentiles[share]!;
  expect(responseMs.max!).toBeGreaterThanOrEqual(500);
  expect(responseMs.mean!).toBeGreaterThan(60);
  expect(percentile('90')).toBeGreaterThanOrEqual(500 - 20 * 11);
  expect(percentile('90')).toBeLessThan(responseMs.max!);
  expect(percentile('90', durationMs)).toBeLessThan(percentile('90') / 2);
  // One request was slow at the target, and its iteration alone.
  expect(percentile('90', latencyMs.service)).toBeLessThan(percentile('90') / 2);
});

test('without a free user an iteration is dropped where that is asked for, and users may be set up beforehand', async () => {
  const load =
    "{ executor: 'constant-arrival-rate', rate: 20, duration: '1s', maxVUs: 4, preAllocatedVUs: 3, whenBusy: 'drop' }";
  const module = moduleOf(load, "await vu.http.get('/delay/2000');");
  const { scenarios, degraded, findings } = await ran(module, '-w', '1');
  const { users, total } = scenarios!;
  expect(users.ever).toBe(4);
  expect(total).toMatchObject({ scheduled: 20, started: 4, completed: 4, dropped: 16 });
  expect(degraded).toBe(true);
  expect(findings!.degraded).toContainEqual({
    code: 'iterations-dropped',
    figures: { dropped: 16, scheduled: 20 },
  });

  // The first is due while they are being set up.
  const quiet = "{ executor: 'constant-arrival-rate', rate: 2, duration: '1s', preAllocatedVUs: 3 }";
  const { scenarios: early } = await ran(moduleOf(quiet, "await vu.http.get('/');"), '-w', '1');
  expect(early!.users.ever).toBeGreaterThanOrEqual(3);
  expect(early!.total).toMatchObject({ completed: 2 });
});

test('iterations at a rate are dealt to workers by how many users they have', async () => {
  const load = "{ executor: 'constant-arrival-rate', rate: 300, duration: '100ms', maxVUs: 3 }";
  const { scenarios, workers } = await ran(moduleOf(load, "await vu.http.get('/');"), '-w', '2');
  expect(scenarios!.total).toMatchObject({ scheduled: 30, completed: 30 });
  expect(workers.map(({ sent }) => sent)).toEqual([20, 10]);
});

test.each([
  ['computes', 'const from = performance.now(); while (performance.now() - from < 50);', true],
  ['awaits', 'await new Promise((resolve) => setTimeout(resolve, 50));', false],
])('code that %s for 50 ms ten times a second', async (_, work, isHeld) => {
  const load = "{ executor: 'constant-arrival-rate', rate: 10, duration: '2s' }";
  // Of fewer than a hundred requests nothing is said of limits.
  const requests = "for (let sent = 0; sent < 6; sent++) await vu.http.get('/');";
  const { scenarios, generator } = await ran(moduleOf(load, `${requests} ${work}`), '-w', '1');
  const { share, blockedShare } = scenarios!.code!;
  if (isHeld) {
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.7);
    // A piece in which other programs had the processor is not one that the code has held.
    if (blockedShare > 0.2) expect(generator.verdict).toBe('generator-limited');
  } else {
    expect(share).toBeLessThan(0.2);
    expect(generator.finding?.code).not.toBe('scenario-code');
  }
});

test('one setup and one teardown, also after Ctrl-C, which the iterations under way may finish before', async () => {
  const load = "{ executor: 'constant-vus', vus: 3, duration: '1m' }";
  const hooks =
    "setup: ({ http }) => http.post('/setup').then(() => {}), teardown: (_, { http }) => http.delete('/teardown').then(() => {}),";
  const module = moduleOf(load, "await vu.http.get('/delay/100'); await vu.http.get('/end');", hooks);
  const { child, ended } = startVolley(['run', module, '-w', '2', '-o', 'json']);
  await eventually(() => shop.visits.length > 6, 'users are at work');
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  const { scenarios, interrupted } = JSON.parse(stdout) as Summary;
  expect([code, interrupted]).toEqual([130, true]);
  const paths = shop.visits.map(({ path }) => path);
  expect([paths[0], paths.at(-1)]).toEqual(['/setup', '/teardown']);
  expect(paths.filter((path) => /setup|teardown/.test(path))).toHaveLength(2);
  expect(scenarios!.total).toMatchObject({ failed: 0, interrupted: 0 });
  expect(paths.filter((path) => path === '/end')).toHaveLength(scenarios!.total.completed);
});
