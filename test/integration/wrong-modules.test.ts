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

/** A module that exports this. */
function moduleOf(exported: string): string {
  const path = file(`wrong${++modules}.mjs`);
  writeFileSync(
    path,
    `import { csv, defineTest, items, jsonl } from 'volley';
const load = { executor: 'per-vu-iterations', vus: 1, iterations: 1 };
const exec = async () => {};
export default defineTest({ ${exported} });\n`,
  );
  return path;
}

/** What is said of a module, one sentence each, without its name. */
async function toldOf(exported: string, ...args: string[]): Promise<string[]> {
  const module = moduleOf(exported);
  const { code, stdout, stderr } = await volley('run', module, ...args);
  expect([code, stdout]).toEqual([2, '']);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^volley: /, '').replace(`${module}: `, ''));
}

test('options of a wrong type are told with everything else that is wrong', async () => {
  const load = "load: { executor: 'constant-vus', vus: 0, duration: '1s' }";
  expect(
    await toldOf(`thresholds: 5, timeout: {}, seed: [], headers: [1], baseURL: 7, setupTimeout: 'x',
      scenarios: { a: { ${load}, exec } }`),
  ).toEqual([
    "scenarios.a.load.vus '0': give a whole number from 1 to 1,000,000.",
    "setupTimeout 'x': give a time such as '30s' or '2m'; a number is milliseconds.",
    "baseURL '7': give a URL such as 'http://127.0.0.1:8080', without a query.",
    "headers: give an object of names and values, as in { 'x-a': 'b' }.",
    "thresholds '5': give a list of rules, as in ['p99<500ms'].",
    "timeout '{}': give a time such as '30s'; a number is milliseconds.",
    "seed '[]': give a whole number from 0.",
  ]);
  expect(
    await toldOf(`thresholds: [null], headers: { authorization: { of: 'secret' }, b: undefined },
      scenarios: { a: { load, exec } }`),
  ).toEqual([
    "headers['authorization']: give text.",
    "headers['b']: give text.",
    "thresholds '[null]': give a list of rules, as in ['p99<500ms'].",
  ]);
});

test('what is wrong on the command line hides nothing that is wrong in the module', async () => {
  expect(
    await toldOf(
      "seed: 1.5, timeout: 'soon', scenarios: { a: { load, exec: 5 } }",
      '--only',
      'b',
      '--vus',
      '0',
    ),
  ).toEqual([
    "--only 'b': there is no such scenario: choose from a.",
    "--vus '0': give a whole number from 1 to 1,000,000.",
    "scenarios.a.exec '5': give a function.",
    "seed '1.5': give a whole number from 0 to 9,007,199,254,740,991.",
    "timeout 'soon': give a time such as 500ms, 10s, 2m or 1h, more than zero and at most 168h.",
  ]);
});

test('one mistake is told once', async () => {
  const ramp = (stages: string) => `{ load: { executor: 'ramping-vus', stages: ${stages} }, exec }`;
  const arrivals = "{ load: { executor: 'ramping-arrival-rate', stages: [] }, exec }";
  const steps = "[{ duration: '1s', target: 0 }, { duration: 0, target: 9 }]";
  const never = `{ load: { executor: 'ramping-arrival-rate', stages: ${steps} }, exec }`;
  expect(
    await toldOf(`scenarios: { a: ${ramp('[]')}, b: ${ramp("[{ duration: '1s', target: 0 }]")}, c: ${arrivals}, d: 5,
      e: { load, weight: -3, exec }, f: { load, rows: null, exec }, g: { load, rows: [{ a: 1 }], exec }, h: ${never} }`),
  ).toEqual([
    "scenarios.a.load.stages '[]': give a list with at least one entry.",
    `scenarios.b.load.stages '[{"duration":"1s","target":0}]': no user ever comes: give one a target above zero.`,
    "scenarios.c.load.stages '[]': give a list with at least one entry.",
    "scenarios.d '5': give an object.",
    "scenarios.e.weight '-3': with a load of its own a scenario has no part of the test's: leave one of them out.",
    "scenarios.f.rows 'null': give csv(…), jsonl(…) or items(…).",
    `scenarios.g.rows '[{"a":1}]': give csv(…), jsonl(…) or items(…).`,
    `scenarios.h.load.stages '[{"duration":"1s","target":0},{"duration":0,"target":9}]': no iteration is ever due: give a stage that lasts a target above zero.`,
  ]);
  expect(await toldOf('scenarios: [{ load, exec }]')).toEqual([
    expect.stringMatching(
      /^scenarios '\[.*\]': give an object with at least one, as in \{ shop: \{ exec \} \}\.$/,
    ),
  ]);
});

test('rows are told in the words of the module', async () => {
  writeFileSync(file('semicolons.csv'), 'user;password\nada;x\n');
  writeFileSync(file('short.csv'), 'user,password\nada\n');
  writeFileSync(file('one.jsonl'), '{"user":"ada"}\nbob\n');
  const scenarios = [
    "a: { load: { ...load, vus: 2 }, rows: items([1], 'shuffle'), exec }",
    "b: { load: { ...load, vus: 2 }, rows: items([1], 'per-vu'), exec }",
    "c: { load, rows: csv('none.csv'), exec }",
    "d: { load, rows: csv('semicolons.csv'), exec }",
    "e: { load, rows: csv('short.csv'), exec }",
    "f: { load, rows: jsonl('one.jsonl'), exec }",
    'g: { load, rows: jsonl(5), exec }',
    'h: { load, rows: items(5), exec }',
  ];
  expect(await toldOf(`scenarios: { ${scenarios.join(', ')} }`)).toEqual([
    "scenarios.a.rows.deal 'shuffle': choose one of per-vu, once, cycle, random.",
    "scenarios.c.rows: csv('none.csv') cannot be read (no such file or folder): check the path.",
    "scenarios.d.rows: csv('semicolons.csv') has one column, 'user;password': separate the cells by commas.",
    "scenarios.e.rows: csv('short.csv') line 2 has 1 cell, and the first line names 2 columns.",
    "scenarios.f.rows: jsonl('one.jsonl') line 2 is not JSON.",
    "scenarios.g.rows: jsonl('5'): give the path of a file.",
    "scenarios.h.rows: items('5'): give a list.",
    "scenarios.b.rows: there is 1 row for 2 users, who have one each: give more rows, fewer users, or deal them by 'cycle'.",
  ]);
});

test('of an option that scenarios do not have nothing else is told', async () => {
  const good = 'scenarios: { a: { load, exec } }';
  const leaveOut = (option: string) =>
    `${option} with scenarios set that themselves, or do not have it: leave it out.`;
  expect(await toldOf(good, '--repeat', '2', '--dry-run')).toEqual([
    leaveOut('--dry-run'),
    leaveOut('--repeat'),
  ]);
  expect(await toldOf(good, '--abort-on', 'iteration-errors<1%')).toEqual([leaveOut('--abort-on')]);
});

test('a test without a base is against nothing that it does not send to', async () => {
  const module = file('whole.mjs');
  writeFileSync(
    module,
    `import { scenario } from 'volley';
export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 1 }, async (vu) => {
  await vu.http.get('${shop.url}/');
});\n`,
  );
  const { stdout, code } = await volley('run', module, '--mode', 'inline');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^volley \S+ {2}whole\.mjs\n/);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Target and generator share this machine');
  const json = await volley('run', module, '--mode', 'inline', '-o', 'json');
  const { plan, mix } = JSON.parse(json.stdout) as Summary;
  expect([plan.target.url, mix.map(({ name }) => name)]).toEqual(['', [`GET ${shop.url}/`]]);
});
