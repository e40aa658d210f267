import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Ended } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
const keptVolley = useKeptProcess(false);

const NOT_KEPT = 'no such good run of this plan on this machine is kept yet';
const HELD = ['--save', '--baseline', 'last', '--fail-if', 'slower'];
const INLINE = ['--mode', 'inline', '-n', '120', '-c', '2'];

function volleyIn(name: string): (...args: string[]) => Promise<Ended> {
  const cwd = inFolder(name);
  mkdirSync(cwd, { recursive: true });
  return (...args) => keptVolley.with({}, args, cwd);
}

test('runs that send something else to the same URL are of different plans', async () => {
  const target = await startTarget();
  const url = `${target.url}echo`;
  const volley = volleyIn('content');
  for (const [name, value] of [
    ['one.csv', '1'],
    ['two.csv', '2'],
  ] as const)
    writeFileSync(join(inFolder('content'), name), `id\n${value}\n`);
  const plans = [
    ['-b', 'small'],
    ['-b', 'other'],
    ['-b', 'small', '-H', 'accept-language: de'],
    ['-b', 'small', '--expect-status', '2xx'],
    ['-F', 'a=b', '-F', 'c=d'],
    ['-F', 'a=b', '-F', 'c=e'],
    ['-F', 'a=b{{n}}', '-F', 'c=e'],
    ['-b', '{{id}}', '--rows', 'one.csv'],
    ['-b', '{{id}}', '--rows', 'two.csv'],
  ];
  for (const plan of plans)
    expect((await volley(url, ...INLINE, ...plan, ...HELD)).stderr).toContain(NOT_KEPT);
  // Each time, a form has another boundary.
  for (const first of ['a=b', 'a=b{{n}}']) {
    const again = await volley(url, ...INLINE, '-F', first, '-F', first === 'a=b' ? 'c=d' : 'c=e', ...HELD);
    expect(again.stderr).not.toContain(NOT_KEPT);
  }
  const tables = (await volley('runs')).stdout.split('\n\n');
  expect(tables).toHaveLength(plans.length);
});

test('a secret does not make another plan, and is not kept', async () => {
  const target = await startTarget();
  const volley = volleyIn('secrets');
  const run = (token: string): Promise<Ended> =>
    volley(target.url, ...INLINE, '-H', `authorization: Bearer ${token}`, '-H', 'x-n: {{n}}', ...HELD);
  expect((await run('first-token-1')).stderr).toContain(NOT_KEPT);
  expect((await run('second-token-2')).stderr).not.toContain(NOT_KEPT);
});

test('scenarios with several requests are compared with their last good run', async () => {
  const target = await startTarget();
  const volley = volleyIn('scenarios');
  const code = (count: number): string => `import { scenario } from 'volley';
export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: ${count}, baseURL: '${target.url}' },
  async (vu) => { await vu.http.get('/'); await vu.http.get('/bytes/10'); });
`;
  writeFileSync(join(inFolder('scenarios'), 'two.mjs'), code(60));
  writeFileSync(join(inFolder('scenarios'), 'more.mjs'), code(61));
  const first = await volley('run', 'two.mjs', '--mode', 'inline', ...HELD);
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining(NOT_KEPT)]);
  const again = await volley('run', 'two.mjs', '--mode', 'inline', ...HELD, '-o', 'json');
  expect(JSON.parse(again.stdout)).toMatchObject({ baseline: { source: 'last' } });
  expect((await volley('run', 'more.mjs', '--mode', 'inline', ...HELD)).stderr).toContain(NOT_KEPT);
  const listed = (await volley('runs', 'two.mjs')).stdout;
  expect(listed).toMatch(/^two\.mjs against http/);
});

test('what decides is measured, whatever percentiles are asked for', async () => {
  const target = await startTarget();
  const volley = volleyIn('percentiles');
  const run = (ms: number, ...more: string[]): Promise<Ended> =>
    volley(`${target.url}delay/${ms}`, ...INLINE, '--percentiles', '90', ...more);
  expect((await run(2, '--out', 'quick.json')).code).toBe(0);
  const slower = await run(20, '--baseline', 'quick.json', '--fail-if', 'slower', '-o', 'json');
  expect([slower.code, JSON.parse(slower.stdout)]).toMatchObject([
    0,
    { baseline: { outcome: 'unknown', baselineP50Ms: null, p50Ms: expect.any(Number) } },
  ]);
  expect(slower.stderr).toContain('a result without a p50 shows no change');
  expect((await run(2, '--save', '--out', 'kept.json')).code).toBe(0);
  expect((await run(20, '--baseline', 'kept.json', '--fail-if', 'slower')).code).toBe(1);
  const rounds = [
    ...['--rounds', '6', '--mode', 'inline', '-n', '6', '-c', '2', '--warmup', '0'],
    ...['--percentiles', '90'],
  ];
  // Six rounds tell only if all agree: a busy machine takes less than that from one of them.
  const urls = [`${target.url}delay/1`, `${target.url}delay/150`];
  expect((await volley('compare', ...urls, ...rounds, '--fail-if', 'slower')).code).toBe(1);
});

test('saved results without the figure that decides are not compared', async () => {
  const target = await startTarget();
  const volley = volleyIn('figures');
  const asked = [...INLINE, '--percentiles', '90', '--out'];
  await volley(target.url, ...asked, 'a.json');
  await volley(target.url, ...asked, 'b.json');
  const refused = await volley('compare', 'a.json', 'b.json', '--fail-if', 'slower');
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      "'a.json' has no p50, which decides, since other percentiles were asked for",
    ),
  });
  expect((await volley('compare', 'a.json', 'b.json', '--metric', 'p90')).code).toBe(0);
  expect((await volley('report', 'a.json', 'b.json')).code).toBe(0);
});

test('a list names a mix by its size, and a client that is not the usual one', async () => {
  const target = await startTarget();
  const volley = volleyIn('mix');
  const mix = ['a', 'b'].map((name) => ({ name, url: target.url }));
  writeFileSync(join(inFolder('mix'), 'mix.json'), JSON.stringify({ mix }));
  await volley('run', 'mix.json', ...INLINE, '--client', 'wire', '--save');
  expect((await volley('runs')).stdout).toMatch(
    /^2 requests, the first GET http:\/\/127\.0\.0\.1:\d+\/\n.*120 requests, wire, on /,
  );
  for (const name of ['last~-1', 'LAST', 'last~1.5'])
    expect((await volley('report', name)).stderr).toContain(
      `'${name}' names no kept result: they are last, last~1`,
    );
});

test('a file that was not written is named, so that an older one does not pass for it', async () => {
  const target = await startTarget();
  const volley = volleyIn('unwritten');
  const asked = ['--html', 'page.html', '--out', 'result.json', '--save'];
  const failed = await volley(`${target.url}status/500`, '--repeat', '2', '-n', '5', ...asked);
  expect([failed.code, existsSync(join(inFolder('unwritten'), 'page.html'))]).toEqual([1, false]);
  for (const option of ["--html 'page.html'", "--out 'result.json'", 'The result of --save'])
    expect(failed.stderr).toContain(`${option} was not written: there is nothing to show.`);
});

test('a dash is not taken for the name of a file', async () => {
  const volley = volleyIn('dash');
  const refused = await volley('127.0.0.1:1', '-n', '1', '--html', '-', '--out', '-');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("--html '-': give the name of a file; -o html prints the page on stdout.");
  expect(refused.stderr).toContain(
    "--out '-': give the name of a file; -o json prints the result on stdout.",
  );
  const words = await volley('runs', 'one', 'two');
  expect(words.stderr).toContain("'two' is one argument too many: put words that belong together in quotes");
});
