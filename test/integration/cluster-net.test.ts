import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/protocol/summary.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { BIN, type Ended, startVolley } from '../support/cli.ts';
import { startWitness, type Witness } from '../support/witness.ts';

/** Names of interfaces have 15 letters at most; several of these tests may run at once. */
const ID = `vn${process.pid.toString(36)}`;
/**
 * The broker is reached over one network, the target over another: each link can be cut alone. Not the same two for all: a
 * test that was killed leaves its own behind, and they would take what is meant for these.
 */
const TARGET_NET = `10.77.${process.pid % 256}`;
const BROKER_NET = `10.78.${process.pid % 256}`;
const AGENTS = [1, 2, 3, 4];
/** How many seconds their monotonic clocks are ahead. */
const AHEAD_S: Readonly<Record<number, number>> = { 2: 1_000_000, 3: -600 };
const clock = createMonotonicClock();

function ip(...args: string[]): boolean {
  return spawnSync('ip', args).status === 0;
}

function isPossible(): boolean {
  if (spawnSync('redis-server', ['--version']).status !== 0) return false;
  if (spawnSync('unshare', ['--time', '--monotonic', '1', 'true']).status !== 0) return false;
  return ip('netns', 'add', `${ID}-try`) && ip('netns', 'del', `${ID}-try`);
}

const CAN = isPossible();
if (!CAN)
  console.warn('networks and clocks of agents are not tested: that takes root, redis-server, ip and unshare');

const folder = mkdtempSync(join(tmpdir(), 'volley-net-'));
const started: ChildProcess[] = [];
let witness: Witness;
const environment = {
  ...process.env,
  VOLLEY_BROKER: `redis://${BROKER_NET}.1:6379`,
  VOLLEY_CLUSTER_KEY: 'a key of the tests, long enough',
};

function link(agent: number, net: 't' | 'b', isUp: boolean): void {
  const name = `${ID}${net}${agent}`;
  ip('link', 'set', name, ...(isUp ? ['master', `${ID}${net}`] : ['nomaster']));
}

/** Removes what tests that were killed have left behind: their agents, which nobody ends any more, and their networks. */
function removeLeftOvers(): void {
  const isLeft = (name: string): boolean => {
    const pid = /^vn([0-9a-z]+)(?:-a|[tb])\d?$/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${Number.parseInt(pid, 36)}`);
  };
  for (const [name = ''] of linesOf('netns', 'list').map((line) => line.split(' '))) {
    if (!isLeft(name)) continue;
    for (const pid of linesOf('netns', 'pids', name)) process.kill(Number(pid), 'SIGKILL');
    ip('netns', 'del', name);
  }
  for (const line of linesOf('-o', 'link', 'show')) {
    const name = /^\d+: (\w+)/.exec(line)?.[1] ?? '';
    if (isLeft(name)) ip('link', 'del', name);
  }
}

function linesOf(...args: string[]): string[] {
  const { stdout } = spawnSync('ip', args, { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

function setUp(): void {
  for (const [net, address] of [
    ['t', TARGET_NET],
    ['b', BROKER_NET],
  ] as const) {
    ip('link', 'add', `${ID}${net}`, 'type', 'bridge');
    ip('addr', 'add', `${address}.1/24`, 'dev', `${ID}${net}`);
    ip('link', 'set', `${ID}${net}`, 'up');
    for (const agent of AGENTS) {
      const space = `${ID}-a${agent}`;
      if (net === 't') ip('netns', 'add', space);
      ip('link', 'add', `${ID}${net}${agent}`, 'type', 'veth', 'peer', 'name', `e${net}`, 'netns', space);
      ip('link', 'set', `${ID}${net}${agent}`, 'up');
      link(agent, net, true);
      ip('-n', space, 'addr', 'add', `${address}.${10 + agent}/24`, 'dev', `e${net}`);
      ip('-n', space, 'link', 'set', `e${net}`, 'up');
    }
  }
}

async function begin(
  command: string,
  args: readonly string[],
  until: string,
  from: 'stdout' | 'stderr',
): Promise<void> {
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let text = '';
  for await (const chunk of child[from]) {
    text += String(chunk);
    if (text.includes(until)) break;
  }
  child.stdout.resume();
  child.stderr.resume();
}

async function resultOf(...args: string[]): Promise<Ended & { summary: Summary }> {
  const { ended } = startVolley([witness.url, '-o', 'json', '-q', '--agents', '4', ...args], {
    env: environment,
  });
  const { stdout, ...rest } = await ended;
  if (stdout === '') throw new Error(rest.stderr);
  return { ...rest, stdout, summary: JSON.parse(stdout) as Summary };
}

beforeAll(async () => {
  if (!CAN) return;
  removeLeftOvers();
  setUp();
  witness = await startWitness('/', { address: `${TARGET_NET}.1` });
  const redis = ['--bind', `${BROKER_NET}.1`, '--protected-mode', 'no', '--dir', folder, '--save', ''];
  await begin('redis-server', redis, 'Ready to accept', 'stdout');
  for (const agent of AGENTS) {
    const shifted = ['unshare', '--time', '--monotonic', String(AHEAD_S[agent] ?? 0)];
    const own = [process.execPath, BIN, 'agent', '--allow-target', `${TARGET_NET}.1:${witness.port}`];
    const words = ['netns', 'exec', `${ID}-a${agent}`, ...shifted, ...own, '-w', '1', '--name', `a${agent}`];
    await begin('ip', words, 'waits in pool', 'stderr');
  }
});

afterAll(async () => {
  for (const child of started) {
    // One that has ended says so no more.
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  witness?.close();
  for (const agent of AGENTS) ip('netns', 'del', `${ID}-a${agent}`);
  for (const net of ['t', 'b']) ip('link', 'del', `${ID}${net}`);
  rmSync(folder, { recursive: true, force: true });
});

(CAN ? describe : describe.skip)('agents with networks and clocks of their own', () => {
  test('begin together, whatever their clocks say; one bears a short cut, and one that is cut off stops by itself while it still reaches the target', async () => {
    witness.forget();
    const running = resultOf('-r', '200', '-d', '10s', '-c', '8', '--pacing', 'eco');
    while (witness.seen.length < 300) await delay(20);
    for (const agent of [3, 4]) link(agent, 'b', false);
    const cutAtMs = clock.nowMs();
    await delay(1_500);
    link(4, 'b', true);
    const { code, summary } = await running;
    for (const { startLateMs, rttMs } of summary.agents?.filter(({ state }) => state === 'finished') ?? []) {
      expect(startLateMs).toBeGreaterThanOrEqual(-rttMs);
      // A machine that is busy begins late; a clock that is misread is off by minutes.
      expect(startLateMs).toBeLessThan(20_000);
    }
    const ofAgent = witness.seen.filter(({ from }) => from.endsWith(`${TARGET_NET}.13`));
    const lastMs = (ofAgent.at(-1)?.atMs ?? Number.NaN) - cutAtMs;
    expect(lastMs).toBeGreaterThan(0);
    // It goes on until its lease ends, 4 s after its last renewal, which was up to a second ago; without a lease it would
    // to its end. However late a busy machine sends, it is not all of its 500.
    expect(ofAgent.length).toBeLessThan(500);
    expect(code).toBe(3);
    const lost = summary.agents?.filter(({ state }) => state === 'lost') ?? [];
    expect(lost.map(({ name, planned }) => [name, planned])).toEqual([['a3', 500]]);
    const [one] = lost;
    expect(one?.planned).toBe((one?.sent ?? 0) + (one?.missing ?? 0));
    expect(ofAgent.length - (one?.sent ?? 0)).toBeLessThanOrEqual(one?.unknownAtMost ?? 0);
    expect(summary.agents?.flatMap(({ state, sent }) => (state === 'lost' ? [] : [sent]))).toEqual([
      500, 500, 500,
    ]);
    expect(witness.twice()).toEqual([]);
    link(3, 'b', true);
    witness.forget();
    const again = await resultOf('-n', '400', '--join-timeout', '40s');
    expect([again.summary.requests.ok, witness.seen.length]).toEqual([400, 400]);
  });
});
