import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { agentsIn, poolText } from '../../src/main/cluster/pool-list.ts';
import { Sealer } from '../../src/main/cluster/seal.ts';
import { startAgent, submit } from '../support/cluster.ts';
import { MemoryBroker } from '../support/memory-broker.ts';

const sealer = new Sealer('secret');
let broker: MemoryBroker;

beforeEach(() => {
  broker = new MemoryBroker();
});

afterEach(() => broker.close());

test('an agent is listed until it leaves, or has been silent for some seconds, also one with another key', async () => {
  const connection = broker.connect();
  const [own, foreign] = [broker.connect(), broker.connect()];
  const agents = [await startAgent(own, 'own'), await startAgent(foreign, 'foreign', { key: 'another' })];
  const names = async () => (await agentsIn(connection, sealer)).map((agent) => agent?.name ?? null);
  expect(await names()).toEqual(['own', null]);
  expect(await poolText(connection, sealer, 'test')).toBe(
    'In the pool: own (waiting), one with another cluster key.',
  );
  // What happens to those that are killed: they say nothing any more, not even that they leave.
  own.cut(true);
  foreign.cut(true);
  broker.stepMs += 5_000;
  expect(await names()).toEqual(['own', null]);
  broker.stepMs += 5_000;
  expect(await names()).toEqual([]);
  expect((await connection.announced()).size).toBe(0);
  own.cut(false);
  foreign.cut(false);
  await Promise.all(agents.map((agent) => agent.leave()));
});

test('an agent of another version gets no part, and is named with its version', async () => {
  const agent = await startAgent(broker.connect(), 'old', { version: '0.0.1' });
  const { summary } = await submit(
    broker.connect(),
    { url: 'http://127.0.0.1:9/', requests: 1 },
    { agents: 1, joinTimeoutMs: 100 },
  );
  await expect(summary).rejects.toMatchObject({
    code: 'VOLLEY_AGENTS',
    message:
      '0 of 1 agent joined within 100 ms. In the pool: old (volley 0.0.1, this is test; waiting). Nothing was sent.',
  });
  await agent.leave();
});
