import { expect, test } from '@jest/globals';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import {
  type CoordinatorMessage,
  PROTOCOL_VERSION,
  type WorkerChannel,
  type WorkerMessage,
} from '../../src/protocol/messages.ts';
import { NO_SUPPLIES } from '../../src/protocol/supplies.ts';
import { serveShard } from '../../src/workers/serve-shard.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

test('a worker whose message cannot be sent ends, and says why', async () => {
  const { url } = await startTarget();
  const [shard] = split(await resolvePlan({ url, requests: 1, workers: 1, concurrency: 1, mode: 'threads' }));
  const posted: WorkerMessage[] = [];
  let closed = 0;
  let tell: (message: CoordinatorMessage) => void = () => {};
  const channel: WorkerChannel = {
    post: (message) => {
      if (message.type === 'ready') throw new Error('() => {} could not be cloned');
      posted.push(message);
    },
    onMessage: (handler) => {
      tell = handler;
    },
    close: () => closed++,
  };
  const served = serveShard(channel, 'nothing');
  tell({ type: 'shard', version: PROTOCOL_VERSION, shard: shard!, supplies: NO_SUPPLIES });
  await served.done;
  expect(posted).toEqual([
    { type: 'failed', message: "its message 'ready' cannot be sent: () => {} could not be cloned" },
  ]);
  expect(closed).toBe(1);
});
