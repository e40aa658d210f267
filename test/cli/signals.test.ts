import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Comparison, Summary } from '../../src/api/index.ts';
import { CERTIFICATE, CERTIFICATE_PATH } from '../support/certificate.ts';
import { BIN, ROOT, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { childrenOf, eventually, groupIsAlive } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

/** Starts volley at the head of a process group of its own, as a shell does. */
function startGroup(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): {
  pid: number;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
} {
  const child = spawn(process.execPath, [...nodeArgs, BIN, ...args], {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    pid: child.pid!,
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
  };
}

describe.each(MODES)('%s', (mode) => {
  const options = ['--mode', mode, '-w', String(workersIn(mode, 2)), '-c', '4', '-o', 'json'];

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'the first %s to the whole group waits for what is in flight and reports',
    async (signal) => {
      const target = await startTarget();
      const group = startGroup([`${target.url}delay/300`, '-d', '30s', ...options]);
      await eventually(() => target.stats().requests === 4, 'requests are in flight');
      process.kill(-group.pid, signal);
      const { code, stdout, stderr } = await group.ended;
      expect(code).toBe(130);
      const summary = JSON.parse(stdout) as Summary;
      // On a busy machine the next ones may be sent before the signal is seen.
      const sent = target.stats().requests;
      expect(summary).toMatchObject({
        interrupted: true,
        degraded: false,
        requests: { sent, ok: sent, unfinished: 0 },
      });
      expect(sent).toBeLessThan(40);
      expect(stderr).toContain('stopping: waiting at most 5 s for what is in flight');
      expect(groupIsAlive(group.pid)).toBe(false);
    },
  );

  test('the second Ctrl-C ends at once with what there is', async () => {
    const target = await startTarget();
    const group = startGroup([`${target.url}fault/hang`, '-d', '30s', '--timeout', '20s', ...options]);
    await eventually(() => target.stats().requests === 4, 'requests are in flight');
    const before = Date.now();
    process.kill(-group.pid, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(-group.pid, 'SIGINT');
    const { code, stdout } = await group.ended;
    expect(code).toBe(130);
    expect((JSON.parse(stdout) as Summary).requests).toMatchObject({ sent: 4, unfinished: 4 });
    expect(Date.now() - before).toBeLessThan(15_000);
    expect(groupIsAlive(group.pid)).toBe(false);
  });

  test('nothing is left when the coordinator itself is killed', async () => {
    const target = await startTarget();
    const group = startGroup([`${target.url}delay/5`, '-d', '30s', ...options]);
    await eventually(() => target.stats().requests > 50, 'the load runs');
    process.kill(group.pid, 'SIGKILL');
    await group.ended;
    await eventually(() => !groupIsAlive(group.pid), 'the group is gone');
    await eventually(() => target.stats().connectionsOpen === 0, 'the connections are gone');
  });
});

describe('Ctrl-C while the process of a round is loading', () => {
  const inFolder = useFolder();
  /** From the moment there is a file of this name, a round says that it has begun, and goes no further. */
  const holding = (file: string): NodeJS.ProcessEnv => ({
    NODE_OPTIONS: `--require ${join(ROOT, 'test/fixtures/hold-round.cjs')}`,
    HOLD_ROUND: file,
  });

  test('keeps the rounds before it', async () => {
    const target = await startTarget();
    const file = inFolder('third');
    const args = [`${target.url}`, '--repeat', '20', '-n', '10', '--mode', 'inline', '-o', 'json'];
    const group = startGroup(args, [], holding(file));
    await eventually(() => target.stats().requests >= 20, 'two rounds have been sent');
    writeFileSync(file, '');
    await eventually(() => existsSync(`${file}.held`), 'a round is held');
    process.kill(-group.pid, 'SIGINT');
    const { code, stdout, stderr } = await group.ended;
    expect(stderr).not.toContain('without a result');
    expect(code).toBe(130);
    const { interrupted, arms } = JSON.parse(stdout) as Comparison;
    expect(interrupted).toBe(true);
    expect(arms[0]!.rounds.length).toBe(target.stats().requests / 10);
    expect(groupIsAlive(group.pid)).toBe(false);
  });

  test('in the first round there is nothing to show, and that is no failure of a worker', async () => {
    const target = await startTarget();
    const file = inFolder('first');
    writeFileSync(file, '');
    const args = ['compare', target.url, target.url, '--rounds', '2', '-n', '10', '--mode', 'inline'];
    const group = startGroup(args, [], holding(file));
    await eventually(() => existsSync(`${file}.held`), 'the first round is held');
    process.kill(-group.pid, 'SIGTERM');
    const { code, stdout, stderr } = await group.ended;
    expect(stderr).toContain('stopped before every arm had completed a round: there is nothing to show.');
    expect(stderr).not.toContain('without a result');
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(target.stats().requests).toBe(0);
  });

  test('a round that something else ends is a failure, as ever', async () => {
    const target = await startTarget();
    const file = inFolder('killed');
    writeFileSync(file, '');
    const group = startGroup(
      [target.url, '--repeat', '2', '-n', '10', '--mode', 'inline'],
      [],
      holding(file),
    );
    await eventually(() => existsSync(`${file}.held`), 'the first round is held');
    for (const round of childrenOf(group.pid)) process.kill(round, 'SIGTERM');
    const { code, stderr } = await group.ended;
    expect(stderr).toContain('A round of run ended without a result (SIGTERM).');
    expect(code).toBe(3);
  });
});

/** Makes volley start the checkout's own Node, as it does where the system's is too old. */
const AS_TOO_OLD = [
  '--import',
  "data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.0.0' }); process.execPath = '/elsewhere/node'",
];

describe('started by a Node that is too old', () => {
  test.each([
    ['a run', 'delay/5'],
    ['a run whose answers hang', 'fault/hang'],
  ])('%s ends when its starter is killed', async (_what, path) => {
    const target = await startTarget();
    const group = startGroup(
      [`${target.url}${path}`, '-d', '120s', '--timeout', '100s', '-c', '4', '-w', '2'],
      AS_TOO_OLD,
    );
    await eventually(() => target.stats().requests >= 4, 'the load runs');
    expect(childrenOf(group.pid)).toHaveLength(1);
    process.kill(group.pid, 'SIGKILL');
    await group.ended;
    await eventually(() => !groupIsAlive(group.pid), 'the group is gone');
    await eventually(() => target.stats().connectionsOpen === 0, 'the connections are gone');
    const { requests } = target.stats();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(target.stats().requests).toBe(requests);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'one %s to the whole group, which the starter passes on too, waits for what is in flight',
    async (signal) => {
      const target = await startTarget();
      const group = startGroup(
        [`${target.url}delay/500`, '-d', '30s', '-c', '4', '-o', 'json', '--mode', 'inline'],
        AS_TOO_OLD,
      );
      await eventually(() => target.stats().requests === 4, 'requests are in flight');
      process.kill(-group.pid, signal);
      const { code, stdout, stderr } = await group.ended;
      expect(code).toBe(130);
      const sent = target.stats().requests;
      expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, requests: { sent, ok: sent } });
      expect(sent).toBeLessThan(40);
      expect(stderr).not.toContain('there is no result');
      expect(groupIsAlive(group.pid)).toBe(false);
    },
  );

  test('a signal to the starter alone, output and exit code are as ever', async () => {
    const target = await startTarget();
    const group = startGroup([`${target.url}delay/300`, '-d', '30s', '-c', '4', '-o', 'json'], AS_TOO_OLD);
    await eventually(() => target.stats().requests === 4, 'requests are in flight');
    process.kill(group.pid, 'SIGTERM');
    const { code, stdout } = await group.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ interrupted: true, requests: { sent: 4, ok: 4 } });
  });
});

describe('workers that fail', () => {
  const preload = (name: string): { env: NodeJS.ProcessEnv } => ({
    env: { NODE_OPTIONS: `--require ${join(ROOT, 'test/fixtures', name)}` },
  });

  test('an exception in a thread costs that thread; its replacement does not run the shard again', async () => {
    const target = await startTarget();
    const { ended } = startVolley(
      [`${target.url}delay/5`, '-n', '1000', '-c', '4', '-w', '2', '-o', 'json'],
      preload('crash-first-thread.cjs'),
    );
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(3);
    const summary = JSON.parse(stdout) as Summary;
    const [lost, survivor] = [...summary.workers].sort((a, b) => Number(b.lost) - Number(a.lost));
    expect(lost).toMatchObject({ lost: true, threadId: 1 });
    expect(survivor).toMatchObject({ lost: false, ok: 500 });
    expect(summary.degradedReasons).toEqual([
      expect.stringContaining('was lost: a deliberate failure'),
      `${lost!.notStarted} requests were never started.`,
    ]);
    expect(lost!.sent).toBeGreaterThan(0);
    expect(target.stats().requests).toBeLessThan(1_000);
    expect(target.stats().connectionsAccepted).toBe(4);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('an exception on the one event loop costs its worker, not what it has told', async () => {
    const target = await startTarget();
    const { env } = preload('crash-first-thread.cjs');
    const { ended } = startVolley(
      [`${target.url}delay/5`, '-n', '1000', '-c', '4', '--mode', 'inline', '-o', 'json'],
      { env: { ...env, CRASH_IN_MAIN: 'yes' } },
    );
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(3);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.workers).toMatchObject([{ lost: true }]);
    expect(summary.degradedReasons[0]).toContain('was lost: a deliberate failure');
    expect(summary.requests.ok).toBeGreaterThan(0);
    expect(target.stats().requests).toBeLessThan(1_000);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test.each(['threads', 'processes'])(
    '%s that fail before they are ready: one error, nothing sent',
    async (mode) => {
      const target = await startTarget();
      const { ended } = startVolley(
        [target.url, '-n', '100', '-w', '2', '--mode', mode],
        preload('crash-at-start.cjs'),
      );
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        /^volley: Worker \d could not start: .*a deliberate failure at the start.* Nothing was sent\.\n$/,
      );
      expect(target.stats().requests).toBe(0);
    },
  );
});

test.each(MODES)('%s trust the authorities in NODE_EXTRA_CA_CERTS', async (mode) => {
  const target = await startTarget(CERTIFICATE);
  const { ended } = startVolley(
    [`https://localhost:${target.port}/`, '-n', '10', '-c', '2', '--mode', mode, '-o', 'json'],
    {
      env: { NODE_EXTRA_CA_CERTS: CERTIFICATE_PATH },
    },
  );
  const { code, stdout } = await ended;
  expect((JSON.parse(stdout) as Summary).requests).toMatchObject({ ok: 10, failed: 0 });
  expect(code).toBe(0);
});
