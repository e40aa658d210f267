import { describe, expect, test } from '@jest/globals';
import { Snapshot } from '../../src/main/collect/snapshot.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { brokenRule } from '../../src/main/run/abort-rules.ts';
import { answered, blockOf, recordsOf, type Sample } from '../support/samples.ts';

const OPEN = { rate: '1000', maxInFlight: '5', concurrency: 5 };

/** What a rule says to these requests, half of which each of two workers has recorded. */
async function broken(
  rule: string,
  samples: readonly Sample[],
  elapsedMs: number,
  load: Partial<RunOptions> = {},
) {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', concurrency: 5, abortOn: [rule], ...load });
  const tallies = [new Tally(), new Tally()];
  const headline = plan.load.model === 'open' ? 'response' : 'service';
  tallies.forEach((tally, worker) => {
    tally.fold(blockOf(samples.filter((_, row) => row % 2 === worker)), recordsOf({ headline }));
  });
  return brokenRule(plan, new Snapshot(tallies, recordsOf({ headline }), elapsedMs));
}

const repeated = (count: number, sample: (row: number) => Sample): Sample[] =>
  Array.from({ length: count }, (_, row) => sample(row));

/** A request each millisecond, answered after 1, 2 … 100 ms and again. */
const STEADY = repeated(2_000, (row) => answered((row % 100) + 1, row));
const FAILED: Sample = { outcome: 'status', status: 500, serviceMs: 2, firstByteMs: 1 };
const LATE: Sample = { outcome: 'timeout', serviceMs: 300 };

describe('rules that may end a run', () => {
  test.each([
    ['p50<40ms', 50],
    ['p90(service)<=80ms', 90],
    ['mean<50ms', 50.5],
    ['min>=2ms', 1],
    ['max(first-byte)<40ms', 50],
    ['p50>60ms', 50],
  ])('%s does not hold of 1 to 100 ms', async (rule, measured) => {
    const found = await broken(rule, STEADY, 2_000);
    expect(found).toMatchObject({ expression: rule, atMs: 2_000 });
    expect(Math.abs(found!.measured / measured - 1)).toBeLessThan(0.001);
  });

  test.each(['p50<60ms', 'p99<=100.1ms', 'mean<51ms', 'max<101ms', 'min>0.9ms', 'error-rate<1%'])(
    '%s holds of 1 to 100 ms',
    async (rule) => {
      expect(await broken(rule, STEADY, 2_000)).toBeNull();
    },
  );

  test('the share of errors is that of what has ended', async () => {
    const samples = [...repeated(6, () => answered(1)), ...repeated(4, () => FAILED)];
    expect(await broken('error-rate<40%', samples, 900)).toEqual({
      expression: 'error-rate<40%',
      measured: 0.4,
      atMs: 900,
    });
    expect(await broken('error-rate<=40%', samples, 900)).toBeNull();
  });

  test('what is not known yet ends nothing', async () => {
    for (const rule of ['p50<1us', 'p50>9000s', 'mean<1us', 'max<1us', 'error-rate<0.1%'])
      expect(await broken(rule, [], 5_000)).toBeNull();
    // Too few for the percentile.
    expect(await broken('p99<1us', STEADY.slice(0, 99), 2_000)).toBeNull();
    expect(await broken('p99<1us', STEADY.slice(0, 100), 2_000)).not.toBeNull();
  });

  test('a lower bound ends a run where it is already too large, and else nothing', async () => {
    const samples = [...repeated(5, () => answered(1)), ...repeated(15, () => LATE)];
    expect(await broken('p90<200ms', samples, 2_000)).not.toBeNull();
    expect(await broken('p90<400ms', samples, 2_000)).toBeNull();
    expect(await broken('p90>400ms', samples, 2_000)).toBeNull();
    expect(await broken('mean>400ms', samples, 2_000)).toBeNull();
  });

  test('rates are looked at from the first second on', async () => {
    expect(await broken('throughput>5000/s', STEADY, 999)).toBeNull();
    expect(await broken('throughput>5000/s', STEADY, 2_000)).not.toBeNull();
    expect(await broken('throughput<500/s', STEADY, 2_000)).not.toBeNull();
    expect(await broken('rate>5000/s', STEADY, 2_000)).not.toBeNull();
    expect(await broken('throughput>0/s', [], 2_000)).toMatchObject({ measured: 0 });
  });

  test('records that are still under way are not taken for a lower rate', async () => {
    // A thousand a second up to 2,000 ms; the last records came 300 ms ago.
    expect(await broken('throughput>=950/s', STEADY, 2_300)).toBeNull();
    expect(await broken('throughput>=950/s', STEADY, 3_000)).not.toBeNull();
  });

  test('for the rate, what may be in flight counts as sent', async () => {
    const load = { ...OPEN, maxInFlight: '3000' };
    expect(await broken('rate>=1400/s', STEADY, 2_000, load)).toBeNull();
    expect(await broken('rate>=1400/s', STEADY, 2_000, OPEN)).toMatchObject({
      measured: expect.closeTo(1_000, -2),
    });
  });

  test('without a latency in brackets, a rule is about the one that leads the report', async () => {
    const samples = repeated(100, (row) => ({ ...answered(10, row), waitMs: 90 }));
    expect(await broken('p50<50ms', samples, 2_000)).toBeNull();
    expect(await broken('p50<50ms', samples, 2_000, OPEN)).not.toBeNull();
    expect(await broken('p50(response)<50ms', samples, 2_000)).not.toBeNull();
  });

  test('they are thresholds too, each once', async () => {
    const { thresholds, abortOn, percentiles } = await resolvePlan({
      url: 'http://127.0.0.1:9/',
      thresholds: ['p50<1s', 'mean<1s'],
      abortOn: ['mean<1s', 'p97.5<1s'],
    });
    expect(thresholds.map(({ expression }) => expression)).toEqual([
      'p50<1s',
      'mean<1s',
      'p97.5<1s',
      'error-rate<=1%',
    ]);
    expect(abortOn.map(({ expression }) => expression)).toEqual(['mean<1s', 'p97.5<1s']);
    expect(percentiles).toContain('97.5');
    await expect(resolvePlan({ url: 'http://127.0.0.1:9/', abortOn: ['p50'] })).rejects.toThrow(
      "--abort-on 'p50': give a rule such as",
    );
  });
});
