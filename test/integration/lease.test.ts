import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import { POOLS } from '../../src/main/pool/pools.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { summarize } from '../../src/main/summary/summarize.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { startWitness } from '../support/witness.ts';

const clock = createMonotonicClock();

describe('workers with a lease', () => {
  test.each([
    { name: 'an open load', mode: 'processes', options: { rate: 200, duration: '8s' }, planned: 1_600 },
    {
      name: 'a closed budget',
      mode: 'threads',
      options: { requests: 1_000_000, concurrency: 2 },
      planned: 1_000_000,
    },
    {
      name: 'redirects',
      mode: 'inline',
      options: { requests: 1_000_000, concurrency: 2, location: true },
      planned: 1_000_000,
    },
  ] as const)('$name ends by itself when nobody extends it', async ({ name, mode, options, planned }) => {
    const witness = await startWitness(name === 'redirects' ? '/redirect' : '/');
    try {
      const plan = await resolvePlan({ url: witness.url, mode, workers: 1, ...options });
      const begin = Promise.withResolvers<number>();
      const ready = Promise.withResolvers<void>();
      const whenToBegin = (): Promise<number> => {
        ready.resolve();
        return begin.promise;
      };
      const coordinator = new Coordinator(plan, clock, { whenToBegin });
      const collecting = coordinator.run(await POOLS[mode]());
      await ready.promise;
      await delay(200);
      expect(witness.seen).toEqual([]);
      const startAtMs = clock.nowMs() + 100;
      coordinator.lease(startAtMs + 1_500);
      begin.resolve(startAtMs);
      await delay(300);
      const untilMs = startAtMs + 2_100;
      coordinator.lease(untilMs);
      const collected = await collecting;
      expect(collected.workers.map(({ report }) => report?.isFenced)).toEqual([true]);
      const summary = summarize(collected, clock);
      const times = witness.seen.map(({ atMs }) => atMs);
      expect(times[0]).toBeGreaterThanOrEqual(startAtMs);
      // Given to a socket within the lease; how soon the server sees it is another matter.
      const last = times.at(-1) ?? 0;
      expect(last).toBeGreaterThan(startAtMs + 1_600);
      expect(last).toBeLessThan(untilMs + 5_000);
      const { scheduled, sent, dropped, notStarted, ok, unfinished } = summary.requests;
      expect(scheduled).toBe(sent + dropped + notStarted);
      if (name !== 'an open load') expect(scheduled).toBe(planned);
      expect(ok).toBeGreaterThan(0);
      expect(times.length).toBeGreaterThanOrEqual(ok);
      if (name !== 'redirects') expect(times.length).toBeLessThanOrEqual(ok + unfinished);
      expect(summary.findings?.degraded.map(({ code }) => code)).not.toContain('identity-violated');
    } finally {
      witness.close();
    }
  });
});

test('workers have the parts of a plan that they are given', async () => {
  const witness = await startWitness();
  try {
    const { url } = witness;
    const plan = await resolvePlan({ url, requests: 100, concurrency: 10, workers: 5, mode: 'threads' });
    const shards = split(plan).slice(2, 4);
    const collected = await new Coordinator(plan, clock, { shards }).run(await POOLS.threads());
    expect(collected.workers.map(({ shard }) => shard.index)).toEqual([2, 3]);
    expect(collected.workers.map(({ report }) => report?.isFenced)).toEqual([false, false]);
    const numbers = witness.seen.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => 41 + index));
  } finally {
    witness.close();
  }
});
