import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Ended, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();

test('results are kept, listed, read again and compared', async () => {
  const target = await startTarget();
  const cwd = inFolder('kept');
  mkdirSync(cwd, { recursive: true });
  const volley = (...args: string[]): Promise<Ended> => startVolley(args, { cwd }).ended;
  for (const path of ['', 'status/500']) {
    const sent = ['-n', '6', '-c', '2', '-w', '1', '-u', 'me:kept-secret', '--save'];
    expect((await volley(target.url + path, ...sent)).code).toBe(path === '' ? 0 : 1);
  }
  const [first] = readdirSync(join(cwd, '.volley/runs'));
  expect(readFileSync(join(cwd, '.volley/runs', String(first)), 'utf8')).not.toContain('kept-secret');
  const listed = JSON.parse((await volley('runs', '-o', 'json')).stdout) as Record<string, unknown>[];
  expect(listed.map(({ name, failedShare, verdict }) => [name, failedShare, verdict])).toEqual([
    ['last', 1, 'failing'],
    ['last~1', 0, 'ok'],
  ]);
  expect((await volley('report', 'last')).stdout).toContain('6 × status (500)');
  const compared = await volley('compare', 'last~1', 'last', '--force', '--fail-if', 'slower');
  expect(compared.code).toBe(1);
  expect(compared.stdout).toContain(`A is ${join('.volley/runs', String(first))}`);
  expect((await volley('report', 'last~2')).stderr).toContain("'last~2': .volley/runs has 2 results");
}, 60_000);

test('a folder that cannot be made is told before anything is sent', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let connections = 0;
  server.on('connection', () => connections++);
  const cwd = inFolder('blocked');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, '.volley'), '');
  const ended = await startVolley(
    [`127.0.0.1:${(server.address() as AddressInfo).port}/`, '-n', '1', '--save'],
    {
      cwd,
    },
  ).ended;
  server.close();
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/--save: \.volley\/runs cannot be written \((ENOTDIR|EEXIST)\)/);
  expect(connections).toBe(0);
});
