import { expect, test } from '@jest/globals';
import { submit } from '../support/cluster.ts';
import { finalStateOf, SimulatedFleet } from '../support/simulated-fleet.ts';
import { startWitness } from '../support/witness.ts';

const AGENTS = 100;
const MB = 2 ** 20;

test('a run over a hundred agents adds up, and takes a bounded memory where they are collected', async () => {
  const witness = await startWitness();
  const load = { url: witness.url, duration: '2s', pacing: 'eco', arrivals: 'constant' } as const;
  const state = await finalStateOf({ ...load, rate: 200, concurrency: 8 }).finally(() => witness.close());
  const fleet = new SimulatedFleet(state, 2_000);
  const before = process.memoryUsage.rss();
  const { submission, summary: result } = await submit(
    fleet,
    { ...load, rate: 200 * AGENTS, concurrency: 8 * AGENTS },
    { agents: AGENTS },
  );
  const summary = await result;
  expect(summary.requests).toMatchObject({ scheduled: 400 * AGENTS, sent: 400 * AGENTS, ok: 400 * AGENTS });
  expect(summary.agents?.map(({ planned, sent }) => [planned, sent])).toEqual(
    Array.from({ length: AGENTS }, () => [400, 400]),
  );
  expect(submission.snapshot()?.ended).toBe(400 * AGENTS);
  expect(fleet.carriedBytes).toBeGreaterThan(AGENTS * 1_000);
  // Some 1 MB for each; what a garbage collector leaves lying about is in it.
  expect(process.memoryUsage.rss() - before).toBeLessThan(400 * MB);
});
