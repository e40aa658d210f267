import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { render, renderHtml, start } from '../../src/api/index.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { type Ended, ROOT, type Started, startVolley } from '../support/cli.ts';
import { listening } from '../support/target.ts';
import { startWitness, type Witness } from '../support/witness.ts';

const HAS_REDIS = spawnSync('redis-server', ['--version']).status === 0;
const KEY = 'a key of the tests, long enough';
if (!HAS_REDIS && process.env['CI'] === 'true')
  throw new Error('redis-server is missing: apt-get install redis-server');
if (!HAS_REDIS) console.warn('redis-server is not installed: runs over a real broker are not tested');

const folder = mkdtempSync(join(tmpdir(), 'volley-cluster-'));
const agents = new Map<string, Started>();
let redis: ChildProcess | null = null;
let port = 0;
let witness: Witness;
const environment = (): NodeJS.ProcessEnv => ({
  VOLLEY_BROKER: `redis://127.0.0.1:${port}`,
  VOLLEY_CLUSTER_KEY: KEY,
  NO_COLOR: '1',
});

async function startRedis(...more: string[]): Promise<void> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
  ];
  redis = spawn('redis-server', [...args, '--appendfsync', 'always', ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const text of redis.stdout ?? []) if (String(text).includes('Ready to accept')) break;
  redis.stdout?.resume();
}

async function killRedis(): Promise<void> {
  const ended = once(redis as ChildProcess, 'exit');
  redis?.kill('SIGKILL');
  await ended;
}

const cli = (...args: string[]): string =>
  spawnSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).stdout;

async function startAgent(name: string, ...more: string[]): Promise<Started> {
  const started = startVolley(
    ['agent', '--allow-target', `127.0.0.1:${witness.port}`, '-w', '1', '--name', name, ...more],
    { env: environment() },
  );
  agents.set(name, started);
  await started.stderrHas('waits in pool');
  return started;
}

function submit(...args: string[]): Started {
  return startVolley([witness.url, '-o', 'json', '-q', ...args], { env: environment() });
}

async function resultOf({ ended }: Started): Promise<Ended & { summary: Summary }> {
  const { stdout, ...rest } = await ended;
  if (stdout === '') throw new Error(rest.stderr);
  return { ...rest, stdout, summary: JSON.parse(stdout) as Summary };
}

async function seen(count: number): Promise<void> {
  while (witness.seen.length < count) await delay(20);
}

/** What holds of every run, however it went. */
function holds(summary: Summary): void {
  const { scheduled, sent, unfinished, dropped, notStarted } = summary.requests;
  expect(witness.twice()).toEqual([]);
  expect(scheduled).toBe(sent + dropped + notStarted);
  expect(witness.seen.length).toBeGreaterThanOrEqual(sent - unfinished);
  expect(summary.findings?.degraded.map(({ code }) => code)).not.toContain('identity-violated');
  for (const { planned, sent: own, missing } of summary.agents ?? [])
    expect(planned).toBe(planned === null ? null : own + (missing ?? 0));
}

/** When the last request came, against `fromMs` on the same clock as the witness's. */
const lastAtMs = (): number => witness.seen.at(-1)?.atMs ?? Number.NaN;

beforeAll(async () => {
  if (!HAS_REDIS) return;
  const server = createServer();
  port = await listening(server);
  server.close();
  await startRedis();
  witness = await startWitness();
  await Promise.all(
    ['a1', 'a2', 'a3', 'a4'].map((name) =>
      startAgent(name, ...(name === 'a4' ? ['--mode', 'processes'] : [])),
    ),
  );
}, 60_000);

afterAll(async () => {
  for (const { child } of agents.values()) child.kill('SIGKILL');
  redis?.kill('SIGKILL');
  witness?.close();
  rmSync(folder, { recursive: true, force: true });
});

(HAS_REDIS ? describe : describe.skip)('over a real broker', () => {
  test('every number once, in both models, also where two runs want more agents than there are', async () => {
    witness.forget();
    const { code, summary } = await resultOf(submit('--agents', '4', '-n', '5003', '-c', '9'));
    holds(summary);
    expect([code, summary.requests.ok, witness.seen.length]).toEqual([0, 5_003, 5_003]);
    witness.forget();
    const [one, two] = [
      submit('--agents', '3', '-r', '200', '-d', '2s'),
      submit('--agents', '2', '-n', '400'),
    ];
    const results = [await resultOf(one), await resultOf(two)];
    expect(results.map(({ code, summary }) => [code, summary.requests.ok])).toEqual([
      [0, 400],
      [0, 400],
    ]);
    expect(witness.seen.length).toBe(800);
    expect(results.map(({ summary }) => summary.agents?.map(({ state }) => state))).toEqual([
      ['finished', 'finished', 'finished'],
      ['finished', 'finished'],
    ]);
  }, 60_000);

  test('the library gives the same run, which can be watched', async () => {
    witness.forget();
    const cluster = { broker: `redis://127.0.0.1:${port}`, key: KEY, agents: 2, joinTimeout: '10s' };
    const run = await start({ url: witness.url, rate: 100, duration: '4s' }, { cluster });
    const ended: number[] = [];
    for await (const progress of run.progress(500)) ended.push(progress.ended);
    const summary = await run.summary;
    holds(summary);
    expect(summary.requests.ok).toBe(400);
    expect(ended).toEqual(ended.toSorted((a, b) => a - b));
    expect(ended.length).toBeGreaterThan(2);
    expect(await renderHtml(summary)).toContain('What each agent did');
    expect(render(summary)).toMatch(/agents +2 agents, 2 finished\n/);
    await expect(
      start({ url: witness.url, workers: 2 }, { cluster: { ...cluster, agents: 0, broker: 'http://x/' } }),
    ).rejects.toMatchObject({
      code: 'VOLLEY_USAGE',
      problems: [
        { message: expect.stringMatching(/^cluster\.agents '0'/) },
        { message: expect.stringMatching(/^workers with cluster/) },
        { message: expect.stringMatching(/^cluster\.broker: give it as redis/) },
      ],
    });
  }, 60_000);

  test('Ctrl-C ends the run within a second, with the result of what ran', async () => {
    witness.forget();
    const run = submit('--agents', '4', '-r', '200', '-d', '60s');
    await seen(200);
    run.child.kill('SIGINT');
    const { code, summary } = await resultOf(run);
    holds(summary);
    expect([code, summary.interrupted]).toEqual([130, true]);
    expect(summary.requests.sent).toBe(witness.seen.length);
  }, 60_000);

  test('agents that are stopped send nothing after their lease, although somebody else puts their slots back in line', async () => {
    witness.forget();
    const version = cli('keys', '*slots-*:meta').trim().split(':').at(-2) ?? '';
    const foreign = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { Worker } from 'bullmq';
         new Worker('${version}', null, { prefix: 'volley:default', connection: { port: ${port} }, autorun: false, stalledInterval: 500, maxStalledCount: 5 }).startStalledCheckTimer();
         process.stdout.write('up');`,
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    await once(foreign.stdout, 'data');
    const run = submit('--agents', '4', '-r', '200', '-d', '14s');
    await seen(400);
    const stopped = ['a3', 'a4'].map((name) => agents.get(name) as Started);
    for (const { child } of stopped) child.kill('SIGSTOP');
    // The one with processes goes on until its workers' lease ends; the one with threads is still at once.
    await delay(7_000);
    const before = witness.seen.length;
    for (const { child } of stopped) child.kill('SIGCONT');
    const { code, summary } = await resultOf(run);
    holds(summary);
    expect(code).toBe(3);
    const lost = summary.agents?.filter(({ state }) => state === 'lost') ?? [];
    expect(lost.map(({ name }) => name).sort()).toEqual(['a3', 'a4']);
    expect(lost.map(({ planned }) => planned)).toEqual([700, 700]);
    // Both are back in time to say all that they had measured.
    expect(lost.map(({ unknownAtMost }) => unknownAtMost)).toEqual([0, 0]);
    expect(summary.requests.sent).toBe(witness.seen.length);
    expect(witness.seen.length - before).toBeLessThan(100 * 8);
    expect(summary.findings?.degraded.filter(({ code: found }) => found === 'load-lost')).toHaveLength(2);
    foreign.kill('SIGKILL');
  }, 60_000);

  test('a run whose process is killed stops its agents, which are free for the next', async () => {
    await delay(1_000);
    witness.forget();
    const run = submit('--agents', '4', '-r', '200', '-d', '60s');
    await seen(200);
    run.child.kill('SIGKILL');
    const killedAtMs = lastAtMs();
    await delay(8_500);
    expect(lastAtMs() - killedAtMs).toBeLessThan(7_500);
    witness.forget();
    const { code, summary } = await resultOf(submit('--agents', '4', '-n', '400'));
    holds(summary);
    expect([code, witness.seen.length]).toEqual([0, 400]);
  }, 60_000);

  test('a broker that is back within its lease is noticed by nobody', async () => {
    witness.forget();
    const run = submit('--agents', '4', '-r', '200', '-d', '8s');
    await seen(400);
    await killRedis();
    await delay(1_000);
    await startRedis();
    const { code, summary } = await resultOf(run);
    holds(summary);
    expect([code, summary.requests.sent, witness.seen.length]).toEqual([0, 1_600, 1_600]);
  }, 60_000);

  test('a broker that loses its data costs the run its agents', async () => {
    witness.forget();
    const run = submit('--agents', '4', '-r', '200', '-d', '60s');
    await seen(400);
    cli('flushall');
    const atMs = lastAtMs();
    const { code, summary } = await resultOf(run);
    holds(summary);
    expect(code).toBe(3);
    expect(summary.agents?.map(({ state }) => state)).toEqual(['lost', 'lost', 'lost', 'lost']);
    expect(lastAtMs() - atMs).toBeLessThan(6_500);
    expect(summary.requests.scheduled).toBe(12_000);
  }, 60_000);

  test('an agent that is killed under way takes its part with it, and no more', async () => {
    await delay(1_500);
    witness.forget();
    const run = submit('--agents', '4', '-r', '200', '-d', '9s');
    await seen(400);
    agents.get('a1')?.child.kill('SIGKILL');
    const { code, stderr, summary } = await resultOf(run);
    holds(summary);
    expect(code).toBe(3);
    const lost = summary.agents?.find(({ state }) => state === 'lost');
    expect(lost).toMatchObject({ name: 'a1', planned: 450 });
    const unmeasured = witness.seen.length - summary.requests.sent;
    expect(unmeasured).toBeGreaterThanOrEqual(0);
    expect(unmeasured).toBeLessThanOrEqual(lost?.unknownAtMost ?? 0);
    for (const agent of summary.agents ?? [])
      if (agent.state === 'finished') expect([agent.planned, agent.sent]).toEqual([450, 450]);
    expect(stderr).toBe('');
  }, 60_000);

  test('what does not fit is refused before anything is sent, and named', async () => {
    witness.forget();
    await startAgent('far', '--allow-target', '10.0.0.0/8:80', '--pool', 'far');
    await startAgent('slow', '--max-rate', '10', '--pool', 'slow');
    const elsewhere = { ...environment(), VOLLEY_CLUSTER_KEY: 'another key, which is long enough' };
    const runs = [
      {
        args: ['--agents', '9', '--join-timeout', '2s'],
        code: 3,
        says: /3 of 9 agents joined within 2 s\. In the pool: a2 \(.*a3.*a4.*Nothing was sent\./,
      },
      { args: ['--agents', '1'], env: elsewhere, code: 3, says: /cannot be opened with this cluster key/ },
      {
        args: ['--agents', '1', '--pool', 'slow', '-r', '11'],
        code: 3,
        says: /slow: its share of 11\/s is more than its --max-rate 10\/s/,
      },
      {
        args: ['--agents', '3', '-c', '2'],
        code: 2,
        says: /--concurrency 2 is less than the 3 workers of 3 agents/,
      },
      {
        args: ['--agents', '1', '--rows', join(folder, 'rows.csv'), '--rows-mode', 'cycle'],
        code: 2,
        says: /rows\.csv/,
      },
      {
        args: ['--agents', '1', '--workers', '2', '--samples', 's.csv'],
        code: 2,
        says: /--workers with --agents.*\n.*--samples with --agents/,
      },
      {
        args: ['--broker', 'redis://u:hidden@127.0.0.1:1', '--agents', '1'],
        code: 2,
        says: /VOLLEY_BROKER instead/,
      },
      {
        args: ['--broker', 'redis://127.0.0.1:1', '--agents', '1'],
        code: 3,
        says: /redis:\/\/127\.0\.0\.1:1 could not be reached \(.*ECONNREFUSED.*docker run.*apt-get install redis-server/,
      },
      {
        args: ['--broker', 'redis://192.0.2.1', '--agents', '1'],
        env: { VOLLEY_CLUSTER_KEY: undefined },
        code: 2,
        says: /there is no cluster key/,
      },
    ];
    for (const { args, code, says, env = environment() } of runs) {
      const ended = await startVolley([witness.url, '-n', '10', '-q', ...args], {
        env: { ...environment(), ...env },
      }).ended;
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(says)]);
      expect(ended.stderr).not.toMatch(/hidden|\n {4}at /);
    }
    expect(witness.seen).toEqual([]);
    cli('config', 'set', 'requirepass', 'hidden');
    const wrong = await startVolley([witness.url, '--agents', '1'], {
      env: { ...environment(), VOLLEY_BROKER: `redis://:hiddn@127.0.0.1:${port}` },
    }).ended;
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringMatching(/WRONGPASS/)]);
    cli('-a', 'hidden', 'config', 'set', 'requirepass', '');
    cli('config', 'set', 'maxmemory-policy', 'allkeys-lru');
    cli('config', 'set', 'maxmemory', '1mb');
    const evicting = await submit('--agents', '1').ended;
    expect([evicting.code, evicting.stderr]).toEqual([
      3,
      expect.stringMatching(/maxmemory-policy is allkeys-lru.*noeviction/),
    ]);
    expect(evicting.stderr).toMatch(/memory left/);
  }, 120_000);
});
