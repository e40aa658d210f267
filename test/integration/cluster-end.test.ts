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
