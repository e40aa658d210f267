import { describe, expect, test } from '@jest/globals';
import { emptyTally, mergeTallies, tallyOf } from '../../src/main/collect/merge.ts';
import type { MergedDistribution } from '../../src/main/collect/merged-distribution.ts';
import { Series } from '../../src/main/collect/series.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { histogramRows } from '../../src/main/summary/histogram-rows.ts';
import { percentileIntervals } from '../../src/main/summary/intervals.ts';
import { summarizeLatency } from '../../src/main/summary/latency-summary.ts';
import { LATENCY_KINDS } from '../../src/protocol/latency.ts';
import { fc } from '../support/properties.ts';
import { answered, blockOf, recordsOf, type Sample } from '../support/samples.ts';

const LABELS = ['50', '90', '99'];
/** What a run records besides, which no latency depends on: made once, since its grids are large. */
const RECORDS = recordsOf();

function serviceOf(parts: readonly (readonly Sample[])[], keepsValues = true): MergedDistribution {
  const tallies = parts.map((samples) => {
    const tally = new Tally();
    if (!keepsValues) tally.dropValues();
    tally.fold(blockOf(samples), RECORDS);
    return tallyOf(tally);
  });
  return tallies.reduce(mergeTallies, emptyTally()).latencies.service;
}

const upTo = (count: number): Sample[] => Array.from({ length: count }, (_, index) => answered(index + 1));

describe('summing up latencies', () => {
  test('of 1 to 100 ms', () => {
    const { cells, ...summary } = summarizeLatency(serviceOf([upTo(100)]), LABELS);
    // 1 ms begins cell 1280 of 64 for each power of two; from 64 ms on a cell is 1 ms wide.
    expect(cells?.slice(0, 3)).toEqual([1280, 1, -63]);
    expect(cells?.slice(-37)).toEqual(Array(37).fill(1));
    expect(summary).toEqual({
      count: 100,
      censored: 0,
      min: 1,
      mean: expect.closeTo(50.5, 12),
      stdev: expect.closeTo(29.011_491_975_882_016, 10),
      max: 100,
      maxMinusMean: expect.closeTo(49.5, 12),
      percentiles: { '50': 50, '90': 90, '99': 99 },
      atLeast: [],
      precision: 'exact',
    });
  });

  test('of nothing there is nothing, and no zero that looks like a measurement', () => {
    expect(summarizeLatency(serviceOf([]), LABELS)).toEqual({
      cells: [],
      count: 0,
      censored: 0,
      min: null,
      mean: null,
      stdev: null,
      max: null,
      maxMinusMean: null,
      percentiles: { '50': null, '90': null, '99': null },
      atLeast: [],
      precision: 'exact',
    });
  });

  test('one value has a mean, and neither deviation nor median', () => {
    expect(summarizeLatency(serviceOf([[answered(4)]]), ['50'])).toMatchObject({
      mean: 4,
      stdev: null,
      percentiles: { '50': null },
    });
  });

  test('a percentile among timeouts is at least what it says; one below them is what it says', () => {
    const timeouts: Sample[] = Array.from({ length: 8 }, () => ({ outcome: 'timeout', serviceMs: 2_000 }));
    const summary = summarizeLatency(serviceOf([upTo(92), timeouts]), ['50', '90', '95']);
    expect(summary).toMatchObject({
      censored: 8,
      percentiles: { '50': 50, '90': 90, '95': 2_000 },
      atLeast: ['95'],
    });
  });

  test('a lower bound in the middle makes doubtful what lies above it, and only that', () => {
    const young: Sample = { outcome: 'unfinished', serviceMs: 50.5 };
    const summary = summarizeLatency(serviceOf([upTo(99), [young]]), ['50', '51', '90']);
    expect(summary.percentiles).toEqual({ '50': 50, '51': 50.5, '90': 89 });
    expect(summary.atLeast).toEqual(['51', '90']);
    // Had it lasted longest of all, each would be the observed value of its rank.
    const { '51': middle = 0, '90': high = 0, ...others } = summary.atMost ?? {};
    expect([Math.abs(middle / 51 - 1) < 0.001, Math.abs(high / 90 - 1) < 0.001, others]).toEqual([
      true,
      true,
      {},
    ]);
  });

  test('without enough observed values nothing says how long a percentile is at most', () => {
    const timeouts: Sample[] = Array.from({ length: 8 }, () => ({ outcome: 'timeout', serviceMs: 2_000 }));
    const summary = summarizeLatency(serviceOf([upTo(92), timeouts]), ['95']);
    expect([summary.atLeast, summary.atMost]).toEqual([['95'], undefined]);
  });

  test('the smallest value is in doubt only where it is a lower bound', () => {
    const younger: Sample = { outcome: 'unfinished', serviceMs: 0.5 };
    expect(summarizeLatency(serviceOf([upTo(3), [younger]]), []).atLeast).toEqual(['min']);
    expect(summarizeLatency(serviceOf([[younger]]), []).atLeast).toEqual(['min']);
    expect(summarizeLatency(serviceOf([upTo(3), [{ ...younger, serviceMs: 2 }]]), []).atLeast).toEqual([]);
  });

  test('the histogram says the same within 0.1 %, with exact count, mean and extremes', () => {
    const parts = [upTo(1_000), [{ outcome: 'timeout', serviceMs: 5_000 } as const]];
    const exact = summarizeLatency(serviceOf(parts), LABELS);
    const rough = summarizeLatency(serviceOf(parts, false), LABELS);
    expect(rough.precision).toBe('histogram');
    expect({ ...rough, percentiles: null, precision: null }).toEqual({
      ...exact,
      percentiles: null,
      precision: null,
    });
    for (const label of LABELS) {
      const value = exact.percentiles[label]!;
      expect(Math.abs(rough.percentiles[label]! - value)).toBeLessThanOrEqual(value * 0.001);
    }
  });

  test('any partition over workers gives what one worker would have given', () => {
    const sample = fc.record({
      serviceMs: fc.double({ min: 0.001, max: 1e5, noNaN: true }),
      late: fc.boolean(),
      worker: fc.nat(4),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        const rows = samples.map(
          ({ serviceMs, late }): Sample => (late ? { outcome: 'timeout', serviceMs } : answered(serviceMs)),
        );
        const parts = [0, 1, 2, 3, 4].map((worker) =>
          rows.filter((_, index) => samples[index]!.worker === worker),
        );
        const whole = summarizeLatency(serviceOf([rows]), LABELS);
        for (const order of [parts, [...parts].reverse()]) {
          const merged = summarizeLatency(serviceOf(order), LABELS);
          const { mean, stdev, maxMinusMean, ...exact } = merged;
          expect(whole).toMatchObject(exact);
          for (const [left, right] of [
            [mean, whole.mean],
            [stdev, whole.stdev],
            [maxMinusMean, whole.maxMinusMean],
          ]) {
            if (left === null || right === null) expect(left).toBe(right);
            else expect(left).toBeCloseTo(right!, 6);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('merging is associative and commutative, and nothing changes nothing', () => {
    const part = fc.array(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(part, part, part, (...values) => {
        const [a, b, c] = values.map((list) => {
          const tally = new Tally();
          tally.fold(blockOf(list.map((ms) => answered(ms))), RECORDS);
          return tallyOf(tally);
        });
        const view = (tally: ReturnType<typeof emptyTally>): unknown => {
          const { count, min, max, percentiles } = summarizeLatency(tally.latencies.service, LABELS);
          return {
            outcomes: tally.outcomes,
            statuses: [...tally.statuses],
            last: tally.lastEndMs,
            count,
            min,
            max,
            percentiles,
          };
        };
        expect(view(mergeTallies(mergeTallies(a!, b!), c!))).toEqual(
          view(mergeTallies(a!, mergeTallies(b!, c!))),
        );
        expect(view(mergeTallies(a!, b!))).toEqual(view(mergeTallies(b!, a!)));
        expect(view(mergeTallies(a!, emptyTally()))).toEqual(view(a!));
      }),
      { numRuns: 40 },
    );
  });
});

test('every kind of latency has a formula: a request that was answered is in each of them, once', () => {
  const tally = new Tally();
  const row = { startLagMs: 1, waitMs: 2, serviceMs: 8, firstByteMs: 4, status: 200 };
  tally.fold(blockOf([row]), recordsOf());
  const means = LATENCY_KINDS.map((kind) => [
    kind,
    tally.latencies[kind].moments.count,
    tally.latencies[kind].moments.mean,
  ]);
  expect(means).toEqual([
    ['response', 1, 11],
    ['service', 1, 8],
    ['startLag', 1, 1],
    ['wait', 1, 2],
    ['firstByte', 1, 4],
  ]);
});

describe('rows and intervals of a distribution', () => {
  test('each value is in the row that it begins, or lies within', () => {
    const rows = histogramRows(serviceOf([[1, 10, 10, 30, 100].map((ms) => answered(ms))]));
    expect(rows.map(({ fromMs, toMs, count }) => [fromMs, toMs, count])).toEqual([
      [1, 2, 1],
      [2, 5, 0],
      [5, 10, 0],
      [10, 20, 2],
      [20, 50, 1],
      [50, 100, 0],
      [100, 200, 1],
    ]);
  });

  test('where requests do not depend on each other, an interval ends at the ranks of a sign test', () => {
    // Each of ten windows has values from all over.
    const samples = Array.from({ length: 1_000 }, (_, index) => answered(index + 1, (index % 10) * 1_000));
    const series = new Series();
    const tally = new Tally();
    tally.fold(blockOf(samples), recordsOf({ series }));
    const { service } = tallyOf(tally).latencies;
    const latency = summarizeLatency(service, ['50', '90']);
    const intervals = percentileIntervals(service, latency, series.buckets(1_000), 'service');
    // 1000 p ± 1.96 √(1000 p (1 − p)).
    expect(intervals).toEqual({
      '50': { low: expect.closeTo(469, 0), high: expect.closeTo(532, 0) },
      '90': { low: expect.closeTo(881, 0), high: expect.closeTo(919, 0) },
    });
  });
});
