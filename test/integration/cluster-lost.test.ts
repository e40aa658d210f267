import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VERSION } from '../../src/main/text/version.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { ROOT } from '../support/cli.ts';
import { Fleet, hasRedis, load, RealBroker, resultOf } from '../support/fleet.ts';
import { SlowLink } from '../support/slow-link.ts';

const HAS_REDIS = hasRedis();
const broker = new RealBroker();
const fleet = new Fleet(broker);
/** Of its own: its broker is killed and emptied. */
const otherBroker = new RealBroker();
const others = new Fleet(otherBroker);
/** 300 ms and 256 kbit/s away. */
const linkOfAgent = new SlowLink(() => broker.port, { delayMs: 150, bytesPerMs: 32 });
/** Near, to be cut. */
const linkOfRun = new SlowLink(() => broker.port, { delayMs: 1, bytesPerMs: 10_000 });
const far = new Fleet(linkOfAgent, 'far');
let foreigner: ChildProcess | null = null;

beforeAll(async () => {
  if (!HAS_REDIS) return;
  await Promise.all([broker.start(), otherBroker.start(), linkOfAgent.start(), linkOfRun.start()]);
  await Promise.all([
    fleet.start({ a1: [], a2: [], a3: ['--mode', 'processes'] }),
    others.start({ b1: [], b2: [] }),
    far.start({ c1: [] }),
  ]);
});

afterAll(async () => {
  foreigner?.kill('SIGKILL');
  fleet.close();
  others.close();
  far.close();
  linkOfAgent.close();
  linkOfRun.close();
  await Promise.all([broker.close(), otherBroker.close()]);
});

/** Its own watch over slots, with the engine's guards off: it puts back in line whatever looks lost. */
async function startForeigner(): Promise<void> {
  const program = `import { Worker } from 'bullmq';
    new Worker('slots-${VERSION}', null, { prefix: 'volley:default', connection: { port: ${broker.port} }, autorun: false, stalledInterval: 500, maxStalledCount: 5 }).startStalledCheckTimer();
    process.stdout.write('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  foreigner = child;
  await once(child.stdout, 'data');
}

/** Most of the time leases are waited for: three fleets wait side by side. */
(HAS_REDIS ? describe : describe.skip)('what is lost over a real broker', () => {
  test.concurrent('agents that are stopped send nothing after their lease, although somebody else puts their slots back in line; a run whose process is killed stops its agents, which are free for the next; a killed agent costs the run its part', async () => {
    await ofStoppedAgents();
    await ofKilledRun();
    await ofKilledAgent();
  });

  test.concurrent('a broker that is back within its lease is noticed by nobody, one that is away for longer stops all agents; one that loses its data costs the run its agents', async () => {
    await ofShortRestart();
    await ofLongAbsence();
    await ofLostData();
  });

  test.concurrent('an agent that is far away loses nothing; a run that is cut off from the broker has its agents stop, and their results once it is back', async () => {
    await ofFarAgent();
    await ofCutOffRun();
  });
});

async function ofStoppedAgents(): Promise<void> {
  await startForeigner();
  const run = fleet.submit(3, ...load(300, '9s'));
  await fleet.seen(400);
  const stopped = ['a2', 'a3'].map((name) => fleet.agent(name));
  for (const child of stopped) child.kill('SIGSTOP');
  // The one with processes goes on until its workers' lease ends; the one with threads is still at once.
  await delay(6_000);
  const before = fleet.witness.seen.length;
  for (const child of stopped) child.kill('SIGCONT');
  const { code, summary } = await resultOf(run);
  fleet.holds(summary);
  expect(code).toBe(3);
  const lost = summary.agents?.filter(({ state }) => state === 'lost') ?? [];
  expect(lost.map(({ name }) => name).sort()).toEqual(['a2', 'a3']);
  expect(lost.map(({ planned }) => planned)).toEqual([900, 900]);
  // Both are back in time to say all that they had measured.
  expect(lost.map(({ unknownAtMost }) => unknownAtMost)).toEqual([0, 0]);
  // What was on its way when they were stopped may never have come.
  expect(fleet.witness.seen.length).toBeLessThanOrEqual(summary.requests.sent);
  expect(fleet.witness.seen.length - before).toBeLessThan(100 * 8);
  expect(summary.findings?.degraded.filter(({ code: found }) => found === 'load-lost')).toHaveLength(2);
  foreigner?.kill('SIGKILL');
}

async function ofKilledRun(): Promise<void> {
  const run = fleet.submit(3, ...load(200, '60s'));
  await fleet.seen(200);
  run.child.kill('SIGKILL');
  await fleet.quietFor(1_500);
  expect(fleet.witness.seen.length).toBeLessThan(12_000);
  const { code, summary } = await resultOf(fleet.submit(3, '-n', '400'));
  fleet.holds(summary);
  fleet.isWhole(code, summary);
  expect(fleet.witness.seen.length).toBe(400);
}

async function ofShortRestart(attempts = 3): Promise<void> {
  const run = others.submit(2, ...load(200, '6s'));
  await others.seen(200);
  await otherBroker.kill();
  await delay(500);
  await otherBroker.start();
  const { code, summary } = await resultOf(run);
  others.holds(summary);
  // On a machine that is busy for seconds a lease may end meanwhile, which is rightly told: then once more.
  if (code === 3 && attempts > 1) {
    await others.quietFor(1_500);
    return ofShortRestart(attempts - 1);
  }
  others.isWhole(code, summary);
  expect([summary.requests.sent, others.witness.seen.length]).toEqual([1_200, 1_200]);
}

/** Longer than a lease: all agents stop, and deliver what they measured when it is back. */
async function ofLongAbsence(): Promise<void> {
  const run = others.submit(2, ...load(200, '30s'));
  await others.seen(200);
  await otherBroker.kill();
  await delay(5_500);
  await others.quietFor(1_500);
  expect(others.witness.seen.length).toBeLessThan(6_000);
  await otherBroker.start();
  const { code, summary } = await resultOf(run);
  others.holds(summary);
  expect(code).toBe(3);
  expect(summary.agents?.map(({ state, planned }) => [state, planned])).toEqual([
    ['lost', 3_000],
    ['lost', 3_000],
  ]);
  expect(others.witness.seen.length).toBeLessThanOrEqual(summary.requests.sent);
}

/**
 * An agent that is too late for the start on a busy machine says so and sends nothing, and one that gets no processor for
 * as long as a lease lasts is lost, rightly: then once more.
 */
async function inTime<T extends { readonly summary: Summary } | null>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 2; ; left--) {
    const ended = await attempt().catch((error: Error) => {
      if (left === 0 || !/Agent c1: it could not renew its slot .* Nothing was sent/.test(error.message))
        throw error;
      return 'unready' as const;
    });
    if (ended === 'unready') continue;
    if (ended === null || left === 0) return ended;
    const { agents, requests } = ended.summary;
    const why = agents?.map(({ because }) => because ?? '').join() ?? '';
    if (!/too late|no longer renewed its slot/.test(why)) return ended;
    if (why.includes('too late')) expect(requests.sent).toBe(0);
  }
}

async function ofFarAgent(): Promise<void> {
  const { code, summary } = await inTime(() => resultOf(far.submitVia(broker, 1, load(100, '3s'))));
  far.holds(summary);
  far.isWhole(code, summary);
  expect([summary.requests.sent, far.witness.seen.length]).toEqual([300, 300]);
  const [agent] = summary.agents ?? [];
  expect(agent?.state).toBe('finished');
  expect(agent?.rttMs).toBeGreaterThanOrEqual(300);
  // Right within half of the round trip, beside what a busy machine takes.
  expect(agent?.startLateMs).toBeGreaterThanOrEqual(-(agent?.rttMs ?? 0));
  expect(agent?.startLateMs).toBeLessThan(20_000);
}

async function ofCutOffRun(): Promise<void> {
  let run = far.submitVia(linkOfRun, 1, load(100, '60s'));
  await inTime(async () => {
    if (run.child.exitCode !== null) run = far.submitVia(linkOfRun, 1, load(100, '60s'));
    return Promise.race([far.seen(100).then(() => null), resultOf(run)]);
  });
  linkOfRun.cut();
  await far.quietFor(1_500);
  expect(far.witness.seen.length).toBeLessThan(6_000);
  linkOfRun.mend();
  const { code, summary } = await resultOf(run);
  far.holds(summary);
  expect(code).toBe(3);
  expect(summary.agents?.[0]).toMatchObject({ state: 'lost', planned: 6_000 });
  expect(summary.agents?.[0]?.because).toMatch(/heard nothing more from the command/);
  // Its last word may come too late over so narrow a way: then the result says how many it may have sent besides.
  const unknown = summary.agents?.[0]?.unknownAtMost ?? 0;
  expect(far.witness.seen.length).toBeLessThanOrEqual(summary.requests.sent + unknown);
  expect(summary.requests.sent).toBeGreaterThan(0);
}

async function ofLostData(): Promise<void> {
  const run = others.submit(2, ...load(200, '60s'));
  await others.seen(200);
  otherBroker.cli('flushall');
  const { code, summary } = await resultOf(run);
  others.holds(summary);
  expect(code).toBe(3);
  expect(summary.agents?.map(({ state }) => state)).toEqual(['lost', 'lost']);
  expect(others.witness.seen.length).toBeLessThan(12_000);
  expect(summary.requests.scheduled).toBe(12_000);
}

async function ofKilledAgent(): Promise<void> {
  const run = fleet.submit(3, ...load(300, '6s'), '--max-lost', '60%');
  await fleet.seen(300);
  fleet.agent('a1').kill('SIGKILL');
  const { code, stderr, summary } = await resultOf(run);
  fleet.holds(summary);
  // It was said that so much may be lost.
  expect([code, summary.degradedReasons, summary.findings?.notes.map((note) => note.code)]).toEqual([
    0,
    [],
    expect.arrayContaining(['load-lost']),
  ]);
  const lost = summary.agents?.find(({ state }) => state === 'lost');
  expect(lost).toMatchObject({ name: 'a1', planned: 600 });
  const unmeasured = fleet.witness.seen.length - summary.requests.sent;
  expect(unmeasured).toBeGreaterThanOrEqual(0);
  expect(unmeasured).toBeLessThanOrEqual(lost?.unknownAtMost ?? 0);
  for (const agent of summary.agents ?? [])
    if (agent.state === 'finished') expect([agent.planned, agent.sent]).toEqual([600, 600]);
  expect(stderr).toBe('');
}
