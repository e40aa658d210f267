import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type AgentState, purposes, stateName } from '../../src/main/cluster/messages.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { startAgent, submit } from '../support/cluster.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { startWitness } from '../support/witness.ts';

type Connection = ReturnType<MemoryBroker['connect']>;

const sealer = new Sealer('secret');

/**
 * A run over two agents, 100 requests each.
 *
 * @param deliver how one of them hands over its final state
 */
async function runWhere(
  deliver: (connection: Connection, put: () => Promise<void>) => Promise<void>,
  say: (sentence: string) => void = () => {},
): Promise<Summary> {
  const broker = new MemoryBroker();
  const witness = await startWitness();
  const connection = broker.connect();
  const ending: Connection = {
    ...connection,
    put: (run, name, bytes, signal) => {
      const put = (): Promise<void> => connection.put(run, name, bytes, signal);
      const nonce = name.slice(name.indexOf(':') + 1);
      if (name !== stateName(nonce)) return put();
      const { isFinal } = sealer.open<AgentState>(purposes.state(run, nonce), bytes);
      return isFinal ? deliver(connection, put) : put();
    },
  };
  const agents = await Promise.all([startAgent(ending, 'ending'), startAgent(broker.connect(), 'other')]);
  const load = { rate: 100, duration: '2s', pacing: 'eco', concurrency: 8 } as const;
  try {
    const { summary: result } = await submit(broker.connect(), { url: witness.url, ...load }, { say });
    const summary = await result;
    const { requests, findings } = summary;
    expect(findings?.degraded.map(({ code }) => code)).not.toContain('identity-violated');
    expect(requests.scheduled).toBe(requests.sent + requests.dropped + requests.notStarted);
    // All had been sent and answered before.
    expect([requests.scheduled, witness.seen.length, witness.twice()]).toEqual([200, 200, []]);
    return summary;
  } finally {
    connection.cut(false);
    await Promise.all(agents.map((agent) => agent.leave()));
    witness.close();
    broker.close();
  }
}

const rowOf = ({ agents: rows }: Summary, name: string) => rows?.find((row) => row.name === name);

test.concurrent('an agent that dies between its last answer and its result: what it had reported counts, the rest may have been sent', async () => {
  const summary = await runWhere((connection, put) => {
    connection.die();
    return put();
  });
  const lost = rowOf(summary, 'ending');
  const sent = lost?.sent ?? 0;
  expect(lost).toMatchObject({
    state: 'lost',
    planned: 100,
    missing: 100 - sent,
    because: 'it no longer renewed its slot with the broker',
  });
  expect(lost?.unknownAtMost).toBeGreaterThanOrEqual(100 - sent);
  expect(rowOf(summary, 'other')).toMatchObject({ state: 'finished', sent: 100, missing: 0 });
  expect([summary.degraded, summary.requests.sent]).toEqual([true, 100 + sent]);
});

test.concurrent('an agent that was declared lost has the last word: nothing of its part is missing once its result is there', async () => {
  const isLost = Promise.withResolvers<void>();
  const summary = await runWhere(
    async (connection, put) => {
      connection.die();
      await isLost.promise;
      connection.cut(false);
      await put();
    },
    (sentence) => {
      if (/^agent ending .* was lost: it no longer renewed/.test(sentence)) isLost.resolve();
    },
  );
  for (const name of ['ending', 'other'])
    expect(rowOf(summary, name)).toMatchObject({
      ...{ state: 'finished', sent: 100, missing: 0, unknownAtMost: 0, because: null, lostAtMs: null },
    });
  expect([summary.requests.ok, summary.degradedReasons]).toEqual([200, []]);
});

test.concurrent('an agent that dies between its result and the end of its job has delivered all: nothing is missing', async () => {
  const summary = await runWhere(async (connection, put) => {
    await put();
    connection.cut(true);
  });
  for (const name of ['ending', 'other'])
    expect(rowOf(summary, name)).toMatchObject({ state: 'finished', sent: 100, missing: 0, because: null });
  expect(summary.requests.ok).toBe(200);
});

test.concurrent('a broker that is full when an agent has its result is asked again, and takes it once it has room', async () => {
  let refused = 0;
  const full = Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' });
  const summary = await runWhere((_connection, put) => (refused++ < 2 ? Promise.reject(full) : put()));
  expect(refused).toBe(3);
  expect(rowOf(summary, 'ending')).toMatchObject({ state: 'finished', sent: 100, missing: 0, because: null });
  expect(summary.requests.ok).toBe(200);
});

/**
 * A closed load over two agents, ten requests of a third of a second each at once. One of the two is told to leave.
 *
 * @returns the result, what was said, and the row of that one before the run was over
 */
async function runThatOneLeaves(changes: Parameters<typeof submit>[2], requests: number) {
  const broker = new MemoryBroker();
  const witness = await startWitness('/', { delayMs: 300 });
  const agents = await Promise.all(['leaving', 'other'].map((name) => startAgent(broker.connect(), name)));
  const said: string[] = [];
  try {
    const load = { url: witness.url, requests, concurrency: 10 };
    const say = (sentence: string): void => void said.push(sentence);
    const { submission, summary: result } = await submit(broker.connect(), load, { say, ...changes });
    while (witness.seen.length < 15) await delay(20);
    await agents[0]?.leave();
    await delay(1_500);
    const row = submission.snapshot()?.agents?.find(({ name }) => name === 'leaving');
    const summary = await result;
    expect(witness.twice()).toEqual([]);
    expect(summary.requests.sent).toBe(witness.seen.length);
    return { summary, said, row };
  } finally {
    await Promise.all(agents.map((agent) => agent.leave()));
    witness.close();
    broker.close();
  }
}

test.concurrent('an agent that is told to leave waits for what it has sent, which is no failure of the target; the run says at once that it is lost', async () => {
  const { summary, said, row } = await runThatOneLeaves({ maxLost: { text: '90%', share: 0.9 } }, 100);
  expect(summary.requests).toMatchObject({ unfinished: 0, failed: 0 });
  expect(summary.generator.verdict).not.toBe('failing');
  const degraded = summary.findings?.degraded.map(({ code }) => code) ?? [];
  // A busy machine may hold a process up.
  expect(degraded.filter((code) => code !== 'stood-still')).toEqual([]);
  expect(rowOf(summary, 'leaving')).toMatchObject({
    state: 'lost',
    because: 'it was told to leave',
    planned: 50,
  });
  expect(row?.state).toBe('lost');
  expect(said).toEqual([expect.stringMatching(/^agent leaving \(.*\) was lost: it was told to leave\.$/)]);
});

test.concurrent('a run ends once more is lost than may be, also with an agent that leaves in good order', async () => {
  const { summary } = await runThatOneLeaves({ maxLost: { text: '5%', share: 0.05 } }, 1_000);
  expect(summary.stoppedBy?.expression).toBe('lost<=5%');
  // All of it would take half a minute.
  expect(summary.requests.sent).toBeLessThan(300);
  expect(rowOf(summary, 'other')?.state).toBe('finished');
});
