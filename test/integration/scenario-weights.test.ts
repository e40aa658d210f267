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

const shared = (iterations: number): string =>
  `{ executor: 'shared-iterations', vus: ${Math.min(2, iterations)}, iterations: ${iterations} }`;
const users = (vus: number): string => `{ executor: 'constant-vus', vus: ${vus}, duration: '150ms' }`;

// Weights of 3, 1 and 1 are dealt as a, b, a, c, a.
test.each([
  ['users', users(1), '1', 1, ['b', 'c']],
  ['users', users(3), '2', 3, ['c']],
  ['users', users(4), '2', 4, []],
  [
    'users',
    "{ executor: 'ramping-vus', startVUs: 1, stages: [{ duration: '150ms', target: 4 }] }",
    '1',
    3,
    ['c'],
  ],
  ['iterations', shared(1), '1', 1, ['b', 'c']],
  ['iterations', shared(3), '2', 3, ['c']],
  ['iterations', shared(4), '2', 4, []],
  ['iterations', "{ executor: 'per-vu-iterations', vus: 1, iterations: 3 }", '1', 3, ['c']],
  [
    'iterations',
    "{ executor: 'constant-arrival-rate', rate: 10, duration: '300ms', maxVUs: 4 }",
    '2',
    3,
    ['c'],
  ],
] as const)(
  'scenarios that get none of the %s of %s, workers: %s, are named',
  async (of, load, workers, dealt, none) => {
    const path = file(`few${++modules}.mjs`);
    writeFileSync(
      path,
      `import { defineTest } from 'volley';
    const exec = async (vu) => { await vu.http.get('/a', { query: { s: vu.scenario } }); await vu.sleep(5); };
    export default defineTest({ baseURL: process.env.SHOP, load: ${load},
      scenarios: { a: { weight: 3, exec }, b: { weight: 1, exec }, c: { weight: 1, exec } } });`,
    );
    const how = workers === '1' ? ['--mode', 'inline'] : ['--mode', 'threads', '-w', workers];
    const { code, stdout } = await volley.with({ SHOP: shop.url }, ['run', path, '-o', 'json', ...how]);
    const { findings, notes, scenarios } = JSON.parse(stdout) as Summary;
    const needed = { b: 2, c: 4 };
    const found = findings!.notes.filter((note) => note.code === 'scenario-not-dealt');
    expect(found.map(({ figures }) => figures)).toEqual(
      none.map((scenario) => ({ scenario, of, dealt, needed: needed[scenario] })),
    );
    expect(notes.filter((note) => note.includes('had no iteration'))).toHaveLength(none.length);
    const unseen = scenarios!.scenarios.filter(({ started }) => started === 0).map(({ name }) => name);
    expect(unseen).toEqual(none);
    const came = new Set(shop.visits.map(({ query }) => query['s']!));
    expect([...came, ...none].toSorted()).toEqual(['a', 'b', 'c']);
    expect(code).toBe(0);
  },
);

test('a scenario whose users do not come to their first iteration has been dealt some', async () => {
  const path = file('none.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    const exec = (vu) => vu.http.get('/a');
    export default defineTest({ baseURL: process.env.SHOP, load: ${users(2)},
      scenarios: { a: { exec }, b: { exec, vuSetup() { throw new Error('closed'); } } } });`,
  );
  const { stdout } = await volley.with({ SHOP: shop.url }, [
    ...['run', path, '-o', 'json', '--mode', 'inline'],
  ]);
  const { findings, scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.scenarios.map(({ started }) => started > 0)).toEqual([true, false]);
  expect(findings!.notes.map(({ code }) => code)).not.toContain('scenario-not-dealt');
});

test.each([
  ['shared-iterations', 'vus: 2, iterations: 7'],
  ['per-vu-iterations', 'vus: 2, iterations: 4'],
])('%s need as many rows as their scenario has iterations, not more', async (executor, size) => {
  const ranWith = async (rows: number): ReturnType<typeof volley.with> => {
    const path = file(`rows${++modules}.mjs`);
    writeFileSync(
      path,
      `import { defineTest, items } from 'volley';
      const rows = items(Array.from({ length: ${rows} }, (_, id) => ({ id })), 'once');
      const exec = (vu) => vu.http.get('/a');
      export default defineTest({ baseURL: process.env.SHOP, load: { executor: '${executor}', ${size} },
        scenarios: { a: { weight: 3, exec }, b: { weight: 1, exec, rows } } });`,
    );
    return volley.with({ SHOP: shop.url }, ['run', path, '-o', 'json', '--mode', 'inline']);
  };
  const enough = await ranWith(2);
  expect([enough.code, enough.stderr]).toEqual([0, '']);
  expect((JSON.parse(enough.stdout) as Summary).scenarios!.scenarios[1]).toMatchObject({ completed: 2 });
  const few = await ranWith(1);
  expect(few.code).toBe(2);
  expect(few.stderr).toContain('scenarios.b.rows: there is 1 row for 2 iterations, which use one each');
});
