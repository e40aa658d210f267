import { describe, expect, test } from '@jest/globals';
import { parseRate } from '../../src/main/plan/quantities.ts';
import type { Arrivals, Stage } from '../../src/protocol/load.ts';
import { ArrivalStream, Schedule, startsOf } from '../../src/time/schedule.ts';
import { OpenPacer } from '../../src/workers/loads/pacing/open.ts';
import { fc } from '../support/properties.ts';

const rate = (text: string) => parseRate(text)!;
const steady = (text: string): Stage[] => [{ durationMs: null, from: rate(text), to: rate(text) }];
const ramp = (durationMs: number, from: string, to: string): Stage => ({
  durationMs,
  from: rate(from),
  to: rate(to),
});

interface PacerOptions {
  readonly stages: readonly Stage[];
  readonly arrivals?: Arrivals;
  readonly index?: number;
  readonly workers?: number;
  readonly seats?: number | undefined;
  readonly requests?: number | null;
  readonly durationMs?: number | null;
  readonly warmupMs?: number;
  readonly seed?: number;
}

function pacer({
  stages,
  arrivals = 'constant',
  index = 0,
  workers = 1,
  seats,
  requests = null,
  durationMs = null,
  warmupMs = 0,
  seed = 1,
}: PacerOptions): OpenPacer {
  return new OpenPacer({
    load: { stages, arrivals },
    index,
    workers,
    seats,
    requests,
    durationMs,
    warmupMs,
    seed,
  });
}

function allOf(options: PacerOptions): number[] {
  const starts: number[] = [];
  for (const own = pacer(options); own.nextMs !== Number.POSITIVE_INFINITY; ) starts.push(own.take());
  return starts;
}

describe('constant arrivals', () => {
  test.each([
    { text: '1000', starts: [0, 1, 2, 3], why: 'one each millisecond' },
    { text: '200/s', starts: [0, 5, 10, 15], why: 'one each 5 ms' },
    { text: '30/m', starts: [0, 2_000, 4_000, 6_000], why: 'one each 2 s' },
    { text: '0.5', starts: [0, 2_000, 4_000, 6_000], why: 'half a request a second' },
    { text: '3/s', starts: [0, 1_000 / 3, 2_000 / 3, 1_000], why: 'the third one is due at 1 s sharp' },
  ])('$text: $why', ({ text, starts }) => {
    const own = pacer({ stages: steady(text) });
    expect(starts.map(() => own.take())).toEqual(starts);
  });

  test('no error adds up: the millionth start at 7/s is a single rounding away', () => {
    const schedule = new Schedule({ stages: steady('7') }, 0);
    expect(schedule.timeOfMs(1_000_000)).toBe(1_000_000_000 / 7);
  });

  test.each([
    { text: '200', durationMs: 30_000, count: 6_000 },
    { text: '3', durationMs: 30_000, count: 90 },
    { text: '7', durationMs: 10_000, count: 70 },
    { text: '7', durationMs: 10_001, count: 71 },
    { text: '1000/m', durationMs: 60_000, count: 1_000 },
  ])('$text for $durationMs ms is $count requests', ({ text, durationMs, count }) => {
    expect(allOf({ stages: steady(text), durationMs })).toHaveLength(count);
  });

  test('a gap that is no round rate stays exact', () => {
    const stages = [
      { durationMs: null, from: { requests: 1, periodMs: 3 }, to: { requests: 1, periodMs: 3 } },
    ];
    expect(allOf({ stages, durationMs: 30 })).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
  });
});

describe('stages', () => {
  test('a ramp from 0 to 100/s in 1 s is due at the roots: t = √(k / 50) s', () => {
    const starts = allOf({ stages: [ramp(1_000, '0', '100')], durationMs: 1_000 });
    expect(starts).toHaveLength(50);
    for (const [k, start] of starts.entries()) expect(start).toBeCloseTo(Math.sqrt(k / 50) * 1_000, 9);
  });

  test('a ramp down mirrors it', () => {
    const schedule = new Schedule({ stages: [ramp(1_000, '100', '0')] }, 0);
    expect(schedule.timeOfMs(25)).toBeCloseTo((1 - Math.sqrt(0.5)) * 1_000, 9);
    expect(schedule.timeOfMs(50)).toBe(Number.POSITIVE_INFINITY);
  });

  test('stages follow each other without a gap; a pause is one of rate zero', () => {
    const stages = [ramp(1_000, '10', '10'), ramp(500, '0', '0'), ramp(1_000, '20', '20')];
    const starts = allOf({ stages, durationMs: 2_500 });
    expect(starts).toHaveLength(30);
    expect(starts.slice(0, 11)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_500]);
    expect(starts.at(-1)).toBe(2_450);
  });

  test('what is due before a time is the integral of the rate', () => {
    const schedule = new Schedule(
      { stages: [ramp(10_000, '100', '100'), ramp(30_000, '100', '1000'), ramp(60_000, '1000', '1000')] },
      0,
    );
    expect(schedule.dueBefore(10_000)).toBe(1_000);
    expect(schedule.dueBefore(25_000)).toBeCloseTo(1_000 + 1_500 + 0.5 * 15_000 * 0.45, 9);
    expect(schedule.dueBefore(40_000)).toBeCloseTo(17_500, 9);
    expect(schedule.dueBefore(1e9)).toBeCloseTo(77_500, 9);
  });

  test('time and number are each other’s inverse', () => {
    const stage = fc.record({
      durationMs: fc.integer({ min: 1, max: 100_000 }),
      from: fc.nat(5_000),
      to: fc.nat(5_000),
    });
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (list, share) => {
          const stages = list.map(({ durationMs, from, to }) => ramp(durationMs, String(from), String(to)));
          const schedule = new Schedule({ stages }, 0);
          const position = schedule.dueBefore(1e12) * share;
          const timeMs = schedule.timeOfMs(position);
          if (position === 0 || timeMs === Number.POSITIVE_INFINITY) return;
          expect(schedule.dueBefore(timeMs)).toBeCloseTo(position, 5);
        },
      ),
    );
  });
});

describe('the warm-up', () => {
  test('is the first part of the same schedule', () => {
    const starts = allOf({ stages: steady('100'), warmupMs: 50, durationMs: 30 });
    expect(starts).toEqual([-50, -40, -30, -20, -10, 0, 10, 20]);
  });

  test('costs no budget', () => {
    expect(allOf({ stages: steady('100'), warmupMs: 50, requests: 2 })).toEqual([
      -50, -40, -30, -20, -10, 0, 10,
    ]);
  });

  test('of a ramp is its first rate', () => {
    expect(allOf({ stages: [ramp(1_000, '100', '300')], warmupMs: 20, requests: 1 })).toEqual([-20, -10, 0]);
  });
});

describe('over workers', () => {
  test('the k-th start belongs to worker k mod W', () => {
    const options = { stages: steady('1000'), workers: 3, durationMs: 8 };
    expect([0, 1, 2].map((index) => allOf({ ...options, index }))).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5],
    ]);
  });

  test('the schedule is the same for every number of workers, in both kinds of arrivals', () => {
    const arrivals = fc.constantFrom<Arrivals>('constant', 'poisson');
    fc.assert(
      fc.property(
        arrivals,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 500 }),
        fc.nat(100),
        fc.nat(1e6),
        (kind, workers, requests, warmupMs, seed) => {
          const options = { stages: steady('1000'), arrivals: kind, warmupMs, seed };
          const whole = allOf({ ...options, requests });
          const parts = Array.from({ length: workers }, (_, index) => {
            const share = Math.floor(requests / workers) + (index < requests % workers ? 1 : 0);
            return allOf({ ...options, index, workers, requests: share });
          });
          const merged = parts
            .flat()
            .filter((start) => start >= 0)
            .sort((a, b) => a - b);
          expect(merged).toEqual(whole.filter((start) => start >= 0));
        },
      ),
    );
  });

  test('of stages each worker has what a walk through all starts would give it', () => {
    const stage = fc.record({
      durationMs: fc.integer({ min: 1, max: 400 }),
      from: fc.nat(2_000),
      to: fc.nat(2_000),
    });
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(60),
        fc.integer({ min: 1, max: 1_500 }),
        (list, workers, warmupMs, durationMs) => {
          const stages = list.map(({ durationMs: ms, from, to }) => ramp(ms, String(from), String(to)));
          const load = { stages, arrivals: 'constant' as const };
          const stream = new ArrivalStream(load, warmupMs, 1);
          const walked = Array.from({ length: workers }, (): number[] => []);
          const counts = { warmup: 0, window: 0 };
          for (let start = stream.nextMs(); start < durationMs; start = stream.nextMs())
            walked[counts[start < 0 ? 'warmup' : 'window']++ % workers]?.push(start);
          for (const [index, starts] of walked.entries()) {
            expect(allOf({ stages, index, workers, warmupMs, durationMs })).toEqual(starts);
            const inWindow = starts.filter((start) => start >= 0).length;
            expect(startsOf({ load, index, workers, durationMs, warmupMs, seed: 1 })).toBe(inWindow);
          }
        },
      ),
    );
  });

  test.each(['constant', 'poisson'] as const)(
    'seats take %s starts in turn, also where workers have unequally many',
    (arrivals) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 7 }),
          fc.nat(12),
          fc.nat(90),
          fc.integer({ min: 1, max: 600 }),
          (workers, more, warmupMs, durationMs) => {
            const seats = workers + more;
            const [stages, seed] = [steady('200'), 3];
            const load = { stages, arrivals };
            const stream = new ArrivalStream(load, warmupMs, seed);
            const walked = Array.from({ length: workers }, (): number[] => []);
            const counts = { warmup: 0, window: 0 };
            for (let start = stream.nextMs(); start < durationMs; start = stream.nextMs()) {
              const seat = counts[start < 0 ? 'warmup' : 'window']++ % seats;
              walked[seat % workers]?.push(start);
            }
            for (const [index, starts] of walked.entries()) {
              const own = { index, workers, seats, warmupMs, durationMs, seed };
              expect(allOf({ ...own, stages, arrivals })).toEqual(starts);
              expect(startsOf({ ...own, load })).toBe(starts.filter((start) => start >= 0).length);
            }
          },
        ),
      );
    },
  );

  test('one of a thousand workers walks through its own starts only', () => {
    const shard = { workers: 1_000, index: 999, durationMs: 3_600_000, warmupMs: 1_000, seed: 1 };
    const load = { stages: steady('10000000'), arrivals: 'constant' as const };
    expect(startsOf({ ...shard, load })).toBe(36_000_000);
    const own = pacer({ ...shard, stages: load.stages });
    const starts = Array.from({ length: 10_001 }, () => own.take());
    expect(starts[9_999]).toBeCloseTo(-0.0001, 9);
    expect(starts[10_000]).toBeCloseTo(0.0999, 9);
  });

  test('startsOf counts what a pacer would give', () => {
    for (const index of [0, 1, 2]) {
      const options = {
        stages: steady('333'),
        arrivals: 'poisson' as const,
        index,
        workers: 3,
        durationMs: 2_000,
        warmupMs: 100,
        seed: 9,
      };
      const given = allOf(options).filter((start) => start >= 0).length;
      expect(startsOf({ ...options, load: { stages: options.stages, arrivals: options.arrivals } })).toBe(
        given,
      );
    }
  });
});

describe('Poisson arrivals', () => {
  const gapsOf = (seed: number, count: number): number[] => {
    const stream = new ArrivalStream({ stages: steady('1000'), arrivals: 'poisson' }, 0, seed);
    let last = 0;
    return Array.from({ length: count }, () => {
      const start = stream.nextMs();
      const gap = start - last;
      last = start;
      return gap;
    });
  };

  const distanceOf = (seed: number, count: number): number =>
    gapsOf(seed, count)
      .sort((a, b) => a - b)
      .reduce((worst, gap, index) => {
        const expected = 1 - Math.exp(-gap);
        return Math.max(worst, Math.abs(expected - index / count), Math.abs(expected - (index + 1) / count));
      }, 0);

  test('the gaps are exponential: of 200 seeds, about 2 fail the Kolmogorov–Smirnov test at 1 %', () => {
    const critical = 1.63 / Math.sqrt(3_000);
    const failures = Array.from({ length: 200 }, (_, seed) => distanceOf(seed, 3_000)).filter(
      (distance) => distance > critical,
    );
    // More than 6 would happen in one of 200 such sets; the seeds are fixed.
    expect(failures.length).toBeLessThanOrEqual(6);
  });

  test('one seed, one schedule', () => {
    expect(gapsOf(1, 100)).toEqual(gapsOf(1, 100));
    expect(gapsOf(1, 100)).not.toEqual(gapsOf(2, 100));
  });

  test('a rate of twice as much is the same sequence in half the time', () => {
    const at = (text: string): number[] => allOf({ stages: steady(text), arrivals: 'poisson', requests: 50 });
    for (const [k, start] of at('2000').entries()) expect(start * 2).toBeCloseTo(at('1000')[k]!, 9);
  });
});
