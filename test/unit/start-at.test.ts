import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, jest, test } from '@jest/globals';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { startAt } from '../../src/workers/loads/start-at.ts';

const clock = createMonotonicClock();

test('a start that comes late comes behind what could be read by then', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [target] = (await accepted) as [Socket];
  await once(client, 'ready');
  const order: string[] = [];
  const atMs = clock.nowMs() + 5;
  const begun = new Promise<number>((resolve) => {
    setImmediate(() => {
      client.once('data', () => order.push('read'));
      startAt(atMs, clock, () => {
        order.push('begun');
        resolve(clock.nowMs());
      });
      target.end('the connection is over');
      while (clock.nowMs() < atMs + 20);
    });
  });
  const begunMs = await begun;
  client.destroy();
  server.close();
  expect(begunMs).toBeGreaterThan(atMs);
  expect(order).toEqual(['read', 'begun']);
});

test('a start is never early, and can be called off', async () => {
  const atMs = clock.nowMs() + 12;
  let isCalledOff = true;
  startAt(atMs, clock, () => {
    isCalledOff = false;
  })();
  const begunMs = await new Promise<number>((resolve) => {
    startAt(atMs, clock, () => resolve(clock.nowMs()));
  });
  expect(begunMs).toBeGreaterThanOrEqual(atMs);
  expect(isCalledOff).toBe(true);
});

test('polling begins two milliseconds ahead, so that a start need not wait for a timer', () => {
  jest.useFakeTimers();
  try {
    let looks = 0;
    const nowMs = (): number => {
      looks++;
      return 0;
    };
    const cancel = startAt(50, { nowMs }, () => {});
    jest.advanceTimersByTime(47);
    expect(looks).toBe(1);
    jest.advanceTimersByTime(2);
    expect(looks).toBeGreaterThan(1);
    cancel();
  } finally {
    jest.useRealTimers();
  }
});
