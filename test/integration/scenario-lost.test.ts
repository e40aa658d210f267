import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { childrenOf, eventually } from '../support/processes.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();

/** Each with the number of iterations that is planned; null where that depends on how long they take. */
const LOADS: Readonly<Record<string, readonly [load: string, planned: number | null]>> = {
  each: ["{ executor: 'per-vu-iterations', vus: 5, iterations: 60 }", 300],
  shared: ["{ executor: 'shared-iterations', vus: 3, iterations: 301 }", 301],
  rate: ["{ executor: 'constant-arrival-rate', rate: 100, duration: '2500ms' }", 250],
  users: ["{ executor: 'constant-vus', vus: 2, duration: '2500ms' }", null],
};

test('iterations of a lost worker that never started were planned all the same', async () => {
  const path = file('lost.mjs');
  const scenarios = Object.entries(LOADS).map(
    ([name, [load]]) =>
      `${name}: { load: ${load}, exec: (vu) => vu.http.get('/delay/20', { name: '${name}' }) },`,
  );
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    export default defineTest({ baseURL: '${shop.url}', scenarios: { ${scenarios.join('\n')} } });`,
  );
  const { child, ended } = startVolley(['run', path, '--mode', 'processes', '-w', '2', '-o', 'json']);
  await eventually(() => shop.visits.length > 150, 'users are at work');
  process.kill(childrenOf(child.pid!)[0]!, 'SIGKILL');
  const { code, stdout } = await ended;
  const result = JSON.parse(stdout) as Summary;
  expect(result.findings!.degraded.map((found) => found.code)).toEqual([
    'worker-lost',
    'iterations-not-started',
  ]);
  for (const { name, scheduled, started, dropped, notStarted } of result.scenarios!.scenarios) {
    const planned = LOADS[name]![1];
    expect({ name, scheduled }).toEqual({ name, scheduled: planned ?? started });
    expect(scheduled).toBe(started + dropped + notStarted);
    if (planned !== null) expect(notStarted).toBeGreaterThan(0);
  }
  // Of the lost worker at most what is under way, and what it had not told yet.
  expect(shop.visits.length).toBeGreaterThanOrEqual(result.requests.sent);
  expect(code).toBe(3);
});
