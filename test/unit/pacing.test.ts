import { describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/metrics/random.ts';
import { backoffMs } from '../../src/workers/loads/backoff.ts';
import { ClosedPacer } from '../../src/workers/loads/pacing/closed.ts';
import { fc } from '../support/properties.ts';

describe('the closed pacer', () => {
  test('gives exactly its budget', () => {
    const pacer = new ClosedPacer(3, null);
    expect([0, 1, 2, 3, 4].map((atMs) => pacer.take(atMs))).toEqual([true, true, true, false, false]);
    expect(pacer.left).toBe(0);
  });

  test('the warm-up costs no budget', () => {
    const pacer = new ClosedPacer(1, null);
    expect([-2, -1, 0, 1].map((atMs) => pacer.take(atMs))).toEqual([true, true, true, false]);
  });

  test('nothing starts at the end of the duration or later; the rest of the budget is left', () => {
    const pacer = new ClosedPacer(10, 1_000);
    expect([0, 999.999, 1_000, 2_000].map((atMs) => pacer.take(atMs))).toEqual([true, true, false, false]);
    expect(pacer.left).toBe(8);
  });

  test('without a budget only time ends it', () => {
    const pacer = new ClosedPacer(null, 10);
    expect([0, 9, 10].map((atMs) => pacer.take(atMs))).toEqual([true, true, false]);
    expect(pacer.left).toBe(0);
  });
});

describe('the back-off', () => {
  test('doubles from 1 ms to 100 ms', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 2_000].map((failures) => backoffMs(failures, () => 0));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 100, 100, 100, 100]);
  });

  test('takes off up to a quarter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (failures, random) => {
          const full = backoffMs(failures, () => 0);
          const pause = backoffMs(failures, () => random);
          expect(pause).toBeLessThanOrEqual(full);
          expect(pause).toBeGreaterThan(full * 0.75 - 1e-9);
        },
      ),
    );
  });
});

describe('random numbers', () => {
  test('follow from the seed and the stream', () => {
    const draw = (seed: number, stream: number): number[] => {
      const random = createRandom(seed, stream);
      return Array.from({ length: 5 }, random);
    };
    expect(draw(1, 0)).toEqual(draw(1, 0));
    expect(draw(1, 0)).not.toEqual(draw(2, 0));
    expect(draw(1, 0)).not.toEqual(draw(1, 1));
    expect(draw(1, 0)).not.toEqual(draw(1 + 2 ** 32, 0));
  });

  test('are spread evenly over [0, 1)', () => {
    const random = createRandom(42, 3);
    const values = Array.from({ length: 100_000 }, random);
    expect(values.filter((value) => !(value >= 0 && value < 1))).toEqual([]);
    const counts = new Array<number>(10).fill(0);
    for (const value of values) counts[Math.floor(value * 10)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    // 0.1 % of fair sequences lie above 27.9 (9 degrees of freedom); the seed is fixed.
    expect(chiSquare).toBeLessThan(27.9);
  });
});
