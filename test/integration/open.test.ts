import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { run, start } from '../../src/api/index.ts';
import { lacksProcessor } from '../support/busy-machine.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { ROOT } from '../support/cli.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { eventually } from '../support/processes.ts';
import { closedPort, useTargets } from '../support/target.ts';

const startTarget = useTargets();

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  const options = { mode, client, workers: workersIn(mode, 2), concurrency: 2, pacing: 'eco' } as const;

  test('a rate for a time is exactly so many requests, each due at its time', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: target.url, rate: 200, duration: '500ms' });
    expect(target.stats().requests).toBe(100);
    expect(summary.requests).toMatchObject({ scheduled: 100, sent: 100, ok: 100 });
    expect(summary.windowMs).toBe(500);
    expect(summary.rate.targetPerSecond).toBe(200);
    expect(summary.plan.load).toMatchObject({ model: 'open', ratePerSecond: 200, arrivals: 'constant' });
    expect(summary.generator.pacing).toBe('eco');
    expect(summary.latencyMs.headline).toBe('response');
    const { response, service, wait, startLag } = summary.latencyMs;
    expect(response.mean).toBeCloseTo(service.mean! + wait.mean! + startLag.mean!, 6);
    expect(startLag.min).toBeGreaterThanOrEqual(0);
    expect(summary.degradedReasons).toEqual([]);
  });

  test('a number of requests, one every so often, with the warm-up before it', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: target.url, every: '10ms', requests: 21, warmup: '100ms' });
    expect(summary.requests).toMatchObject({ scheduled: 21, ok: 21 });
    expect(summary.windowMs).toBe(210);
    expect(target.stats().requests).toBe(21 + 10);
    expect(summary.workers.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBe(21);
  });

  test('stages are integrated', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: target.url, stages: '200ms:100,400ms:100..400,100ms:0' });
    expect(summary.requests.ok).toBe(20 + 100);
    expect(target.stats().requests).toBe(120);
    expect(summary.windowMs).toBe(700);
    expect(summary.plan.load).toMatchObject({
      ratePerSecond: null,
      stages: [{}, { fromPerSecond: 100, toPerSecond: 400 }, {}],
    });
  });

  test('connections are opened as they are needed, and reused', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: `${target.url}delay/50`, rate: 100, duration: '1s' });
    expect(summary.requests.ok).toBe(100);
    // 100 a second for 50 ms each: about 5 at a time, and more where a busy machine sends several late.
    expect(target.stats().connectionsAccepted).toBeGreaterThanOrEqual(4);
    expect(target.stats().connectionsAccepted).toBeLessThan(100);
  });

  test('beyond --max-in-flight requests wait in line, and none is lost', async () => {
    const target = await startTarget();
    const summary = await run({
      ...options,
      url: `${target.url}delay/50`,
      rate: 200,
      duration: '500ms',
      maxInFlight: 4,
    });
    expect(summary.requests).toMatchObject({ scheduled: 100, ok: 100, dropped: 0 });
    expect(target.stats().mostConnections).toBeLessThanOrEqual(4);
    // 4 at a time, 50 ms each: 80 a second of the 200 that are asked for.
    expect(summary.latencyMs.service.percentiles['50']).toBeLessThan(
      summary.latencyMs.response.percentiles['50']!,
    );
    expect(summary.latencyMs.response.max).toBeGreaterThan(500);
    // Even where the machine is busy with other tests and requests start late.
    expect(summary.generator.verdict).toBe('connection-limited');
    expect(summary.notes[0]).toMatch(/^Response time is \d+\.\d times service time/);
  });

  test('what is still in line a timeout after the window is dropped, what has no answer is a timeout', async () => {
    const target = await startTarget();
    const summary = await run({
      ...options,
      url: `${target.url}fault/hang`,
      rate: 50,
      duration: '400ms',
      timeout: '300ms',
      maxInFlight: 2,
    });
    const { scheduled, sent, failed, dropped, unfinished } = summary.requests;
    expect([scheduled, sent + dropped, failed + unfinished]).toEqual([20, 20, sent]);
    expect(dropped).toBeGreaterThan(5);
    expect(summary.latencyMs.response).toMatchObject({ count: 20, censored: 20 });
    expect(summary.degradedReasons).toEqual([
      `${dropped} requests were dropped: they had no connection when the waiting ended.`,
      ...(unfinished === 0
        ? []
        : [
            expect.stringMatching(
              new RegExp(`^${unfinished} requests? (was|were) sent but not answered when the waiting ended`),
            ),
          ]),
    ]);
  });

  test('a stop drops the line; what was due and not released is told', async () => {
    const target = await startTarget();
    const underWay = await start({
      ...options,
      url: `${target.url}delay/200`,
      rate: 200,
      duration: '30s',
      maxInFlight: 2,
    });
    await eventually(() => target.stats().requests >= 4, 'some have arrived');
    underWay.stop();
    const { requests, interrupted, degradedReasons } = await underWay.summary;
    expect(interrupted).toBe(true);
    expect(requests.ok).toBe(target.stats().requests);
    expect(requests.dropped).toBeGreaterThan(20);
    expect(requests.scheduled).toBe(requests.sent + requests.dropped + requests.notStarted);
    expect(requests.scheduled).toBeLessThan(3_000);
    expect(degradedReasons).toEqual([]);
  });

  test('of an interrupted budget the rest was not started', async () => {
    const target = await startTarget();
    const underWay = await start({ ...options, url: target.url, rate: 100, requests: 5_000 });
    await eventually(() => target.stats().requests >= 5, 'some have arrived');
    underWay.stop();
    const { requests } = await underWay.summary;
    expect(requests.scheduled).toBe(5_000);
    expect(requests.notStarted).toBe(5_000 - requests.sent - requests.dropped);
  });

  test('a target that refuses fails each request once, on time', async () => {
    const port = await closedPort();
    const summary = await run({ ...options, url: `http://127.0.0.1:${port}/`, rate: 200, duration: '300ms' });
    expect(summary.requests).toMatchObject({ scheduled: 60, sent: 60, failed: 60 });
    expect(summary.errors).toMatchObject([{ kind: 'connect', code: 'ECONNREFUSED', count: 60 }]);
  });

  test('a target that never accepts: each request times out for itself', async () => {
    const deaf = fork(join(ROOT, 'test/fixtures/deaf-server.cjs'));
    try {
      const [port] = await once(deaf, 'message');
      const summary = await run({
        ...options,
        url: `http://127.0.0.1:${port}/`,
        rate: 40,
        duration: '1s',
        timeout: '150ms',
      });
      // Waiting ends one timeout after the window: a request that a busy machine has started late is left over.
      const { failed, unfinished } = summary.requests;
      expect(summary.requests).toMatchObject({ scheduled: 40, sent: 40, failed: 40 - unfinished });
      expect(failed).toBeGreaterThan(20);
      expect(summary.errors).toMatchObject([{ kind: 'timeout', count: failed }]);
      expect(summary.latencyMs.response.min).toBeGreaterThanOrEqual(150);
    } finally {
      deaf.kill('SIGKILL');
    }
  });

  test('the closed model, slow target: the concurrency sets the rate', async () => {
    const target = await startTarget();
    const summary = await run({ mode, client, url: `${target.url}delay/10`, concurrency: 4, requests: 120 });
    expect(summary.generator.pacing).toBeNull();
    if (lacksProcessor(summary)) return;
    expect(summary.generator.verdict).toBe('ok');
    expect(summary.generator.reasons[0]).toMatch(/^The concurrency sets the rate: 4 at a time/);
  });

  test.each([
    { how: 'each request has a connection of its own', path: '', keepalive: false },
    { how: 'the target closes each after its answer', path: 'fault/connection-close', keepalive: true },
  ])('where $how, those that were opened before the start are used up first', async ({ path, keepalive }) => {
    const target = await startTarget();
    const url = `${target.url}${path}`;
    const summary = await run({ ...options, url, keepalive, rate: 200, duration: '300ms', concurrency: 40 });
    expect(summary.requests).toMatchObject({ sent: 60, ok: 60 });
    expect([summary.connections.opened, target.stats().connectionsAccepted]).toEqual([60, 60]);
  });
});

test('a new connection for every request takes longer than being served: the closed model says so', async () => {
  const target = await startTarget(CERTIFICATE);
  const summary = await run({
    url: `${target.url}fault/connection-close`,
    concurrency: 1,
    requests: 300,
    insecure: true,
  });
  expect(summary.requests.ok).toBe(300);
  expect(summary.generator.verdict).toBe(
    lacksProcessor(summary) ? 'generator-limited' : 'connection-limited',
  );
});
