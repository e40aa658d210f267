import { expect, test } from '@jest/globals';
import { Collector } from '../../src/main/collect/collector.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import type { CreatePool, PoolEvents } from '../../src/main/pool/worker-pool.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { type CoordinatorMessage, PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';

const PLAN = await resolvePlan({ url: 'http://127.0.0.1:9/', requests: 4, concurrency: 2, workers: 2 });
const OPEN_PLAN = await resolvePlan({ url: 'http://127.0.0.1:9/', rate: 4, duration: '1s', workers: 2 });

/** Workers that do what the test says when they get a message; a killed one ends. */
function scripted(
  onPost: (events: PoolEvents, index: number, message: CoordinatorMessage) => void,
  killed: number[] = [],
): CreatePool {
  return (_count, events) => ({
    kind: 'thread',
    post: (index, message) => queueMicrotask(() => onPost(events, index, message)),
    returnBuffer: () => {},
    kill: (index) => {
      killed.push(index);
      queueMicrotask(() => events.onEnd(index, 'it did not stop when asked, and was ended'));
    },
    close: async () => {},
  });
}

const ready = (version: number, readyAtMs = 0) =>
  ({ type: 'ready', version, pid: 1, threadId: 1, bootedAtMs: 0, readyAtMs }) as const;

test('a worker of another version is ended, and nothing is sent', async () => {
  const killed: number[] = [];
  const told: string[] = [];
  const pool = scripted((events, index, message) => {
    told.push(message.type);
    if (message.type === 'shard')
      events.onMessage(index, ready(index === 1 ? PROTOCOL_VERSION - 1 : PROTOCOL_VERSION));
  }, killed);
  const run = new Coordinator(PLAN, createMonotonicClock()).run(pool);
  await expect(run).rejects.toMatchObject({
    code: 'VOLLEY_WORKER_START',
    message: `Worker 1 could not start: it speaks protocol ${PROTOCOL_VERSION - 1}, the coordinator ${PROTOCOL_VERSION}. Nothing was sent.`,
  });
  expect(killed).toEqual([1]);
  expect(told).not.toContain('go');
});

test.each([
  { slowestMs: 0, leadMs: 7 },
  { slowestMs: 1.5, leadMs: 13 },
  { slowestMs: 5, leadMs: 27 },
  { slowestMs: 300, leadMs: 27 },
])('the load begins $leadMs ms ahead where `ready` took $slowestMs ms', async ({ slowestMs, leadMs }) => {
  const nowMs = 1_000;
  const begun: number[] = [];
  const pool = scripted((events, index, message) => {
    const sentMs = index === 0 ? nowMs - slowestMs : nowMs;
    if (message.type === 'shard') events.onMessage(index, ready(PROTOCOL_VERSION, sentMs));
    if (message.type !== 'go') return;
    begun.push(message.startAtMs - nowMs);
    events.onEnd(index, null);
  });
  await new Coordinator(PLAN, { ...createMonotonicClock(), nowMs: () => nowMs }).run(pool);
  expect(begun).toEqual([leadMs, leadMs]);
});

test('a stop before the workers are ready sends no load, and the run ends well', async () => {
  const told: string[] = [];
  const coordinator = new Coordinator(PLAN, createMonotonicClock());
  const pool = scripted((events, index, message) => {
    told.push(message.type);
    if (message.type === 'shard' && index === 0) coordinator.stop();
    if (message.type === 'stop') events.onEnd(index, null);
  });
  const collected = await coordinator.run(pool);
  expect(collected).toMatchObject({ interrupted: true, windowAtMs: null, stoppedAtMs: 0 });
  expect(coordinator.snapshot()).toBeNull();
  expect(told).not.toContain('go');
});

test('adding up is practised before an open load, once, and leaves nothing in its result', async () => {
  const taken: number[] = [];
  const { take } = Collector.prototype;
  Collector.prototype.take = function (worker, block, errors) {
    taken.push(block.count);
    take.call(this, worker, block, errors);
  };
  try {
    for (const plan of [PLAN, OPEN_PLAN]) {
      const pool = scripted((events, index, message) => {
        if (message.type === 'shard') events.onMessage(index, ready(PROTOCOL_VERSION));
        if (message.type === 'go') events.onEnd(index, null);
      });
      const { tallies, records, blockBytes } = await new Coordinator(plan, createMonotonicClock()).run(pool);
      const samples = tallies.map((tally) => tally.samples);
      expect([samples, records.series.intervalMs > 0, blockBytes]).toEqual([[0, 0], true, 0]);
      expect(taken).toEqual(plan === PLAN ? [] : [250]);
    }
  } finally {
    Collector.prototype.take = take;
  }
});

test.each([
  ['while they start', false],
  ['before there are any', true],
])('a stop does not wait for workers that are not ready: %s', async (_when, isBefore) => {
  const killed: number[] = [];
  const coordinator = new Coordinator(PLAN, createMonotonicClock());
  // The first is ready, unless the stop came before; the other would take for ever.
  const pool = scripted((events, index, message) => {
    if (message.type === 'shard' && index === 0 && !isBefore) {
      events.onMessage(index, ready(PROTOCOL_VERSION));
      coordinator.stop();
    }
    if (message.type === 'stop' && index === 0) events.onEnd(index, null);
  }, killed);
  if (isBefore) coordinator.stop();
  const collected = await coordinator.run(pool);
  expect(collected).toMatchObject({ interrupted: true, windowAtMs: null });
  expect(collected.workers.map(({ lostBecause }) => lostBecause)).toEqual(
    isBefore ? [null, null] : [expect.anything(), null],
  );
  expect(killed).toEqual(isBefore ? [0, 1] : [1]);
});
