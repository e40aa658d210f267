import { execFileSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { expect, test } from '@jest/globals';
import type { LoadModel } from '../../src/protocol/load.ts';
import { areBackgroundThreadsToYield } from '../../src/workers/background-threads.ts';

const MODULE = new URL('../../src/workers/background-threads.js', import.meta.url).href;
/** In a process of its own: a thread that has yielded cannot be raised again. */
const SCRIPT = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { yieldBackgroundThreads } from '${MODULE}';
  const count = yieldBackgroundThreads();
  const threads = process.platform !== 'linux' ? [] : readdirSync('/proc/self/task').map((id) => ({
    name: readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim(),
    niceness: getPriority(Number(id)),
  }));
  console.log(JSON.stringify({ count, own: getPriority(process.pid), threads }));
`;

test('V8’s own threads yield, the event loop and all others do not', () => {
  const { count, own, threads } = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT]).toString(),
  );
  const background = threads.filter(({ name }: { name: string }) => name.includes('V8Worker'));
  expect(count).toBe(background.length);
  if (process.platform === 'linux') expect(count).toBeGreaterThan(0);
  expect(own).toBe(getPriority(process.pid));
  for (const { name, niceness } of threads)
    expect([name, niceness]).toEqual([name, name.includes('V8Worker') ? 10 : own]);
});

const open = (pacing: 'precise' | 'eco'): LoadModel => ({
  model: 'open',
  stages: [],
  arrivals: 'constant',
  maxInFlight: 1,
  pacing,
});

test.each([
  [open('precise'), 1, true],
  [open('precise'), 4, true],
  [open('eco'), 1, true],
  [open('eco'), 4, false],
  [{ model: 'closed' } as const, 1, false],
])('%j with %i workers: they yield: %s', (load, workers, expected) => {
  expect(areBackgroundThreadsToYield({ load, workers })).toBe(expected);
});
