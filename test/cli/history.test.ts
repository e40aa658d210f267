import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { resultInPage } from '../../src/main/files/page-result.ts';
import type { Ended } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
const keptVolley = useKeptProcess();

test('results are kept, listed, read again and compared', async () => {
  const target = await startTarget();
  const cwd = inFolder('kept');
  mkdirSync(cwd, { recursive: true });
  const volley = (...args: string[]): Promise<Ended> => keptVolley.with({}, args, cwd);
  const nothing = await volley('runs', '--html', 'none.html');
  expect([nothing.code, existsSync(join(cwd, 'none.html'))]).toEqual([4, false]);
  expect(nothing.stderr).toContain("--html 'none.html' was not written: there is nothing to show.");
  for (const path of ['', 'status/500']) {
    const sent = ['-n', '6', '-c', '2', '--mode', 'inline', '-u', 'me:kept-secret', '--save'];
    expect((await volley(target.url + path, ...sent)).code).toBe(path === '' ? 0 : 1);
    expect((await volley('runs', 'elsewhere')).stderr).toContain(
      path === ''
        ? "the only result in .volley/runs does not have 'elsewhere' in its target, "
        : "none of the 2 results in .volley/runs has 'elsewhere' in its target, ",
    );
  }
  const [first] = readdirSync(join(cwd, '.volley/runs'));
  expect(readFileSync(join(cwd, '.volley/runs', String(first)), 'utf8')).not.toContain('kept-secret');
  const listed = JSON.parse((await volley('runs', '-o', 'json')).stdout) as Record<string, unknown>[];
  expect(listed.map(({ name, failedShare, verdict }) => [name, failedShare, verdict])).toEqual([
    ['last', 1, 'failing'],
    // A machine that is busy with other tests may well be the limit.
    ['last~1', 0, expect.stringMatching(/^(ok|generator-limited)$/)],
  ]);
  const page = await volley('runs', 'status/500', '--html', 'trend.html');
  expect(page.stdout).toContain('failing');
  const written = readFileSync(join(cwd, 'trend.html'), 'utf8');
  expect(written).toContain('The newest was failing.');
  expect(JSON.parse(resultInPage(written)!)).toEqual([listed[0]]);
  expect((await volley('report', 'trend.html')).stderr).toContain('it is a list of results');
  expect((await volley('report', 'last')).stdout).toContain('6 × status (500)');
  const compared = await volley('compare', 'last~1', 'last', '--force', '--fail-if', 'slower');
  expect(compared.code).toBe(1);
  expect(compared.stdout).toContain(`A is ${join('.volley/runs', String(first))}`);
  expect((await volley('report', 'last~2')).stderr).toContain("'last~2': .volley/runs has 2 results");
  // A list or a page that lacks a kept result is not all that was asked for.
  writeFileSync(join(cwd, '.volley/runs/damaged.json'), '{');
  for (const more of [[], ['--html', 'trend.html']]) {
    const without = await volley('runs', ...more);
    expect(without.code).toBe(3);
    expect(without.stderr).toContain("damaged.json' cannot be used: it is not JSON");
  }
  expect(readFileSync(join(cwd, 'trend.html'), 'utf8')).toContain(
    '1 kept file could not be used and is missing here',
  );
});

test('a run that is slower than the last good one fails where that was asked for', async () => {
  const target = await startTarget();
  const cwd = inFolder('slower');
  mkdirSync(cwd, { recursive: true });
  const measure = (): Promise<Ended> => {
    const load = [
      '-n',
      '400',
      '-c',
      '2',
      '--mode',
      'inline',
      '--save',
      '--baseline',
      'last',
      '--fail-if',
      'slower',
    ];
    return keptVolley.with({}, [`${target.url}delay/2`, ...load, '-o', 'csv'], cwd);
  };
  const first = await measure();
  expect(first).toMatchObject({ code: 0 });
  expect(first.stderr).toContain(
    "--baseline 'last': no such good run of this plan on this machine is kept yet, so nothing is compared: this one is kept when it ends.",
  );
  const path = join(cwd, '.volley/runs', String(readdirSync(join(cwd, '.volley/runs'))[0]));
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Summary;
  expect(kept.baseline).toBeNull();
  const faster = { ...kept.latencyMs.service, percentiles: { '50': 0.2 } };
  const latencyMs = { ...kept.latencyMs, service: faster, intervals: { '50': { low: 0.19, high: 0.21 } } };
  writeFileSync(path, JSON.stringify({ ...kept, latencyMs }));
  const second = await measure();
  expect(second).toMatchObject({ code: 1 });
  expect(second.stderr).toContain('slower than last (');
  const [, newest] = readdirSync(join(cwd, '.volley/runs')).sort();
  const held = JSON.parse(readFileSync(join(cwd, '.volley/runs', newest!), 'utf8')) as Summary;
  expect(held.baseline).toMatchObject({
    source: 'last',
    outcome: 'slower',
    isFailure: true,
    otherMachine: null,
  });
});

test('a folder that cannot be made is told before anything is sent', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let connections = 0;
  server.on('connection', () => connections++);
  const cwd = inFolder('blocked');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, '.volley'), '');
  const url = `127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ended = await keptVolley.with({}, [url, '-n', '1', '--save'], cwd);
  server.close();
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(
    /--save: \.volley\/runs cannot be written \((a part of the path is not a folder|something of that name exists)\)/,
  );
  expect(connections).toBe(0);
});
