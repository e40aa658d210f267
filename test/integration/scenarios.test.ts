import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { useShop, type Visit } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const fixture = (name: string): string => join(ROOT, 'test/fixtures/scenarios', name);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

async function ran(name: string, ...args: string[]): Promise<{ code: number | null; result: Summary }> {
  const { code, stdout, stderr } = await volley.with({ SHOP: shop.url }, [
    'run',
    fixture(name),
    '-o',
    'json',
    ...args,
  ]);
  expect(stderr).not.toContain('bug in volley');
  return { code, result: JSON.parse(stdout) as Summary };
}

const of = (scenario: string): Visit[] => shop.visits.filter(({ query }) => query['s'] === scenario);
const numbersOf = (scenario: string, field: string): number[] =>
  of(scenario).map(({ query }) => Number(query[field]));

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });

  for (const workers of mode === 'inline' ? [1] : [2, 4])
    test(`what is known beforehand, with ${workers} workers`, async () => {
      const { code, result } = await ran(
        'known.mjs',
        '--mode',
        mode,
        '--client',
        client,
        '-w',
        String(workers),
      );
      const { scenarios, degradedReasons, thresholds } = result;
      expect(degradedReasons).toEqual([]);
      const row = (name: string) => scenarios!.scenarios.find((one) => one.name === name)!;

      // 7 users, 13 iterations, 3 requests; a token is good on its own connection alone.
      expect(of('each')).toHaveLength(273);
      expect(row('each')).toMatchObject({
        scheduled: 91,
        started: 91,
        completed: 91,
        failed: 0,
        notStarted: 0,
      });
      expect(sorted([...new Set(numbersOf('each', 'n'))])).toEqual(range(1, 91));
      for (const id of range(1, 7))
        expect(numbersOf('each', 'id').filter((one) => one === id)).toHaveLength(39);
      const connectionsOf = new Map<string, Set<number>>();
      for (const { query, connection } of of('each'))
        connectionsOf.set(query['id']!, (connectionsOf.get(query['id']!) ?? new Set()).add(connection));
      expect([...connectionsOf.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1, 1]);

      expect(sorted(numbersOf('once', 'row'))).toEqual(range(1, 500));
      expect(of('once').every(({ query }) => query['row'] === query['n'])).toBe(true);
      const firstId = Math.min(...numbersOf('personal', 'id'));
      expect(of('personal')).toHaveLength(30);
      for (const { query } of of('personal'))
        expect(query['row']).toBe(`user ${Number(query['id']) - firstId + 1}`);

      expect(row('arriving')).toMatchObject({ scheduled: 100, started: 100, dropped: 0 });
      expect(sorted(numbersOf('arriving', 'n'))).toEqual(range(1, 100));

      const think = row('think');
      expect(think.thinkMs).toBe(4 * 300);
      expect(think.durationMs.min).toBeGreaterThanOrEqual(360);
      expect(think.responseMs.min).toBeGreaterThanOrEqual(60);
      expect(think.responseMs.mean! + 300).toBeCloseTo(think.durationMs.mean! + think.startLagMs.mean!, 6);
      expect(scenarios!.groups).toMatchObject([
        { name: 'reading', entered: 4, left: 4, failed: 0, interrupted: 0 },
      ]);
      expect(scenarios!.groups[0]!.responseMs.mean!).toBeLessThanOrEqual(think.responseMs.mean!);

      expect(row('cut')).toMatchObject({ started: 8, completed: 4, interrupted: 4 });

      const throwing = row('throwing');
      expect(throwing).toMatchObject({ started: 100, completed: 86, failed: 14 });
      expect(throwing.errors).toMatchObject([
        { kind: 'script', code: expect.stringMatching(/^TypeError known\.mjs:66:\d+$/), count: 10 },
        { kind: 'fail', code: 'given up', count: 4 },
      ]);
      expect(scenarios!.checks).toEqual([
        { name: 'odd', made: 86, passed: 48, failed: 38 },
        { name: 'positive', made: 86, passed: 86, failed: 0 },
      ]);

      expect(scenarios!.metrics).toMatchObject([
        { name: 'numbers', kind: 'trend', values: { count: 1_000, min: 1, max: 1_000, mean: 500.5 } },
        { name: 'finals', kind: 'counter', count: 8 },
        { name: 'even', kind: 'rate', share: 0.5, good: 500, of: 1_000 },
        { name: 'last', kind: 'gauge', value: 7 },
      ]);
      const trend = scenarios!.metrics[0]!;
      expect(trend.kind === 'trend' && trend.values.percentiles).toMatchObject({
        '50': 500,
        '90': 900,
        '99': 990,
      });

      expect(new Set(of('parallel').map(({ connection }) => connection)).size).toBe(6);
      expect(of('parallel')).toHaveLength(8);

      expect(row('refused').errors).toMatchObject([
        { kind: 'expectation', code: 'expectation STATUS', count: 1 },
        { kind: 'request', code: 'status 404', count: 1 },
      ]);
      const names = result.mix.map(({ name, sent }) => [name, sent]);
      expect(names).toContainEqual(['GET /items/{}', 182]);
      expect(names).toContainEqual(['whatever', 1]);
      expect(result.requests.sent).toBe(shop.visits.length);
      expect(scenarios!.users.ever).toBeGreaterThanOrEqual(7 + 10 + 6 + 1 + 2 + 4 + 3 + 8 + 1 + 1);

      expect(thresholds.map(({ expression, ok }) => `${ok} ${expression}`)).toEqual([
        'true p50(iteration){think}<10s',
        'true count(finals)>=8',
        'true share(even)>=50%',
        'true p99(numbers)<=990',
        'true error-rate<5%',
        'true iteration-errors<5%',
        'false script-errors<=0',
        'false checks>=100%',
      ]);
      expect(code).toBe(1);
    });

  test('weights deal iterations exactly, in CommonJS', async () => {
    const workers = String(workersIn(mode, 3));
    const { code, result } = await ran('weights.cjs', '--mode', mode, '--client', client, '-w', workers);
    expect(code).toBe(0);
    expect(result.degradedReasons).toEqual([]);
    expect(sorted(numbersOf('browse', 'n'))).toEqual(range(1, 300));
    expect(sorted(numbersOf('search', 'n'))).toEqual(range(1, 100));
    expect(result.scenarios!.total).toMatchObject({ scheduled: 400, completed: 400 });
  });
});
