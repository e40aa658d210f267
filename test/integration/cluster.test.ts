import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Agent, AgentOptions } from '../../src/main/cluster/agent.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { startAgent, submit } from '../support/cluster.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { startWitness, type Witness } from '../support/witness.ts';

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

type Connection = ReturnType<MemoryBroker['connect']>;

async function pool(
  count: number,
  changes: (index: number) => Partial<AgentOptions> & { key?: string; allow?: string } = () => ({}),
): Promise<{
  broker: MemoryBroker;
  agents: Agent[];
  connections: Connection[];
  witness: Witness;
}> {
  const broker = new MemoryBroker();
  const witness = await startWitness();
  opened.push(broker, witness);
  const connections = Array.from({ length: count }, () => broker.connect());
  const agents = await Promise.all(
    connections.map((connection, index) => startAgent(connection, `agent-${index + 1}`, changes(index))),
  );
  for (const [index, agent] of agents.entries())
    opened.push({
      close: () => {
        connections[index]?.cut(false);
        return agent.leave();
      },
    });
  return { broker, agents, connections, witness };
}

/** What holds of every run, however it went. */
function holds(summary: Summary, witness: Witness): void {
  // A warm-up has numbers of its own.
  if (summary.plan.warmupMs === 0) expect(witness.twice()).toEqual([]);
  const { scheduled, sent, unfinished, dropped, notStarted } = summary.requests;
  expect(scheduled).toBe(sent + dropped + notStarted);
  expect(witness.seen.length).toBeGreaterThanOrEqual(sent - unfinished);
  const codes = summary.findings?.degraded.map(({ code }) => code) ?? [];
  expect(codes).not.toContain('identity-violated');
  for (const { planned, sent: own, missing } of summary.agents ?? [])
    expect(planned).toBe(planned === null ? null : own + (missing ?? 0));
}

describe('a run over agents', () => {
  test.each([
    { name: 'closed, unequal', options: { requests: 1_003, concurrency: 7 }, workers: [1, 2], sent: 1_003 },
    { name: 'open', options: { rate: 400, duration: '2s' }, workers: [1, 1, 1], sent: 800 },
    {
      name: 'open, with a warm-up',
      options: { rate: 400, requests: 500, warmup: '500ms' },
      workers: [1, 1],
      sent: 500,
    },
  ])('$name: each number once, as on one machine', async ({ options, workers, sent }) => {
    const { broker, witness } = await pool(workers.length, (index) => ({ workers: workers[index] ?? 1 }));
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
    expect(witness.seen.length).toBe('warmup' in options ? 700 : sent);
    expect(summary.plan.workers).toBe(workers.reduce((sum, count) => sum + count, 0));
    expect(summary.agents?.map((agent) => [agent.state, agent.workers])).toEqual(
      workers.map((count) => ['finished', count]),
    );
    expect(summary.workers.map(({ index }) => index)).toEqual(summary.workers.map((_worker, index) => index));
    expect(summary.latencyMs.response).toMatchObject({ count: sent, precision: 'histogram' });
    expect(submission.snapshot()?.ended).toBe(sent);
    // What was asked for and measured, in clear.
    expect(broker.bytes.includes('127.0.0.1')).toBe(false);
  });

  test('one that is cut off stops before it is declared lost, and its load is missing exactly', async () => {
    const { connections, witness } = await pool(4);
    const { summary: result } = await submit(
      connections[0] as Connection,
      { url: witness.url, rate: 200, duration: '12s' },
      { agents: 4 },
    );
    while (witness.seen.length < 400) await delay(20);
    connections[3]?.cut(true);
    await delay(8_000);
    const before = witness.seen.length;
    connections[3]?.cut(false);
    const summary = await result;
    holds(summary, witness);
    expect(summary.requests.scheduled).toBe(2_400);
    const lost = summary.agents?.find(({ state }) => state === 'lost');
    expect(lost).toMatchObject({ planned: 600, because: 'it no longer renewed its slot with the broker' });
    expect(lost?.sent).toBeGreaterThan(150);
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
  }, 40_000);

  test('of a run that is stopped, a lost agent misses what was due until then', async () => {
    const { connections, witness } = await pool(2);
    const { submission, summary: result } = await submit(connections[0] as Connection, {
      url: witness.url,
      rate: 100,
      duration: '60s',
    });
    while (witness.seen.length < 100) await delay(20);
    connections[1]?.cut(true);
    await delay(6_500);
    submission.stop();
    const summary = await result;
    holds(summary, witness);
    expect(summary.interrupted).toBe(true);
    const [one, two] = (summary.agents ?? []).toSorted((a, b) => a.state.localeCompare(b.state));
    expect([one?.state, two?.state]).toEqual(['finished', 'lost']);
    // A stop takes its time to reach the other one.
    expect(Math.abs((one?.planned ?? 0) - (two?.planned ?? 0))).toBeLessThan(50);
    expect(two?.planned).toBeLessThan(1_000);
    connections[1]?.cut(false);
  }, 30_000);

  test('a short cut is noticed by nobody', async () => {
    const { connections, witness } = await pool(2);
    const { summary: result } = await submit(connections[0] as Connection, {
      url: witness.url,
      rate: 200,
      duration: '5s',
    });
    while (witness.seen.length < 200) await delay(20);
    connections[1]?.cut(true);
    await delay(2_000);
    connections[1]?.cut(false);
    const summary = await result;
    holds(summary, witness);
    expect(summary.degradedReasons).toEqual([]);
    expect(witness.seen.length).toBe(1_000);
  }, 20_000);
});
