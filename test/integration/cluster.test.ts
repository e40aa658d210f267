import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createReferenceServer } from '../../src/api/index.ts';
import { type AgentState, type Command, purposes, stateName } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { readOptions } from '../../src/main/plan/resolve.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { startAgent, submit, submitPlan } from '../support/cluster.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { startWitness, type Witness } from '../support/witness.ts';

type Connection = ReturnType<MemoryBroker['connect']>;

interface Pool {
  readonly broker: MemoryBroker;
  readonly connections: readonly Connection[];
  readonly witness: Witness;
}

/** Agents for one test, who leave after it. */
async function withPool<T>(workers: readonly number[], use: (pool: Pool) => Promise<T>): Promise<T> {
  const broker = new MemoryBroker();
  // It takes a while, or closed loads would take all of the machine.
  const witness = await startWitness('/', { delayMs: 5 });
  const connections = workers.map(() => broker.connect());
  const agents = await Promise.all(
    connections.map((connection, index) =>
      startAgent(connection, `agent-${index + 1}`, { workers: workers[index] ?? 1 }),
    ),
  );
  try {
    return await use({ broker, connections, witness });
  } finally {
    for (const connection of connections) connection.cut(false);
    await Promise.all(agents.map((agent) => agent.leave()));
    witness.close();
    broker.close();
  }
}

/** An open load whose exact times do not matter: polling for them would take a core from the others. */
const at = (
  witness: Witness,
  rate: number,
  duration: string,
): { url: string; rate: number; duration: string; pacing: 'eco'; concurrency: number } => ({
  url: witness.url,
  rate,
  duration,
  pacing: 'eco',
  concurrency: 8,
});

/** What holds of every run, however it went. */
function holds(summary: Summary, witness: Witness): void {
  // A warm-up has numbers of its own.
  if (summary.plan.warmupMs === 0) expect(witness.twice()).toEqual([]);
  const { scheduled, sent, ok, dropped, notStarted } = summary.requests;
  expect(scheduled).toBe(sent + dropped + notStarted);
  expect(witness.seen.length).toBeGreaterThanOrEqual(ok);
  const codes = summary.findings?.degraded.map(({ code }) => code) ?? [];
  expect(codes).not.toContain('identity-violated');
  for (const { planned, sent: own, missing } of summary.agents ?? [])
    expect(planned).toBe(planned === null ? null : own + (missing ?? 0));
}

/** Who gets no processor for as long as a lease lasts is lost, rightly. */
function isDisturbed({ agents, requests }: Summary): boolean {
  const lost = agents?.filter(({ state }) => state === 'lost') ?? [];
  return lost.length !== 1 || requests.failed + requests.unfinished > 0;
}

/** Once more where a busy machine has cost another agent its part, up to three times. */
async function whereNoOtherIsLost(attempt: (isLast: boolean) => Promise<boolean>): Promise<void> {
  for (let left = 2; left >= 0; left--) if (await attempt(left === 0)) return;
}

describe('a run over agents', () => {
  test('a plan that is too large for the broker is refused before anything is said', () =>
    withPool([1], async ({ broker, witness }) => {
      // What is sent is packed: this cannot be.
      const body = randomBytes(10_000_000).toString('base64');
      const { summary } = await submit(broker.connect(), { url: witness.url, body }, { agents: 1 });
      await expect(summary).rejects.toMatchObject({
        code: 'VOLLEY_USAGE',
        message: expect.stringMatching(/^The plan takes 10\.\d MB, and agents can be sent at most 8 MB: /),
      });
      expect([broker.bytes.length < 10_000, witness.seen.length]).toEqual([true, 0]);
    }));

  test.each([
    { name: 'closed, unequal', options: { requests: 1_003, concurrency: 7 }, workers: [1, 2], sent: 1_003 },
    { name: 'open', options: { rate: 400, duration: '1s' }, workers: [1, 1, 1], sent: 400 },
    {
      name: 'open, with a warm-up',
      options: { rate: 400, requests: 300, warmup: '500ms' },
      workers: [1, 1],
      sent: 300,
    },
  ])('$name: each number once, as on one machine', ({ options, workers, sent }) =>
    withPool(workers, async ({ broker, witness }) => {
      broker.saysTwice = true;
      const { summary: result, submission } = await submit(
        broker.connect(),
        { url: witness.url, ...options },
        { agents: workers.length },
      );
      const summary = await result;
      holds(summary, witness);
      expect(summary.degradedReasons).toEqual([]);
      expect(summary.requests).toMatchObject({ scheduled: sent, sent, ok: sent });
      expect(witness.seen.length).toBe('warmup' in options ? 500 : sent);
      expect(summary.plan.workers).toBe(workers.reduce((sum, count) => sum + count, 0));
      expect(summary.agents?.map((agent) => [agent.state, agent.workers])).toEqual(
        workers.map((count) => ['finished', count]),
      );
      expect(summary.workers.map(({ index }) => index)).toEqual(
        summary.workers.map((_worker, index) => index),
      );
      expect(summary.latencyMs.response).toMatchObject({ count: sent, precision: 'histogram' });
      expect(submission.snapshot()?.ended).toBe(sent);
      const rows = submission.progress()?.agents ?? [];
      expect(rows.map(({ name }) => name)).toEqual(summary.agents?.map(({ name }) => name));
      expect(rows.map((row) => row.sent)).toEqual(summary.agents?.map((agent) => agent.sent));
      // What was asked for and measured, in clear.
      expect(broker.bytes.includes('127.0.0.1')).toBe(false);
    }),
  );

  test('orders that are forged, for another run or given again change nothing, nor do states that are lost or come twice', () =>
    withPool([1, 1], async ({ broker, connections, witness }) => {
      const sealer = new Sealer('secret');
      const lost: number[] = [];
      for (const connection of connections) {
        const { put } = connection;
        connection.put = async (run, name, bytes, signal) => {
          const nonce = name.slice(name.indexOf(':') + 1);
          if (name !== stateName(nonce)) return put(run, name, bytes, signal);
          const { isFinal, atMs } = sealer.open<AgentState>(purposes.state(run, nonce), bytes);
          if (!isFinal && lost.push(atMs) % 2 === 1) return;
          for (let time = 0; time < 2; time++) await put(run, name, bytes, signal);
        };
      }
      const connection = broker.connect();
      const given: Uint8Array[] = [];
      const stop: Command = { type: 'stop', drainMs: 0 };
      const order: Connection['order'] = async (run, bytes) => {
        const id = await connection.order(run, bytes);
        if (sealer.open<Command>(purposes.orders(run), bytes).type === 'beat') return id;
        given.push(bytes);
        const forged = [
          randomBytes(200),
          new Sealer('another').seal(purposes.orders(run), stop),
          sealer.seal(purposes.orders('another'), stop),
        ];
        for (const one of [...forged, ...given]) await connection.order(run, one);
        return id;
      };
      const { summary } = await submit({ ...connection, order }, at(witness, 200, '3s'));
      const { requests, agents, degradedReasons } = await summary;
      holds(await summary, witness);
      expect([requests.scheduled, requests.ok, witness.seen.length, degradedReasons]).toEqual([
        600,
        600,
        600,
        [],
      ]);
      expect(agents?.map(({ state, sent }) => [state, sent])).toEqual([
        ['finished', 300],
        ['finished', 300],
      ]);
      expect([given.length, lost.length > 1]).toEqual([3, true]);
    }));

  test('as many as are enough begin when the time to join is up, and have all of the load', () =>
    withPool([1, 1], async ({ broker, witness }) => {
      const load = { url: witness.url, requests: 100, concurrency: 4 };
      const { summary } = await submit(broker.connect(), load, {
        agents: 3,
        minAgents: 2,
        joinTimeoutMs: 500,
      });
      holds(await summary, witness);
      expect((await summary).agents?.map(({ state, sent }) => [state, sent])).toEqual([
        ['finished', 50],
        ['finished', 50],
      ]);
      expect(witness.seen.length).toBe(100);
    }));

  test('of a closed load that ends by time, a lost agent has connections that are missing', () =>
    withPool([1, 1], async ({ connections, broker, witness }) => {
      const load = { url: witness.url, duration: '2s', concurrency: 4 };
      const { summary } = await submit(broker.connect(), load);
      while (witness.seen.length < 50) await delay(10);
      connections[1]?.die();
      const { agents, degradedReasons, requests } = await summary;
      holds(await summary, witness);
      const lost = agents?.find(({ name }) => name === 'agent-2');
      expect(lost).toMatchObject({ state: 'lost', planned: null, missing: null, unknownAtMost: null });
      expect(degradedReasons).toContainEqual(
        expect.stringMatching(
          /^Agent agent-2 .* was lost at \+[\d.]+ m?s: it no longer renewed its slot with the broker\. 2 of 4 connections are missing from (?:\+[\d.]+ m?s on, when it last reported|the start on, as it reported nothing)\.$/,
        ),
      );
      expect(requests.sent).toBe(agents?.reduce((sum, { sent }) => sum + sent, 0));
    }));

  test('every worker has a connection and a part, although there are more workers than connections by default', () =>
    withPool([2, 2], async ({ broker, witness }) => {
      const plan = await readOptions({ url: witness.url, requests: 24, seed: 1 });
      const { summary } = submitPlan(broker.connect(), { ...plan, concurrency: 2 });
      const { agents, plan: carriedOut, connections, requests } = await summary;
      holds(await summary, witness);
      expect(agents?.map(({ planned, sent }) => [planned, sent])).toEqual([
        [12, 12],
        [12, 12],
      ]);
      expect([carriedOut.concurrency, connections.opened, requests.ok]).toEqual([4, 4, 24]);
    }));

  test.each([
    // Two connections of the first agent, and one of the second: one sends twice as many as the other.
    { name: 'closed, by time', options: { duration: '1s', concurrency: 3 } },
    { name: 'open', options: { rate: 101, duration: '1s' } },
  ])('a mix keeps its shares with each agent, however fast it is: $name', ({ options }) =>
    withPool([1, 1], async ({ broker, witness }) => {
      const url = `http://127.0.0.1:${witness.port}`;
      const mix = ['a', 'b'].map((name) => ({ name, url: `${url}/${name}?n={{n}}` }));
      const connection = broker.connect();
      const { summary } = await submit(connection, { mix, ...options });
      const { mix: rows, agents } = await summary;
      holds(await summary, witness);
      const [a = 0, b = 0] = rows.map(({ sent }) => sent);
      expect(Math.abs(a - b)).toBeLessThanOrEqual(2);
      expect(a + b).toBe(agents?.reduce((sum, { sent }) => sum + sent, 0));
      expect(a + b).toBeGreaterThan(50);
      if ('rate' in options)
        expect(witness.seen.map(({ number }) => number).toSorted((one, two) => one - two)).toEqual(
          Array.from({ length: 101 }, (_, number) => number + 1),
        );
    }),
  );

  test('streams of a model: tokens add up over agents, and a secret of a header stays sealed', () =>
    withPool([1, 2], async ({ broker }) => {
      const model = await createReferenceServer({ model: { firstTokenMs: 2, gapMs: 1, tokens: 5 } });
      const connection = broker.connect();
      const plans: Uint8Array[] = [];
      const put: typeof connection.put = (run, name, bytes) => {
        plans.push(bytes);
        return connection.put(run, name, bytes);
      };
      try {
        const { summary } = await submit(
          { ...connection, put },
          {
            url: `${model.url}v1/chat/completions`,
            ...{ preset: 'openai-chat', model: 'mock', prompt: 'Hi', requests: 30, concurrency: 6 },
            headers: ['authorization: Bearer very-secret'],
          },
        );
        const { requests, streams } = await summary;
        expect([requests.sent, requests.ok]).toEqual([30, 30]);
        expect([streams?.answers, streams?.tokens.total]).toEqual([30, 150]);
        expect(plans.map((bytes) => Buffer.from(bytes).includes('very-secret'))).toEqual([false]);
      } finally {
        await model.close();
      }
    }));

  test.concurrent('one that is cut off stops before it is declared lost, and its load is missing exactly; a short cut is noticed by nobody', () =>
    whereNoOtherIsLost((isLast) =>
      withPool([1, 1, 1, 1], async ({ connections, witness }) => {
        const { summary: result } = await submit(connections[0] as Connection, at(witness, 200, '12s'), {
          agents: 4,
        });
        while (witness.seen.length < 200) await delay(20);
        for (const connection of connections.slice(2)) connection.cut(true);
        await delay(1_500);
        connections[2]?.cut(false);
        // The other is declared lost 5 s after its last word.
        await delay(5_500);
        const before = witness.seen.length;
        connections[3]?.cut(false);
        const summary = await result;
        holds(summary, witness);
        if (!isLast && isDisturbed(summary)) return false;
        expect(summary.requests.scheduled).toBe(2_400);
        const lost = summary.agents?.find(({ state }) => state === 'lost');
        expect(summary.agents?.flatMap(({ state, sent }) => (state === 'lost' ? [] : [sent]))).toEqual([
          600, 600, 600,
        ]);
        expect(lost).toMatchObject({
          planned: 600,
          because: 'it no longer renewed its slot with the broker',
        });
        expect(lost?.sent).toBeGreaterThan(100);
        expect(lost?.sent).toBeLessThan(450);
        expect(summary.findings?.degraded[0]).toMatchObject({
          code: 'load-lost',
          figures: {
            agent: lost?.name,
            missing: 600 - (lost?.sent ?? 0),
            missingShare: (600 - (lost?.sent ?? 0)) / 2_400,
          },
        });
        // It delivered its last state when it was back: nothing is unknown.
        expect(lost?.unknownAtMost).toBe(0);
        expect(summary.requests.sent).toBe(witness.seen.length);
        expect(before).toBeGreaterThan(1_000);
        return true;
      }),
    ));

  test.concurrent('of an agent that is cut off before a stop, the result says how much it may have sent besides', () =>
    withPool([1, 1], async ({ broker, connections, witness }) => {
      const { submission, summary } = await submit(broker.connect(), at(witness, 100, '60s'));
      while ((submission.snapshot()?.ended ?? 0) < 100) await delay(20);
      connections[1]?.cut(true);
      await delay(500);
      submission.stop();
      const { agents, requests, degradedReasons } = await summary;
      holds(await summary, witness);
      const lost = agents?.find(({ state }) => state === 'lost');
      expect(lost?.name).toBe('agent-2');
      expect(degradedReasons.join()).toMatch(
        /it may not have heard of the stop, and have sent up to \d+ that are not measured/,
      );
      expect(witness.seen.length).toBeGreaterThan(requests.scheduled);
      expect(witness.seen.length).toBeLessThanOrEqual(requests.sent + (lost?.unknownAtMost ?? 0));
    }));

  test.concurrent('a run ends once more is lost than may be, and the lost agent misses what was due until then', () =>
    withPool([1, 1], async ({ connections, witness }) => {
      const said: string[] = [];
      const { submission, summary: result } = await submit(
        connections[0] as Connection,
        at(witness, 100, '60s'),
        {
          maxLost: { text: '5%', share: 0.05 },
          say: (sentence) => said.push(sentence),
        },
      );
      while ((submission.snapshot()?.ended ?? 0) < 100) await delay(20);
      connections[1]?.cut(true);
      const summary = await result;
      holds(summary, witness);
      expect(said.filter((sentence) => sentence.includes('lost'))).toEqual([
        expect.stringMatching(
          /^agent agent-2 \(.*\) was lost: it no longer renewed its slot with the broker\.$/,
        ),
      ]);
      // The clock of a run does not go back to what a lost agent has said last.
      expect(submission.snapshot()?.elapsedMs).toBeGreaterThan(summary.stoppedBy?.atMs ?? 0);
      expect(summary.stoppedBy?.expression).toBe('lost<=5%');
      expect(summary.stoppedBy?.measured).toBeGreaterThan(0.3);
      // One of two equal agents can miss half of the load at most, and does where its first word never came.
      expect(summary.stoppedBy?.measured).toBeLessThanOrEqual(0.5);
      expect(summary.degraded).toBe(true);
      const [one, two] = (summary.agents ?? []).toSorted((a, b) => a.state.localeCompare(b.state));
      expect([one?.state, two?.state]).toEqual(['finished', 'lost']);
      // A stop takes its time to reach the other one.
      expect(Math.abs((one?.planned ?? 0) - (two?.planned ?? 0))).toBeLessThan(300);
      expect(two?.planned).toBeLessThan(1_000);
    }));
});
