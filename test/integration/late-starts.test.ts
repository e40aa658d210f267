import { afterEach, expect, test } from '@jest/globals';
import { run, type Summary } from '../../src/api/index.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const EVERY_MS = 250;
const BLOCKED_MS = 125;

/** Nothing runs in this process for half of the time: starts are late, and answers are read late. */
let blocking: NodeJS.Timeout | null = null;
afterEach(() => {
  if (blocking !== null) clearInterval(blocking);
});
const block = (): void => {
  blocking = setInterval(() => {
    const untilMs = performance.now() + BLOCKED_MS;
    while (performance.now() < untilMs);
  }, EVERY_MS);
};

async function lateWith(path: string, rate: number): Promise<Summary> {
  const { url } = await startTarget();
  block();
  const options = { mode: 'inline', pacing: 'precise', rate, duration: '500ms' } as const;
  const summary = await run({ ...options, url: `${url}${path}`, concurrency: 4, maxInFlight: 4 });
  expect(summary.latencyMs.startLag.percentiles['99']).toBeGreaterThan(BLOCKED_MS / 2);
  return summary;
}

test('where ten connections are needed and four may be open, those are the limit', async () => {
  const { generator } = await lateWith('delay/50', 200);
  expect([generator.verdict, generator.finding?.code]).toEqual([
    'connection-limited',
    'waited-for-connection',
  ]);
});

test('where two are needed, all are in use only because volley is late', async () => {
  const { generator } = await lateWith('delay/10', 200);
  expect([generator.verdict, generator.finding?.code]).toEqual(['generator-limited', 'late-starts']);
});
