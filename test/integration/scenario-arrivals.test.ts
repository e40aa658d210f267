import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();
let modules = 0;

async function ran(test: string): Promise<{ code: number | null; result: Summary }> {
  const path = file(`arrivals${++modules}.mjs`);
  writeFileSync(
    path,
    `import { defineTest, items } from 'volley';
    const rows = (count) => items(Array.from({ length: count }, (_, id) => ({ id })), 'once');
    const exec = (vu) => vu.http.get('/delay/10', { query: { s: vu.scenario, id: vu.row?.id } });
    export default defineTest({ baseURL: process.env.SHOP, ${test} });`,
  );
  const { code, stdout } = await volley.with({ SHOP: shop.url }, [
    ...['run', path, '-o', 'json', '--mode', 'inline'],
  ]);
  return { code, result: JSON.parse(stdout) as Summary };
}

const codesOf = ({ findings }: Summary): string[] => findings!.degraded.map(({ code }) => code);

const rate = (fields: string): string =>
  `load: { executor: 'constant-arrival-rate', gracefulStop: '20s', ${fields} }`;

const failing = (which: string): string => `vuSetup(vu) { if (${which}) throw new Error('no login'); }`;

test.each([
  ['iterations', rate("rate: 60, duration: '500ms', maxVUs: 6")],
  ['users', "load: { executor: 'constant-vus', vus: 2, duration: '500ms' }"],
])('a scenario without rows goes on when the last row of another has been used, of %s', async (of, load) => {
  const { code, result } = await ran(`${load}, scenarios: { a: { exec }, b: { exec, rows: rows(3) } }`);
  const [a, b] = result.scenarios!.scenarios;
  expect(b).toMatchObject({ scheduled: 3, completed: 3 });
  if (of === 'iterations') expect(a).toMatchObject({ scheduled: 15, completed: 15 });
  // It would have ended with the other one, after hardly more than 3.
  else expect(a!.completed).toBeGreaterThan(6);
  const ids = shop.visits.filter(({ query }) => query['s'] === 'b').map(({ query }) => query['id']);
  expect(ids.toSorted()).toEqual(['0', '1', '2']);
  expect(result.findings!.notes.filter(({ code }) => code === 'rows-used-up')).toEqual([
    { code: 'rows-used-up', figures: { scenario: 'b', rows: 3 } },
  ]);
  expect([codesOf(result), code]).toEqual([[], 0]);
});

test('iterations that wait for a user when the last row is given out have theirs', async () => {
  const scenarios = 'scenarios: { b: { exec, rows: rows(12) } }';
  const { code, result } = await ran(`${rate("rate: 400, duration: '20s', maxVUs: 1")}, ${scenarios}`);
  expect(result.scenarios!.total).toMatchObject({ scheduled: 12, completed: 12, dropped: 0, notStarted: 0 });
  expect(shop.visits.map(({ query }) => Number(query['id']))).toEqual([...Array(12).keys()]);
  expect(result.windowMs).toBeLessThan(15_000);
  expect([codesOf(result), code]).toEqual([[], 0]);
});

test('an iteration that waits for users who are there from the beginning is done when they are ready', async () => {
  const slow = 'vuSetup: (vu) => vu.sleep(200)';
  const load = rate("rate: 20, duration: '100ms', maxVUs: 2, preAllocatedVUs: 2");
  const { code, result } = await ran(`${load}, scenarios: { a: { exec, ${slow} } }`);
  expect(result.scenarios!.total).toMatchObject({ scheduled: 2, completed: 2, dropped: 0, notStarted: 0 });
  expect([codesOf(result), code]).toEqual([[], 0]);
});

test('an iteration whose user could not begin is done by another', async () => {
  const load = rate("rate: 20, duration: '500ms', maxVUs: 4");
  const { result } = await ran(`${load}, scenarios: { a: { exec, ${failing('vu.id === 1')} } }`);
  expect(result.scenarios!.total).toMatchObject({ scheduled: 10, completed: 10, dropped: 0, notStarted: 0 });
  expect(codesOf(result)).toEqual(['vu-setup-failed']);
});

test.each(['queue', 'drop'])('without a user who can begin, nothing is waited for (%s)', async (busy) => {
  const load = rate(`rate: 20, duration: '500ms', maxVUs: 2, whenBusy: '${busy}'`);
  const from = performance.now();
  const { code, result } = await ran(`${load}, scenarios: { a: { exec, ${failing('true')} } }`);
  expect(performance.now() - from).toBeLessThan(15_000);
  expect(result.scenarios!.total).toMatchObject({ scheduled: 10, started: 0, dropped: 0, notStarted: 10 });
  // More users would not have helped.
  expect([codesOf(result), code]).toEqual([['vu-setup-failed', 'iterations-not-started'], 3]);
});
