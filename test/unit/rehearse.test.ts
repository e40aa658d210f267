import { expect, test } from '@jest/globals';
import { completePlan, readOptions } from '../../src/main/plan/resolve.ts';
import { rehearse } from '../../src/main/run/rehearse.ts';

const URL = 'http://127.0.0.1:9/';
const planOf = async (more: object) => completePlan(await readOptions({ url: URL, ...more }));

test.each([
  ['open', { rate: 1_000, duration: '5s' }],
  ['open with a warm-up', { rate: 1_000, duration: '5s', warmup: '1s' }],
  ['closed', { duration: '5s' }],
  ['a number of requests', { requests: 100_000 }],
])('%s: made-up records are taken in as a run’s are', async (_name, more) => {
  expect(rehearse(await planOf(more))).toMatchObject({
    ...{ elapsedMs: 250, ended: 250, ok: 250, failed: 0, failedAs: [], topError: null },
    p50Ms: expect.closeTo(0.1, 2),
    p99Ms: expect.closeTo(0.1, 2),
  });
});

test('runs that may be over before their first records arrive do without', async () => {
  expect(rehearse(await planOf({ requests: 50 }))).toBeNull();
});
