import { describe, expect, test } from '@jest/globals';
import { dispersionOf, quantileRanks } from '../../src/metrics/quantile-interval.ts';
import { createRandom } from '../../src/metrics/random.ts';

describe('ranks around a quantile', () => {
  // The median's: published in every table of the sign test.
  test.each([
    [5, { low: null, high: null }],
    [6, { low: 1, high: 6 }],
    [10, { low: 2, high: 9 }],
    [20, { low: 6, high: 15 }],
    [30, { low: 10, high: 21 }],
    [50, { low: 18, high: 33 }],
  ])('median of %i', (count, ranks) => {
    expect(quantileRanks(count, 0.5, 1)).toEqual(ranks);
  });

  test('far out there is no value above: no upper end', () => {
    expect(quantileRanks(100, 0.99, 1)).toEqual({ low: 97, high: null });
    // 0.99^368 is just below 2.5 %, 0.99^367 just above it.
    expect(quantileRanks(367, 0.99, 1).high).toBeNull();
    expect(quantileRanks(368, 0.99, 1).high).toBe(368);
  });

  test('a low quantile is a high one seen from the other end', () => {
    for (const count of [50, 100, 1_000]) {
      const [top, bottom] = [quantileRanks(count, 0.9, 1), quantileRanks(count, 0.1, 1)];
      expect(bottom).toEqual({ low: count + 1 - top.high!, high: count + 1 - top.low! });
    }
  });

  test('where the normal distribution takes over, there is no step', () => {
    const below = quantileRanks(49_900, 0.99, 1);
    const above = quantileRanks(50_100, 0.99, 1);
    expect(above.low! - below.low!).toBeGreaterThan(190);
    expect(above.low! - below.low!).toBeLessThan(210);
    expect(above.high! - below.high!).toBeGreaterThan(190);
    expect(above.high! - below.high!).toBeLessThan(210);
  });

  test('a sample that depends on itself is worth less', () => {
    expect(quantileRanks(2_000, 0.5, 100)).toEqual({ low: 501, high: 1_500 });
    expect(quantileRanks(2_000, 0.5, 1_000)).toEqual({ low: null, high: null });
  });

  test('covers the true quantile in about 95 of 100 samples', () => {
    const random = createRandom(7, 0);
    let covered = 0;
    for (let sample = 0; sample < 1_000; sample++) {
      const values = Float64Array.from({ length: 400 }, random).sort();
      const { low, high } = quantileRanks(400, 0.9, 1);
      if (values[low! - 1]! <= 0.9 && 0.9 <= values[high! - 1]!) covered++;
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(980);
  });
});

describe('dispersion', () => {
  const windows = (...above: number[]) => above.map((number) => ({ count: 100, above: number }));

  test('binomial or less: 1', () => {
    expect(dispersionOf(windows(10, 10, 10, 10, 10))).toBe(1);
    expect(dispersionOf(windows(0, 0, 0, 0, 0))).toBe(1);
  });

  test('all in one window: as many times as there are in it', () => {
    // Shares 0.1; squares 4·10²/9 + 40²/9 over 4.
    expect(dispersionOf(windows(0, 0, 50, 0, 0))).toBeCloseTo((4 * 100 + 1_600) / 9 / 4, 9);
  });

  test('too few windows to tell', () => {
    expect(dispersionOf(windows(1, 2, 3, 4))).toBeNull();
    expect(dispersionOf([...windows(1, 2, 3, 4), { count: 0, above: 0 }])).toBeNull();
  });
});
