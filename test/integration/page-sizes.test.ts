import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { Coordinator } from '../../src/main/run/coordinator.ts';
import { summarize } from '../../src/main/summary/summarize.ts';
import { OUTCOME, type TimedErrorTally } from '../../src/protocol/report.ts';
import { layoutOf, type SampleColumns } from '../../src/protocol/samples.ts';
import { randomFrom } from '../support/pages.ts';
import { syntheticPool } from '../support/synthetic-pool.ts';

const TIMEOUT_MS = 2_000;

/** A run whose time does not pass: a cache that grows cold, waves over the day, stalls, and two kinds of failures. */
async function measured(duration: string, seconds: number, ratePerSecond: number): Promise<Summary> {
  const plan = await resolvePlan({
    ...{ url: 'http://127.0.0.1:9/', workers: 1, concurrency: 50, warmup: '0s', seed: 1 },
    ...{
      rate: ratePerSecond,
      duration,
      timeout: `${TIMEOUT_MS}ms`,
      thresholds: ['p99<50ms', 'error-rate<5%'],
    },
  });
  const requests = seconds * ratePerSecond;
  const random = randomFrom(seconds);
  const clock = { ms: 1_000, nowMs: (): number => clock.ms };
  const windowAtMs: number[] = [];
  const failed = new Map<'status' | 'timeout', TimedErrorTally>();
  const fail = (kind: 'status' | 'timeout', code: string, atMs: number): void => {
    const before = failed.get(kind);
    failed.set(kind, {
      ...{ kind, code, example: `GET / ended with ${code}`, count: (before?.count ?? 0) + 1 },
      ...{ firstAtMs: before?.firstAtMs ?? atMs, lastAtMs: atMs },
    });
  };
  const fill = (columns: SampleColumns, row: number, number: number): void => {
    const atMs = (number * 1_000) / ratePerSecond;
    const [chance, spread] = [random(), random() + random() + random() - 1.5];
    const isTimeout = chance < 0.000_5;
    const isBad = !isTimeout && chance < (atMs % 60_000 < 3_000 ? 0.2 : 0.002);
    const isStalled = atMs % 45_000 < 400;
    const wave = 1 + Math.sin(atMs / 20_000) / 2;
    const okMs = 2 ** (chance < 0.7 ? 1 + spread : 5 + spread * 1.5) * wave + (isStalled ? 400 : 0);
    columns.intendedMs[row] = atMs;
    columns.startLagMs[row] = chance * 0.3;
    columns.waitMs[row] = isStalled ? 200 * chance : chance * 0.2;
    columns.serviceMs[row] = isTimeout ? TIMEOUT_MS : Math.min(okMs, TIMEOUT_MS - 1);
    columns.firstByteMs[row] = isTimeout ? Number.NaN : (columns.serviceMs[row] ?? 0) * 0.9;
    columns.bodyBytes[row] = 11;
    columns.status[row] = isTimeout ? 0 : isBad ? 503 : 200;
    columns.outcome[row] = isTimeout ? OUTCOME.timeout : isBad ? OUTCOME.status : OUTCOME.ok;
    if (isTimeout) fail('timeout', 'TIMEOUT', atMs);
    if (isBad) fail('status', '503', atMs);
    clock.ms = (windowAtMs[0] ?? 0) + atMs;
  };
  const pool = syntheticPool({
    ...{ layout: layoutOf(plan), requests, fill },
    failures: () => {
      const tallies = [...failed.values()];
      failed.clear();
      return tallies;
    },
  });
  const coordinator = new Coordinator(plan, clock);
  windowAtMs.push(clock.ms);
  return summarize(await coordinator.run(pool), clock);
}

test.each([
  { duration: '10m', seconds: 600, ratePerSecond: 500, most: 200_000 },
  { duration: '1h', seconds: 3_600, ratePerSecond: 100, most: 175_000 },
])(
  'what is collected in $duration makes a page of less than $most bytes',
  async (run) => {
    const result = await measured(run.duration, run.seconds, run.ratePerSecond);
    // It is a whole run, with everything in it that a page shows over time.
    expect(result.degradedReasons).toEqual([]);
    expect(result.requests).toMatchObject({ sent: run.seconds * run.ratePerSecond, dropped: 0 });
    const { buckets, intervalMs } = result.series;
    expect((buckets.length * intervalMs) / 1_000).toBeGreaterThanOrEqual(run.seconds);
    expect(buckets.length).toBeGreaterThan(300);
    expect(buckets.every(({ cells, failures }) => cells !== undefined && failures !== undefined)).toBe(true);
    // However long the run, for there are never more intervals.
    expect(JSON.stringify(result).length).toBeLessThan(500_000);
    expect(new Set(result.errors.map(({ kind }) => kind))).toEqual(new Set(['status', 'timeout']));
    const page = renderHtml(result);
    expect(page).toContain('id="title-time"');
    expect(Buffer.byteLength(page)).toBeLessThan(run.most);
    // A page half as large would be one that has lost something.
    expect(Buffer.byteLength(page)).toBeGreaterThan(run.most / 3);
  },
  60_000,
);
