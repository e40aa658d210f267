import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Agent } from '../../src/main/cluster/agent.ts';
import { type Command, purposes, type Said } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { startAgent, submit, VERSION } from '../support/cluster.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { listening } from '../support/target.ts';
import { startWitness, type Witness } from '../support/witness.ts';

type Connection = ReturnType<MemoryBroker['connect']>;

const LONGEST_WAIT_MS = 120_000;
const sealer = new Sealer('secret');
let broker: MemoryBroker;
let witness: Witness;
/** Takes connections and answers nothing, not even a handshake: an agent that connects to it is not ready yet. */
let silent: Server;
let silentPort: number;
let connected: number;
const agents: { readonly agent: Agent; readonly connection: Connection }[] = [];
const said: string[] = [];

beforeEach(async () => {
  broker = new MemoryBroker();
  witness = await startWitness();
  connected = 0;
  said.length = 0;
  silent = createServer((socket) => {
    connected++;
    // Unread, the client's end would go unnoticed, and the socket would stay.
    socket.on('error', () => {}).resume();
  });
  silentPort = await listening(silent);
});

afterEach(async () => {
  for (const { connection } of agents) connection.cut(false);
  await Promise.all(agents.splice(0).map(({ agent }) => agent.leave()));
  witness.close();
  silent.close();
  broker.close();
});

async function begin(name: string, changes: Partial<Connection> = {}): Promise<Connection> {
  const connection = { ...broker.connect(), ...changes };
  const say = (sentence: string): number => said.push(`${name} ${sentence}`);
  agents.push({ connection, agent: await startAgent(connection, name, { say }) });
  return connection;
}

/** Ends where it waits in vain: a loop that outlives its test keeps the process from ending. */
async function until(holds: () => boolean): Promise<void> {
  for (const endMs = performance.now() + LONGEST_WAIT_MS; !holds(); await delay(10))
    if (performance.now() > endMs) throw new Error(`in vain: ${holds}`);
}

/** A submitter that does something with each order before it is given, and what it told of the run. */
function ordering(before: (type: Command['type']) => void): Connection {
  const connection = broker.connect();
  return {
    ...connection,
    order: async (run, bytes) => {
      before(sealer.open<Command>(purposes.orders(run), bytes).type);
      return connection.order(run, bytes);
    },
  };
}

const open = (): { url: string; rate: number; duration: string; pacing: 'eco'; concurrency: number } => ({
  url: witness.url,
  ...{ rate: 200, duration: '1s', pacing: 'eco', concurrency: 8 },
});

/** Whose load is lost before its first request: all of its part is missing, and nothing of it may have been sent. */
function lostAtStart({ agents: rows, degraded, findings }: Summary, because: RegExp): void {
  const lost = rows?.filter(({ state }) => state === 'lost') ?? [];
  for (const agent of lost)
    expect(agent).toMatchObject({ sent: 0, missing: agent.planned, because: expect.stringMatching(because) });
  expect(degraded).toBe(true);
  expect(findings?.degraded.map(({ code }) => code)).not.toContain('identity-violated');
}

test('an agent that dies before all have joined is replaced by another, and the run is whole', async () => {
  const first = await begin('first');
  const { summary } = await submit(
    broker.connect(),
    { url: witness.url, requests: 200, concurrency: 4 },
    { joinTimeoutMs: 30_000 },
  );
  await until(() => said.some((sentence) => /first run \w+: joined/.test(sentence)));
  first.die();
  await Promise.all([begin('second'), begin('third')]);
  const { agents: rows, requests, degradedReasons } = await summary;
  expect(rows?.map(({ name, state }) => [name, state]).sort()).toEqual([
    ['second', 'finished'],
    ['third', 'finished'],
  ]);
  expect([requests.scheduled, requests.ok, witness.seen.length]).toEqual([200, 200, 200]);
  expect([witness.twice(), degradedReasons]).toEqual([[], []]);
});

test('an agent that dies between joining and the start is named, and nothing is sent', async () => {
  const [first] = await Promise.all([begin('first'), begin('second')]);
  const url = `https://127.0.0.1:${silentPort}/`;
  const { summary } = await submit(broker.connect(), { url, requests: 20, concurrency: 2, timeout: '60s' });
  await until(() => connected === 2);
  first.die();
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_AGENTS',
    message: 'Agent first was not ready: it no longer renewed its slot with the broker. Nothing was sent.',
  });
});

test('an agent that is told to leave before all have joined is replaced; one that leaves before the start is named', async () => {
  await begin('first');
  const { summary } = await submit(
    broker.connect(),
    { url: witness.url, requests: 200, concurrency: 4 },
    { joinTimeoutMs: 30_000 },
  );
  await until(() => said.some((sentence) => /first run \w+: joined/.test(sentence)));
  await agents.splice(0, 1)[0]?.agent.leave();
  await Promise.all([begin('second'), begin('third')]);
  expect((await summary).agents?.map(({ name, state }) => [name, state]).sort()).toEqual([
    ['second', 'finished'],
    ['third', 'finished'],
  ]);
  expect(witness.seen.length).toBe(200);
  const url = `https://127.0.0.1:${silentPort}/`;
  const again = await submit(broker.connect(), { url, requests: 20, concurrency: 2, timeout: '60s' });
  await until(() => connected === 2);
  await agents.splice(0, 1)[0]?.agent.leave();
  await expect(again.summary).rejects.toThrow(
    /^Agent (second|third): it was told to leave\. Nothing was sent\.$/,
  );
});

test('a broker that loses its data before the start ends the run at once, whether or not all have joined', async () => {
  await Promise.all([begin('first'), begin('second')]);
  const url = `https://127.0.0.1:${silentPort}/`;
  for (const count of [2, 3]) {
    connected = 0;
    said.length = 0;
    const { summary } = await submit(
      broker.connect(),
      { url, requests: 20, concurrency: 3, timeout: '60s' },
      { agents: count, joinTimeoutMs: 60_000 },
    );
    await until(() =>
      count === 2 ? connected === 3 : said.filter((text) => /joined/.test(text)).length === 2,
    );
    broker.loseData();
    await expect(summary).rejects.toMatchObject({
      code: 'VOLLEY_BROKER',
      message: 'The broker has lost its data, and this run with it: start the run again. Nothing was sent.',
    });
    await until(() => said.filter((text) => !/joined/.test(text)).length >= 2);
  }
});

test('an agent for one run waits for it: an attempt that never began is none', async () => {
  const say = (sentence: string): number => said.push(sentence);
  const agent = await startAgent(broker.connect(), 'once', { isOnce: true, say });
  const load = { url: witness.url, requests: 20, concurrency: 2 };
  const few = await submit(broker.connect(), load, { joinTimeoutMs: 300 });
  await expect(few.summary).rejects.toThrow(/^1 of 2 agents joined/);
  await until(() => said.some((sentence) => sentence.endsWith(': it did not begin.')));
  expect(agent.hasLeft).toBe(false);
  const { summary } = await submit(broker.connect(), load, { agents: 1 });
  expect((await summary).requests.ok).toBe(20);
  await agent.ended;
});

test('an agent refuses a run to where it may not send, and a slot that a submitter who is gone has left behind', async () => {
  const far = await startAgent(broker.connect(), 'far', { allow: '10.0.0.0/8:80' });
  const { summary } = await submit(broker.connect(), open(), { agents: 1 });
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_AGENTS',
    message: `An agent refused the run. far: it may not send to 127.0.0.1:${witness.port} (--allow-target). Nothing was sent.`,
  });
  await far.leave();
  const connection = await begin('near');
  await connection.addSlots('left', [0], VERSION);
  await until(() => said.includes('near run left: the command that started it is gone.'));
  const next = await submit(broker.connect(), open(), { agents: 1 });
  expect([(await next.summary).requests.ok, witness.seen.length]).toEqual([200, 200]);
});

test('a stop while the start is being agreed on: nothing is sent, and nothing is missing', async () => {
  await begin('first');
  const connection = broker.connect();
  let isReady = false;
  let stop = (): void => {};
  const { submission, summary } = await submit(
    {
      ...connection,
      nowUs: async () => {
        if (isReady) stop();
        return connection.nowUs();
      },
      watchSlots: (run, version, events) =>
        connection.watchSlots(run, version, {
          ...events,
          onSaid: (slot, bytes) => {
            isReady ||= sealer.open<Said>(purposes.said({ run, slot }), bytes).is === 'ready';
            events.onSaid(slot, bytes);
          },
        }),
    },
    open(),
    { agents: 1 },
  );
  stop = () => submission.stop();
  const { interrupted, requests, agents: rows } = await summary;
  expect([interrupted, requests.sent, requests.notStarted, rows, witness.seen.length]).toEqual([
    true,
    0,
    0,
    [],
    0,
  ]);
});

test('an attempt that ends before it begins asks for no more agents: nobody takes the place of those that leave it', async () => {
  await Promise.all([begin('first'), begin('second')]);
  const connection = broker.connect();
  const added: number[] = [];
  const counting: Connection = {
    ...connection,
    addSlots: (run, slots, version) => {
      added.push(slots.length);
      return connection.addSlots(run, slots, version);
    },
  };
  const haveSaid = (words: RegExp): boolean => said.filter((text) => words.test(text)).length === 2;
  const told: string[] = [];
  const say = (sentence: string): number => told.push(sentence);
  const stopped = await submit(counting, open(), { agents: 3, joinTimeoutMs: 60_000, say });
  await until(() => haveSaid(/joined/));
  stopped.submission.stop();
  expect((await stopped.summary).interrupted).toBe(true);
  expect(told.at(-1)).toBe('2 of 3 agents had joined. Nothing was sent.');
  await until(() => haveSaid(/did not begin/));
  said.length = 0;
  const few = await submit(counting, open(), { agents: 3, joinTimeoutMs: 500 });
  await expect(few.summary).rejects.toThrow(/^2 of 3 agents joined/);
  await until(() => haveSaid(/did not begin/));
  await delay(100);
  expect([added, said.length]).toEqual([[3, 3], 4]);
});

test('what setup returned may be too large for the broker: nothing is sent, and the agents are free again', async () => {
  await begin('first');
  // What is sent is packed: this cannot be.
  const prepare = async () => ({ secrets: [], scenarioData: randomBytes(9_000_000) });
  const { summary } = await submit(broker.connect(), open(), { agents: 1, prepare });
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_USAGE',
    message: 'What setup returned takes 9.0 MB, and agents can be sent at most 8 MB: return less.',
  });
  const next = await submit(broker.connect(), open(), { agents: 1 });
  expect([(await next.summary).requests.ok, witness.seen.length]).toEqual([200, 200]);
});

test('a broker that refuses what it is asked is no broker that is away: the run ends with what it said', async () => {
  const refusal = Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' });
  const full = { ...broker.connect(), put: () => Promise.reject(refusal) };
  const { summary } = await submit(full, open());
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_BROKER',
    message: 'The broker refused the run (OOM command not allowed). Nothing was sent.',
  });
});

test('a broker that fills while agents join is the one fault that is told, without what Redis says of scripts', async () => {
  const refusal = Object.assign(
    new Error(
      "OOM command not allowed when used memory > 'maxmemory'. script: 0123456789abcdef0123456789abcdef01234567, on @user_script:1.",
    ),
    { name: 'ReplyError' },
  );
  const connection = broker.connect();
  const full: Connection = {
    ...connection,
    takeSlots: (version, name, { take, onRenewed }) =>
      connection.takeSlots(version, name, {
        onRenewed,
        take: (slot) => take({ ...slot, say: () => Promise.reject(refusal) }),
      }),
  };
  await Promise.all([begin('first', full), begin('second', full)]);
  const { summary } = await submit(broker.connect(), open());
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_BROKER',
    message:
      "The broker refused the run (OOM command not allowed when used memory > 'maxmemory'). Nothing was sent.",
  });
  expect(witness.seen.length).toBe(0);
});

test('a step of the clock of the broker before the start: no agent begins, and all of the load is missing', async () => {
  await Promise.all([begin('first'), begin('second')]);
  const stepping = ordering((type) => {
    if (type === 'go') broker.stepMs = -3_600_000;
  });
  const { summary: result } = await submit(stepping, open());
  const summary = await result;
  lostAtStart(summary, /^the broker's clock moved by \d{7} ms before the start$/);
  expect(summary.agents?.map(({ state }) => state)).toEqual(['lost', 'lost']);
  expect([summary.requests.scheduled, summary.requests.sent, witness.seen.length]).toEqual([200, 0, 0]);
});

test('an order to begin that comes too late costs that agent its part, and the other sends its own', async () => {
  let isGiven = false;
  await begin('punctual');
  const behind = broker.connect();
  await begin('late', {
    ...behind,
    orders: async (...asked) => {
      const found = await behind.orders(...asked);
      // Longer than a start is said ahead on a machine that has time.
      if (isGiven) await delay(2_500);
      isGiven = false;
      return found;
    },
  });
  const { summary: result } = await submit(
    ordering((type) => {
      if (type === 'go') isGiven = true;
    }),
    open(),
  );
  const summary = await result;
  lostAtStart(summary, /^it received the start \d+ ms too late$/);
  const rows = summary.agents?.map(({ name, planned, sent }) => [name, planned, sent]) ?? [];
  expect(rows).toContainEqual(['late', 100, 0]);
  expect(rows).toContainEqual(['punctual', 100, 100]);
  expect([summary.requests.scheduled, summary.requests.sent, witness.seen.length]).toEqual([200, 100, 100]);
  expect(witness.twice()).toEqual([]);
});
