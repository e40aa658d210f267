import { describe, expect, test } from '@jest/globals';
import { share, split } from '../../src/main/plan/split.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import { NO_SUPPLIES } from '../../src/protocol/supplies.ts';
import { fc } from '../support/properties.ts';

const PLAN: RunPlan = {
  settings: {
    insecure: false,
    tls: { ca: null, cert: null, key: null, servername: null, minVersion: null },
    protocol: 'http/1.1',
    routes: {
      resolve: [],
      connectTo: [],
      unixSocket: null,
      proxy: null,
      alwaysTunnels: false,
      spreads: true,
    },
  },
  mix: [],
  rows: null,
  skippedRows: 0,
  supplies: NO_SUPPLIES,
  notes: [],
  isTargetLocal: true,
  mode: 'threads',
  workers: 3,
  concurrency: 10,
  streams: 1,
  client: 'undici',
  load: { model: 'closed' },
  stop: { requests: 10, durationMs: null },
  warmupMs: 0,
  timeoutMs: 1_000,
  cpuWork: 0,
  thresholds: [],
  abortOn: [],
  percentiles: ['50'],
  seed: 1,
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('split', () => {
  test('10 requests and 10 connections over 3 workers stay 10 and 10', () => {
    const shards = split(PLAN);
    expect(shards.map(({ requests }) => requests)).toEqual([4, 3, 3]);
    expect(shards.map(({ connections }) => connections)).toEqual([4, 3, 3]);
  });

  test('a closed budget follows the connections, an open one the workers', () => {
    const plan = { ...PLAN, workers: 2, concurrency: 3, stop: { requests: 100, durationMs: null } };
    expect(split(plan).map(({ requests }) => requests)).toEqual([67, 33]);
    const rate = { requests: 1, periodMs: 1 };
    const load = {
      model: 'open',
      stages: [{ durationMs: null, from: rate, to: rate }],
      arrivals: 'constant',
      maxInFlight: 9,
      pacing: 'eco',
    } as const;
    expect(split({ ...plan, load }).map(({ requests, maxSlots }) => [requests, maxSlots])).toEqual([
      [50, 5],
      [50, 4],
    ]);
  });

  test('the budget of every worker sums to the budget, and is even over the connections', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(200),
        fc.integer({ min: 1, max: 5_000 }),
        (workers, more, requests) => {
          const shards = split({
            ...PLAN,
            workers,
            concurrency: workers + more,
            stop: { requests, durationMs: null },
          });
          expect(sum(shards.map((shard) => shard.requests!))).toBe(requests);
          const open = sum(shards.map(({ connections }) => connections));
          for (const { connections, requests: own } of shards) {
            expect(own).toBeGreaterThanOrEqual(connections * Math.floor(requests / open));
            expect(own).toBeLessThanOrEqual(connections * Math.ceil(requests / open));
          }
        },
      ),
    );
  });

  test('a budget below the concurrency opens only the connections that it can use', () => {
    const shards = split({ ...PLAN, concurrency: 50, stop: { requests: 5, durationMs: null } });
    expect(shards.map(({ connections }) => connections)).toEqual([2, 2, 1]);
  });

  test('so does a constant rate, for its time; what random arrivals need is unknown', () => {
    const opened = (arrivals: 'constant' | 'poisson', warmupMs = 0): number => {
      const rate = { requests: 4, periodMs: 1_000 };
      const stages = [{ durationMs: 1_000, from: rate, to: rate }];
      const load = { model: 'open', stages, arrivals, maxInFlight: 100, pacing: 'eco' } as const;
      const stop = { requests: null, durationMs: 1_000 };
      const shards = split({ ...PLAN, load, stop, warmupMs });
      return shards.reduce((sum, { connections }) => sum + connections, 0);
    };
    expect([opened('constant'), opened('constant', 500), opened('poisson')]).toEqual([4, 10, 10]);
  });

  test('a warm-up uses every connection, whatever the budget', () => {
    const shards = split({
      ...PLAN,
      concurrency: 50,
      warmupMs: 100,
      stop: { requests: 5, durationMs: null },
    });
    expect(sum(shards.map(({ connections }) => connections))).toBe(50);
  });

  test('shares sum to the total and differ by at most one', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 300 }), (total, parts) => {
        const shares = Array.from({ length: parts }, (_, index) => share(total, parts, index));
        expect(sum(shares)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('where the budget has a request for each connection, each shard has one for each of its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.nat(5_000),
        fc.nat(5_000),
        (workers, more, evenMore) => {
          const concurrency = workers + more;
          const requests = concurrency + evenMore;
          for (const shard of split({
            ...PLAN,
            workers,
            concurrency,
            stop: { requests, durationMs: null },
          })) {
            expect(shard.connections).toBeGreaterThan(0);
            expect(shard.requests).toBeGreaterThanOrEqual(shard.connections);
          }
        },
      ),
    );
  });
});
