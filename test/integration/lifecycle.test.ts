import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Progress, type RunOptions, run, start } from '../../src/api/index.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import { createThreadPool } from '../../src/main/pool/thread-pool.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/messages.ts';
import { ROOT } from '../support/cli.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { childrenOf, eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

describe.each(MODES)('%s', (mode) => {
  const options = { mode, workers: workersIn(mode, 2), concurrency: 4 };

  test('an aborted signal stops the run: what is in flight is waited for, and the summary comes', async () => {
    const target = await startTarget();
    const abort = new AbortController();
    const summary = run(
      { ...options, url: `${target.url}delay/100`, duration: '30s' },
      { signal: abort.signal },
    );
    await eventually(() => target.stats().requests >= 8, 'some requests have arrived');
    abort.abort();
    const { requests, interrupted, degradedReasons, windowMs } = await summary;
    expect(interrupted).toBe(true);
    expect(degradedReasons).toEqual([]);
    expect(requests.unfinished).toBe(0);
    expect(requests.ok).toBe(target.stats().requests);
    expect(windowMs).toBeLessThan(10_000);
  });

  test('of an interrupted budget the rest was never started', async () => {
    const target = await startTarget();
    const underWay = await start({ ...options, url: `${target.url}delay/50`, requests: 10_000 });
    await eventually(() => target.stats().requests >= 8, 'some requests have arrived');
    underWay.stop();
    const { requests } = await underWay.summary;
    expect(requests.scheduled).toBe(10_000);
    expect(requests.sent).toBe(target.stats().requests);
    expect(requests.notStarted).toBe(10_000 - requests.sent);
  });

  test('an abort does not wait: what is in flight stays unfinished', async () => {
    const target = await startTarget();
    const underWay = await start({
      ...options,
      url: `${target.url}fault/hang`,
      duration: '30s',
      timeout: '20s',
    });
    await eventually(() => target.stats().requests === 4, 'all connections wait');
    underWay.stop();
    underWay.abort();
    const { requests, latencyMs, interrupted, degradedReasons } = await underWay.summary;
    expect(requests).toMatchObject({ sent: 4, ok: 0, failed: 0, unfinished: 4 });
    expect(latencyMs.service).toMatchObject({ count: 4, censored: 4 });
    expect(interrupted).toBe(true);
    expect(degradedReasons).toEqual([]);
  });

  test('a run that is stopped before it has begun sends nothing', async () => {
    const target = await startTarget();
    const { requests, interrupted } = await run(
      { ...options, url: target.url, requests: 100 },
      { signal: AbortSignal.abort() },
    );
    expect(interrupted).toBe(true);
    expect(requests).toMatchObject({ scheduled: 100, sent: 0, notStarted: 100 });
    expect(target.stats().requests).toBe(0);
  });

  test('a run that is stopped before it has begun does not wait for a target that never accepts', async () => {
    const deaf = fork(join(ROOT, 'test/fixtures/deaf-server.cjs'));
    try {
      const [port] = await once(deaf, 'message');
      const before = performance.now();
      const { interrupted, requests } = await run(
        { ...options, url: `http://127.0.0.1:${port}/`, requests: 10, timeout: '60s' },
        { signal: AbortSignal.abort() },
      );
      expect(performance.now() - before).toBeLessThan(30_000);
      expect(interrupted).toBe(true);
      expect(requests).toMatchObject({ sent: 0, notStarted: 10 });
    } finally {
      deaf.kill('SIGKILL');
    }
  });

  test('a stop after the end does nothing', async () => {
    const target = await startTarget();
    const underWay = await start({ ...options, url: target.url, requests: 10 });
    const summary = await underWay.summary;
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    underWay.stop();
    underWay.abort();
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(timers);
    expect(summary.interrupted).toBe(false);
  });

  test('the progress over all workers grows towards the result', async () => {
    const target = await startTarget();
    const underWay = await start({ ...options, url: `${target.url}delay/10`, requests: 200 });
    const seen: Progress[] = [];
    for (const never of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => underWay.progress(never)).toThrow('The interval of progress is ');
    for await (const progress of underWay.progress(50)) seen.push(progress);
    const summary = await underWay.summary;
    expect(summary.requests.ok).toBe(200);
    expect(seen.length).toBeGreaterThan(2);
    const ended = seen.map((progress) => progress.ended);
    expect(ended).toEqual([...ended].sort((a, b) => a - b));
    expect(ended.at(-1)).toBeGreaterThan(0);
    expect(seen.at(-1)).toMatchObject({ requests: 200, durationMs: null, failed: 0, topError: null });
    expect(seen.at(-1)!.p50Ms).toBeGreaterThan(9);
  });

  test('the options are checked before anything is started', async () => {
    await expect(run({ ...options, url: 'nope://', requests: 'x' })).rejects.toMatchObject({
      code: 'VOLLEY_USAGE',
      problems: [
        { option: 'url', value: 'nope://' },
        { option: 'requests', value: 'x' },
      ],
    });
  });
});

/** A run over two processes that is under way, and one of them. */
async function withVictim(options: Pick<RunOptions, 'requests' | 'timeout'>) {
  const target = await startTarget();
  const before = new Set(childrenOf(process.pid));
  const url = `${target.url}delay/5`;
  const underWay = await start({ url, mode: 'processes', workers: 2, concurrency: 4, ...options });
  await eventually(() => target.stats().requests > 200, 'some requests have arrived');
  const victim = childrenOf(process.pid).find((pid) => !before.has(pid))!;
  return { target, before, underWay, victim };
}

test('no thread takes the place of one that is ended', async () => {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', requests: 1, workers: 1 });
  const [shard] = split(plan);
  let threads = 0;
  const count = (): void => {
    threads++;
  };
  process.on('worker', count);
  try {
    const [isReady, hasEnded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pool = createThreadPool(
      1,
      { onMessage: () => isReady.resolve(), onEnd: () => hasEnded.resolve() },
      { areHeapsRoomy: false, runsCode: false },
    );
    pool.post(0, { type: 'shard', version: PROTOCOL_VERSION, shard: shard!, supplies: plan.supplies });
    await isReady.promise;
    pool.kill(0);
    await hasEnded.promise;
    await pool.close();
  } finally {
    process.off('worker', count);
  }
  expect(threads).toBe(1);
});

test('a process that is killed costs its unsent samples, not the run', async () => {
  const { target, underWay, victim } = await withVictim({ requests: 1_000 });
  process.kill(victim, 'SIGKILL');
  const summary = await underWay.summary;

  const [lost, survivor] = [...summary.workers].sort((a, b) => Number(b.lost) - Number(a.lost));
  expect(summary.rate.sentBytesPerSecond).toBeUndefined();
  expect(lost).toMatchObject({ lost: true, pid: victim });
  expect(survivor).toMatchObject({ lost: false, ok: 500 });
  expect(summary.degraded).toBe(true);
  expect(summary.degradedReasons[0]).toMatch(
    new RegExp(`Worker ${lost!.index} was lost: process ${victim} was killed by SIGKILL`),
  );
  expect(summary.requests.scheduled).toBe(1_000);
  expect(lost!.sent + lost!.notStarted).toBe(500);
  // At most one flush interval of a quarter second, at 400 requests a second for each worker.
  const arrivedFromLost = target.stats().requests - survivor!.ok;
  expect(arrivedFromLost - lost!.sent).toBeGreaterThanOrEqual(0);
  expect(arrivedFromLost - lost!.sent).toBeLessThan(300);
});

test('a process that hangs does not hold a run that only its requests end', async () => {
  const { before, underWay, victim } = await withVictim({ requests: 2_000, timeout: '3s' });
  process.kill(victim, 'SIGSTOP');
  const { requests, workers, degradedReasons } = await underWay.summary;

  const [lost, survivor] = [...workers].sort((a, b) => Number(b.lost) - Number(a.lost));
  expect(lost).toMatchObject({ lost: true, pid: victim });
  expect(survivor).toMatchObject({ lost: false, ok: 1_000 });
  expect(requests.scheduled).toBe(2_000);
  expect(degradedReasons[0]).toMatch(
    new RegExp(`^Worker ${lost!.index} was lost: nothing was heard from it for 8 s`),
  );
  expect(childrenOf(process.pid).filter((pid) => !before.has(pid))).toEqual([]);
});

test('no process is left when a run has ended', async () => {
  const target = await startTarget();
  const before = childrenOf(process.pid);
  await run({ url: target.url, mode: 'processes', workers: 3, concurrency: 3, requests: 30 });
  expect(childrenOf(process.pid)).toEqual(before);
});
