import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect } from '@jest/globals';
import { run, type Summary } from '../../src/api/index.ts';
import { testInEveryMode, testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

function expectSound(summary: Summary): void {
  expect(summary.degradedReasons).toEqual([]);
  expect(summary.degraded).toBe(false);
  expect(summary.interrupted).toBe(false);
}

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  const test = testInEveryMode({ mode, client });
  /** For what goes over a connection, whoever has asked for it. */
  const testOfClient = testInTurns({ mode, client });
  // How many belong to which worker is the plan's, whatever the workers are; each mode has several of them below.
  testOfClient.each([
    { workers: 1, concurrency: 1, requests: 1 },
    { workers: 1, concurrency: 10, requests: 101 },
    { workers: 2, concurrency: 3, requests: 100 },
    { workers: 3, concurrency: 10, requests: 100 },
    { workers: 3, concurrency: 10, requests: 5 },
    { workers: 4, concurrency: 4, requests: 3 },
    { workers: 3, concurrency: 50, requests: 1_003 },
  ])(
    'the target sees exactly $requests requests from $workers workers over at most $concurrency connections',
    async ({ workers, concurrency, requests }) => {
      const target = await startTarget();
      const summary = await run({
        url: target.url,
        mode,
        client,
        workers: workersIn(mode, workers),
        concurrency,
        requests,
      });
      const seen = target.stats();
      expect(seen.requests).toBe(requests);
      expect(seen.mostConnections).toBe(Math.min(concurrency, requests));
      expect(seen.connectionsUsed).toBe(Math.min(concurrency, requests));
      expect(seen.connectionsAccepted).toBe(Math.min(concurrency, requests));
      expect(seen.pipelined).toBe(0);
      expect(summary.requests).toEqual({
        scheduled: requests,
        sent: requests,
        ok: requests,
        failed: 0,
        unfinished: 0,
        dropped: 0,
        notStarted: 0,
        retried: 0,
      });
      expect(summary.workers).toHaveLength(workersIn(mode, workers));
      expect(summary.statuses).toEqual({ '200': requests });
      expect(summary.latencyMs.service.count).toBe(requests);
      expectSound(summary);
    },
  );

  test('each latency is in its place: response is lag and wait and service', async () => {
    const target = await startTarget();
    const { latencyMs, rate, windowMs, histogram } = await run({
      url: `${target.url}delay/20`,
      mode,
      client,
      concurrency: 4,
      requests: 40,
    });
    const { response, service, wait, startLag, firstByte } = latencyMs;
    expect(latencyMs.headline).toBe('service');
    expect(service.min).toBeGreaterThan(18);
    expect(firstByte.mean).toBeLessThanOrEqual(service.mean!);
    expect(response.mean).toBeCloseTo(service.mean! + wait.mean! + startLag.mean!, 6);
    expect(startLag.min).toBeGreaterThanOrEqual(0);
    expect(windowMs).toBeGreaterThan(180);
    expect(rate.throughputPerSecond).toBeCloseTo((40 / windowMs) * 1_000, 6);
    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(40);
  });

  test('a duration ends the run, and what was in flight is waited for', async () => {
    const target = await startTarget();
    const summary = await run({
      url: `${target.url}delay/30`,
      mode,
      client,
      concurrency: 3,
      workers: workersIn(mode, 2),
      duration: '500ms',
    });
    expect(summary.windowMs).toBe(500);
    expect(summary.requests.ok).toBe(target.stats().requests);
    // Each connection begins at 0 and goes on every 30 to 40 ms, or as soon as a busy machine lets it.
    expect(summary.requests.ok).toBeGreaterThanOrEqual(3 * 2);
    expect(summary.requests.ok).toBeLessThanOrEqual(3 * 17);
    // The last ones ended after the window.
    expect(summary.rate.throughputPerSecond * 0.5).toBeLessThan(summary.requests.ok);
    expectSound(summary);
  });

  test('of a number and a duration the first to come ends the run', async () => {
    const target = await startTarget();
    const few = await run({ url: target.url, mode, client, concurrency: 2, requests: 10, duration: '30s' });
    expect(few.requests.ok).toBe(10);
    expect(few.windowMs).toBeLessThan(10_000);
    const short = await run({
      url: `${target.url}delay/50`,
      mode,
      client,
      concurrency: 2,
      requests: 10_000,
      duration: '200ms',
    });
    expect(short.windowMs).toBe(200);
    expect(short.requests.ok).toBeLessThan(20);
    expect(short.requests.scheduled).toBe(short.requests.sent);
    expectSound(short);
  });

  test('the warm-up is sent and left out', async () => {
    const target = await startTarget();
    const summary = await run({
      url: `${target.url}delay/10`,
      mode,
      client,
      concurrency: 2,
      workers: workersIn(mode, 2),
      requests: 20,
      // Long enough for a busy machine to send something.
      warmup: '1s',
    });
    expect(summary.requests.ok).toBe(20);
    expect(summary.latencyMs.service.count).toBe(20);
    // As many as a busy machine gets done in that time.
    expect(target.stats().requests).toBeGreaterThan(20);
    expect(target.stats().connectionsAccepted).toBe(2);
    expectSound(summary);
  });

  test('a window that ends with its last request counts no answer to the warm-up that came later', async () => {
    let accepted = 0;
    const server = createServer((socket) => {
      // The first connection answers at once, the others after 3 s.
      const delayMs = accepted++ === 0 ? 10 : 3_000;
      socket.on('data', () =>
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'), delayMs),
      );
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { rate, windowMs } = await run({
      url: `http://127.0.0.1:${port}/`,
      mode,
      client,
      concurrency: 20,
      requests: 1,
      warmup: '500ms',
    });
    server.close();
    // The answers that came later: those to the requests of the warm-up, 2.5 s after its end.
    expect(windowMs).toBeLessThan(2_000);
    // Its own, and those of the warm-up that happened to end within these few milliseconds.
    expect((rate.throughputPerSecond * windowMs) / 1_000).toBeLessThan(5);
  });

  testOfClient('method, headers and body arrive as given', async () => {
    const target = await startTarget();
    const body = 'grüße';
    const summary = await run({
      url: `${target.url}echo`,
      mode,
      client,
      concurrency: 1,
      requests: 3,
      method: 'PUT',
      headers: ['X-Test: yes', 'Content-Type: text/plain'],
      body,
    });
    expect(summary.requests.ok).toBe(3);
    expect(target.stats().bodyBytes).toBe(3 * Buffer.byteLength(body));
    expect(summary.bytes.sent).toBeGreaterThan(3 * Buffer.byteLength(body));
    expect(summary.bytes.received).toBeGreaterThan(3 * Buffer.byteLength(body));
  });

  testOfClient.each(['HEAD', 'DELETE', 'OPTIONS', 'POST'])('%s keeps its connection', async (method) => {
    const target = await startTarget();
    const summary = await run({ url: target.url, mode, client, concurrency: 2, requests: 20, method });
    expect(summary.requests.ok).toBe(20);
    expect(target.stats().connectionsAccepted).toBe(2);
  });

  testOfClient('large bodies arrive whole', async () => {
    const target = await startTarget();
    const summary = await run({
      url: `${target.url}bytes/1000000`,
      mode,
      client,
      concurrency: 2,
      requests: 6,
    });
    expect(summary.requests.ok).toBe(6);
    expect(summary.bytes.received).toBeGreaterThan(6_000_000);
    expect(summary.bytes.received).toBeLessThan(6_010_000);
  });

  test('workers are what the mode says, and start together', async () => {
    const target = await startTarget();
    const workers = workersIn(mode, 3);
    const summary = await run({ url: target.url, mode, client, workers, concurrency: 3, requests: 300 });
    const pids = new Set(summary.workers.map(({ pid }) => pid));
    const threadIds = new Set(summary.workers.map(({ threadId }) => threadId));
    if (mode === 'processes') {
      expect(pids.size).toBe(workers);
      expect(pids.has(process.pid)).toBe(false);
    } else {
      expect([...pids]).toEqual([process.pid]);
    }
    if (mode === 'threads') expect(threadIds.size).toBe(workers);
    const kinds = { threads: 'thread', processes: 'process', inline: 'inline' } as const;
    expect(new Set(summary.workers.map(({ kind }) => kind))).toEqual(new Set([kinds[mode]]));
    expect(summary.generator.startSkewMs).toBeGreaterThanOrEqual(0);
    expect(summary.generator.startSkewMs).toBeLessThan(10_000);
    for (const worker of summary.workers) {
      expect(worker.ok).toBe(300 / workers);
      expect(worker.cpuMs).toBeGreaterThan(0);
      expect(worker.startupMs).toBeGreaterThan(0);
    }
  });

  test('two runs at once do not disturb each other', async () => {
    const [one, other] = await Promise.all([startTarget(), startTarget()]);
    const options = { mode, client, workers: 1, concurrency: 4 };
    const [first, second] = await Promise.all([
      run({ ...options, url: one.url, requests: 500 }),
      run({ ...options, url: `${other.url}status/404`, requests: 300 }),
    ]);
    expect([first.requests.ok, first.requests.failed, one.stats().requests]).toEqual([500, 0, 500]);
    expect([second.requests.ok, second.requests.failed, other.stats().requests]).toEqual([0, 300, 300]);
    expectSound(first);
    expectSound(second);
  });

  testOfClient('an idle connection is used again without delay', async () => {
    // Some versions of undici waited 1.3 ms and more before they used a connection again.
    const target = await startTarget();
    const load = { concurrency: 1, requests: 400 };
    const { latencyMs } = await run({ url: target.url, mode, client, ...load });
    // Of all requests it was so; one of them finds even a busy machine at leisure.
    expect(latencyMs.response.min).toBeLessThan(1);
    expect(target.stats().connectionsAccepted).toBe(1);
  });

  test('computation with each answer is counted, and is no part of its latencies', async () => {
    const target = await startTarget();
    const requests = 30;
    const summary = await run({
      url: target.url,
      mode,
      client,
      workers: workersIn(mode, 2),
      concurrency: 2,
      requests,
      cpuWork: '200k',
    });
    expect(summary.plan.cpuWork).toBe(200_000);
    expect(summary.workers.reduce((sum, { workRounds }) => sum + workRounds, 0)).toBe(requests * 200_000);
    // 200,000 rounds over eleven bytes take a millisecond at least; an answer takes a tenth of one.
    expect(summary.generator.workersCpuMs).toBeGreaterThan(requests);
    expect(summary.requests.ok).toBe(requests);
    expectSound(summary);
  });
});
