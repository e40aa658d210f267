import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Collector } from '../../src/main/collect/collector.ts';
import { StatsdPusher } from '../../src/main/live/statsd.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { blockOf } from '../support/samples.ts';

// Only the second between datagrams.
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance', 'Date', 'queueMicrotask'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

test('counters grow by what has ended since, gauges are so far, and what cannot be sent is told once', async () => {
  const server = createSocket('udp4');
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', duration: '9s', workers: 1, concurrency: 1 });
  const collector = new Collector(plan, 1, 9_000, 1_000);
  const take = (count: number, outcome: 'ok' | 'status'): void =>
    collector.take(
      0,
      blockOf(Array.from({ length: count }, () => ({ serviceMs: 4, status: 200, outcome }))),
      [],
    );
  const told: string[] = [];
  const push = (port: number, hostname = '127.0.0.1'): StatsdPusher =>
    new StatsdPusher(
      { hostname, port },
      () => collector.snapshot(1_000),
      (sentence) => told.push(sentence),
    );
  take(10, 'ok');
  const pusher = push(server.address().port);
  const sent = once(server, 'message') as Promise<[Buffer]>;
  jest.advanceTimersByTime(1_000);
  const [first] = await sent;
  expect(first.toString().split('\n')).toEqual(
    expect.arrayContaining([
      'volley.requests.sent:10|c',
      'volley.requests.ok:10|c',
      'volley.latency.service.p50_is_lower_bound:0|g',
    ]),
  );
  expect(first.toString()).toMatch(/^volley\.latency\.service\.p50:(3\.9|4)\d*(\.\d+)?\|g$/m);
  take(3, 'status');
  const second = once(server, 'message') as Promise<[Buffer]>;
  await pusher.end();
  expect((await second)[0].toString().match(/^.*\|c$/gm)).toEqual([
    'volley.requests.sent:3|c',
    'volley.requests.failed:3|c',
  ]);
  server.close();
  const nowhere = push(8_125, 'nowhere.invalid');
  await nowhere.end();
  expect(told).toEqual([
    expect.stringMatching(
      /^--live statsd: nothing can be sent to nowhere\.invalid port 8125 \(\w+\); the run goes on\.$/,
    ),
  ]);
});
