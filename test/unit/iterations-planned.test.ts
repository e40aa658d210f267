import { expect, test } from '@jest/globals';
import { iterationsOf } from '../../src/main/summary/iterations-planned.ts';

test.each([
  [1, 1],
  [2, 5],
  [3, 4],
  [50, 4],
])(
  'iterations at a rate with at most %d users are planned among %d workers, each once',
  (maxUsers, workers) => {
    const load = {
      type: 'arrivals',
      executor: 'constant-arrival-rate',
      stages: [
        { from: { requests: 40, periodMs: 1_000 }, to: { requests: 40, periodMs: 1_000 }, durationMs: 500 },
      ],
      durationMs: 500,
      startMs: 0,
      gracefulStopMs: 0,
      arrivals: 'constant',
      maxUsers,
      firstUsers: 0,
      whenBusy: 'queue',
    };
    const plan = {
      pools: [{ load, firstId: 1, parts: [{ scenario: 0, weight: 1 }] }],
      scenarios: [{ deal: null }],
    } as unknown as Parameters<typeof iterationsOf>[0];
    const planned = Array.from({ length: workers }, (_, index) =>
      iterationsOf(plan, { index, workers, seed: 1 }),
    );
    expect(planned.reduce((sum, counts) => sum + (counts?.[0] ?? 0), 0)).toBe(20);
    // In every round each user has one, of whichever worker.
    const whole = 20 - (20 % maxUsers);
    for (const [index, counts] of planned.entries()) {
      const users = Math.max(0, Math.ceil((maxUsers - index) / workers));
      expect(counts?.[0]).toBeGreaterThanOrEqual((users * whole) / maxUsers);
    }
    // Those that may have no user have nothing to start.
    expect(planned.filter((counts) => counts?.[0] === 0)).toHaveLength(Math.max(0, workers - maxUsers));
  },
);
