import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { PLAIN_HEAP_FLAG, ROOMY_HEAP_FLAG } from '../../src/main/pool/roomy-heap.ts';
import type { PoolOptions } from '../../src/main/pool/worker-pool.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';

async function poolOptions(load: Partial<RunOptions>): Promise<PoolOptions | undefined> {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', requests: 1, ...load });
  let given: PoolOptions | undefined;
  const run = new Coordinator(plan, createMonotonicClock()).run((_count, _events, options) => {
    given = options;
    throw new Error('seen');
  });
  await expect(run).rejects.toThrow('seen');
  return given;
}

test('only workers that keep to a schedule get a roomy heap', async () => {
  expect(await poolOptions({ rate: '10', pacing: 'precise' })).toEqual({
    areHeapsRoomy: true,
    runsCode: false,
  });
  expect(await poolOptions({ rate: '10', pacing: 'eco' })).toEqual({ areHeapsRoomy: true, runsCode: false });
  expect(await poolOptions({})).toEqual({ areHeapsRoomy: false, runsCode: false });
});

test.each([ROOMY_HEAP_FLAG, PLAIN_HEAP_FLAG])('this Node knows %s', (flag) => {
  expect(execFileSync(process.execPath, [flag, '-p', '1']).toString()).toBe('1\n');
});
