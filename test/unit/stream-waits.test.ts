import { expect, test } from '@jest/globals';
import type { Shard } from '../../src/protocol/shard.ts';
import type { StreamPlan } from '../../src/protocol/stream.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { Deadline } from '../../src/workers/exchange/deadlines.ts';
import type { Exchange } from '../../src/workers/exchange/exchange.ts';
import { StreamWaits } from '../../src/workers/exchange/stream-waits.ts';

const STALL_MS = 30;
const PLAN: StreamPlan = {
  ...{ framing: null, tokenPaths: [], reasoningPaths: [], usagePaths: [], endPaths: [] },
  endMark: null,
  count: 'auto',
  stallMs: STALL_MS,
};

/** What has become of an exchange whose event loop is held up for longer than it may be silent. */
async function heldUp(meanwhile: (exchange: Exchange, waits: StreamWaits) => void): Promise<string[]> {
  const clock = createMonotonicClock();
  const ended: string[] = [];
  const exchange = {
    ...{ serial: 1, bodyBytes: 5, firstByteMs: 1, busy: true, sink: { tokens: null } },
    cancelledWith: Number.POSITIVE_INFINITY,
    end: (reason: string) => void ended.push(reason),
  } as unknown as Exchange;
  Object.assign(exchange, { silence: new Deadline(exchange), patience: new Deadline(exchange) });
  const waits = new StreamWaits(PLAN, {} as Shard, clock);
  const isOver = new Promise<void>((resolve) => {
    // Due just before the silence ends: what comes of it is read when the loop has turned to both.
    setTimeout(() => {
      setImmediate(() => {
        meanwhile(exchange, waits);
        setImmediate(() => setImmediate(resolve));
      });
    }, STALL_MS - 5);
  });
  waits.begin(exchange, true, clock.nowMs());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * STALL_MS);
  await isOver;
  waits.close();
  return ended;
}

test('silence is the target’s only where nothing has come that volley has not read yet', async () => {
  expect(await heldUp(() => {})).toEqual(['stalled']);
  const onBytes = (exchange: Exchange, waits: StreamWaits): void => {
    exchange.bodyBytes++;
    waits.onBytes(exchange);
  };
  expect(await heldUp(onBytes)).toEqual([]);
  const onHead = (exchange: Exchange): void => {
    exchange.firstByteMs = 2;
  };
  expect(await heldUp(onHead)).toEqual([]);
  const onNext = (exchange: Exchange): void => {
    exchange.serial++;
  };
  expect(await heldUp(onNext)).toEqual([]);
});
