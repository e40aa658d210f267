import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/protocol/summary.ts';
import { type Started, startVolley } from '../support/cli.ts';
import { Fleet, hasRedis, load, RealBroker, resultOf } from '../support/fleet.ts';
import { useFolder } from '../support/folder.ts';
import { SlowLink } from '../support/slow-link.ts';
import { listening } from '../support/target.ts';

const HAS_REDIS = hasRedis();
const ROWS = 90;
const pathOf = useFolder();
const broker = new RealBroker();
const shop = new Fleet(broker, 'shop');
const dying = new Fleet(broker, 'dying');
const cut = new Fleet(broker, 'cut');
/** Near, to be cut. */
const link = new SlowLink(() => broker.port, { delayMs: 1, bytesPerMs: 10_000 });
/** Takes connections, and says nothing on them. */
const silent: Socket[] = [];
const silentServer = createServer((socket) => {
  silent.push(socket);
  socket.on('error', () => {});
});
let silentPort = 0;
const behindLink: Started[] = [];

beforeAll(async () => {
  if (!HAS_REDIS) return;
  await Promise.all([broker.start(), link.start()]);
  silentPort = await listening(silentServer);
  await Promise.all([shop.start({ s1: [], s2: [], s3: [] }), dying.start({ d1: [] }), cut.start({ c1: [] })]);
});

afterAll(async () => {
  for (const fleet of [shop, dying, cut]) fleet.close();
  for (const { child } of behindLink) child.kill('SIGKILL');
  for (const socket of silent) socket.destroy();
  silentServer.close();
  link.close();
  await broker.close();
});

(HAS_REDIS ? describe : describe.skip)('over a real broker', () => {
  test.concurrent('scenarios in a plan file are carried out once over any number of agents; a killed agent leaves what is counted', async () => {
    await ofScenarios();
    await ofScenariosOfKilled();
  });

  test.concurrent('an agent killed before all have joined is replaced; one killed before the start is named, and nothing is sent', async () => {
    await ofKilledWaiting();
    await ofKilledUnready();
  });

  test.concurrent('an agent that reaches the target but not the broker bears a short cut, and stops at a long one', async () => {
    await ofCutAgent();
  });
});

function runPlan(fleet: Fleet, text: string, agents: number): Started {
  writeFileSync(pathOf('rows.csv'), `id\n${Array.from({ length: ROWS }, (_, row) => row).join('\n')}\n`);
  const path = pathOf(`plan-${agents}.yaml`);
  writeFileSync(path, text);
  fleet.witness.forget();
  const words = ['run', path, '-o', 'json', '-q', '--agents', String(agents), '--pool', 'shop'];
  return startVolley(words, { env: fleet.environment });
}

const url = (): string => `url: http://127.0.0.1:${shop.witness.port}`;

async function ofScenarios(): Promise<void> {
  const load = 'load: { executor: shared-iterations, vus: 6, iterations: 120 }';
  const scenarios = `scenarios:
  buy: { weight: 3, rows: rows.csv, flow: [{ get: '/?n={{id}}', name: buy, check: { good: status == 200 } }] }
  look: { flow: [{ group: looking, flow: [{ get: /look, name: look }] }] }`;
  for (const agents of [1, 2, 3]) {
    const { code, summary } = await resultOf(runPlan(shop, `${url()}\n${load}\n${scenarios}\n`, agents));
    shop.isWhole(code, summary);
    expect(
      summary.scenarios?.scenarios.map(({ name, started, completed }) => [name, started, completed]),
    ).toEqual([
      ['buy', 90, 90],
      ['look', 30, 30],
    ]);
    expect(summary.scenarios?.checks).toEqual([{ name: 'good', made: 90, passed: 90, failed: 0 }]);
    expect(summary.scenarios?.groups.map(({ name, entered, left }) => [name, entered, left])).toEqual([
      ['looking', 30, 30],
    ]);
    const numbers = shop.witness.seen.flatMap(({ number }) => (Number.isNaN(number) ? [] : [number]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: ROWS }, (_, row) => row));
    expect([summary.agents?.length, shop.witness.seen.length]).toEqual([agents, 120]);
  }
}

async function ofScenariosOfKilled(): Promise<void> {
  const load = 'load: { executor: constant-arrival-rate, rate: 90, duration: 8s, maxVUs: 30 }';
  const run = runPlan(shop, `${url()}\n${load}\nscenarios: { a: { flow: [{ get: '/?n={{n}}' }] } }\n`, 3);
  await shop.seen(200);
  shop.agent('s2').kill('SIGKILL');
  const { code, summary } = await resultOf(run);
  expect([code, shop.witness.twice()]).toEqual([3, []]);
  const lost = summary.agents?.find(({ name }) => name === 's2');
  const { planned, started = 0, dropped = 0, missing } = lost?.iterations ?? {};
  expect([lost?.state, planned, missing]).toEqual(['lost', 240, 240 - started - dropped]);
  expect(missing).toBeGreaterThan(50);
  expect(summary.scenarios?.total.scheduled).toBe(720);
  expect(codesOf(summary)).toContain('load-lost');
  expect(codesOf(summary)).not.toContain('identity-violated');
  expect(shop.witness.seen.length).toBeGreaterThanOrEqual(summary.requests.ok);
}

async function ofKilledWaiting(): Promise<void> {
  const run = dying.submit(2, '-n', '200', '-c', '4', '--join-timeout', '60s');
  await dying.agents.get('d1')?.stderrHas('joined');
  dying.agent('d1').kill('SIGKILL');
  // Until that is noticed and its slot is replaced by a third one, it counts as there.
  while (broker.cli('--raw', 'keys', 'volley:dying:slots-*-2').trim() === '') await delay(100);
  await Promise.all([dying.startAgent('d2'), dying.startAgent('d3')]);
  const { code, summary } = await resultOf(run);
  dying.holds(summary);
  dying.isWhole(code, summary);
  expect(summary.agents?.map(({ name, state }) => [name, state]).sort()).toEqual([
    ['d2', 'finished'],
    ['d3', 'finished'],
  ]);
  expect([summary.requests.ok, dying.witness.seen.length]).toEqual([200, 200]);
}

/** Their connections are never open: the target says nothing. */
async function ofKilledUnready(): Promise<void> {
  const target = ['--allow-target', `127.0.0.1:${silentPort}`, '--pool', 'unready'];
  await Promise.all([dying.startAgent('u1', ...target), dying.startAgent('u2', ...target)]);
  dying.witness.forget();
  const run = startVolley(
    [
      ...[`https://127.0.0.1:${silentPort}/`, '-n', '20', '-c', '2', '--timeout', '60s', '-q'],
      ...['--agents', '2', '--pool', 'unready'],
    ],
    { env: dying.environment },
  );
  while (silent.length < 2) await delay(20);
  dying.agent('u1').kill('SIGKILL');
  const { code, stderr } = await run.ended;
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining(
      'Agent u1 was not ready: it no longer renewed its slot with the broker. Nothing was sent.',
    ),
  ]);
}

async function ofCutAgent(): Promise<void> {
  const behind = startVolley(
    [
      ...['agent', '--allow-target', `127.0.0.1:${cut.witness.port}`, '-w', '1', '--name', 'c2'],
      ...['--pool', 'cut'],
    ],
    { env: { ...cut.environment, VOLLEY_BROKER: link.url } },
  );
  behindLink.push(behind);
  await behind.stderrHas('waits in pool');
  const run = cut.submit(2, ...load(100, '16s'));
  await cut.seen(100);
  link.cut();
  await delay(1_500);
  link.mend();
  await delay(2_000);
  link.cut();
  await delay(8_000);
  link.mend();
  const { code, summary } = await resultOf(run);
  cut.holds(summary);
  expect(code).toBe(3);
  const [one, two] = (summary.agents ?? []).toSorted((a, b) => a.name.localeCompare(b.name));
  expect(one).toMatchObject({ name: 'c1', state: 'finished', planned: 800, sent: 800 });
  expect(two).toMatchObject({ name: 'c2', state: 'lost', planned: 800 });
  // The short cut cost it nothing: it went on until its lease ended in the long one.
  expect(two?.sent).toBeGreaterThan(200);
  expect(two?.missing).toBeGreaterThan(100);
  expect(cut.witness.seen.length).toBeLessThanOrEqual(summary.requests.sent + (two?.unknownAtMost ?? 0));
}

function codesOf({ findings }: Summary): string[] {
  return findings?.degraded.map(({ code }) => code) ?? [];
}
