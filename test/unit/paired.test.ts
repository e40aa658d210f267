import { describe, expect, test } from '@jest/globals';
import { modesExperiment, tooFewRounds } from '../../src/main/compare/experiment.ts';
import { judgedBy } from '../../src/main/compare/judging.ts';
import { hodgesLehmann, holm, signFlipInterval, signFlipP } from '../../src/main/compare/paired.ts';
import { fewestRoundsFor } from '../../src/main/compare/pairs.ts';
import { fc } from '../support/properties.ts';

const small = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 9 });

describe('the sign-flip test', () => {
  test('Darwin’s maize, as Fisher enumerated it (The Design of Experiments, 1935, section 21)', () => {
    // Differences in height of fifteen pairs; 863 of 32,768 sums are as large, on either side.
    const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    expect(signFlipP(eighths)).toBe((2 * 863) / 32_768);
  });

  test.each([
    [[1], 1],
    [[1, 1, 1, 1, 1], 2 / 32],
    [[1, 2, 3, 4, 5, 6, 7, 8], 2 / 256],
    [[1, -1], 1],
    [[0, 0, 0], 1],
  ])('%j: %d', (differences, p) => {
    expect(signFlipP(differences)).toBe(p);
  });

  test('is the share of all patterns of signs, however they are enumerated', () => {
    fc.assert(
      fc.property(small, (differences) => {
        const sums = differences.reduce<number[]>(
          (known, value) => known.flatMap((sum) => [sum + value, sum - value]),
          [0],
        );
        const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
        const asFar = sums.filter((sum) => Math.abs(sum) >= observed).length;
        expect(signFlipP(differences)).toBe(asFar / sums.length);
      }),
    );
  });

  test('twenty rounds are enumerated too', () => {
    expect(signFlipP(Array.from({ length: 20 }, (_, round) => round + 1))).toBe(2 / 2 ** 20);
  });
});

describe('the estimate', () => {
  test.each([
    [[3], 3],
    [[1, 2], 1.5],
    [[1, 2, 10], 3.75],
    [[-1, 0, 1], 0],
  ])('%j: %d', (values, estimate) => {
    expect(hodgesLehmann(values)).toBe(estimate);
  });

  test('moves with the values', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: -9, max: 9 }), (values, shift) => {
        expect(hodgesLehmann(values.map((value) => value + shift))).toBeCloseTo(
          hodgesLehmann(values) + shift,
          9,
        );
      }),
    );
  });
});

describe('the interval', () => {
  test.each([1, 2, 5])('has no ends with %i rounds', (rounds) => {
    expect(signFlipInterval(Array(rounds).fill(1))).toBeNull();
  });

  test('six rounds: from the smallest to the largest mean of a subset', () => {
    expect(signFlipInterval([1, 2, 3, 4, 5, 6])).toEqual({ low: 1, high: 6 });
  });

  test('holds exactly the shifts that the test does not reject at its level', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 6, maxLength: 9 }),
        fc.double({ min: -1_000, max: 1_000, noNaN: true }),
        (values, shift) => {
          const { low, high } = signFlipInterval(values)!;
          const patterns = 2 ** values.length;
          const cut = Math.floor(0.025 * patterns);
          fc.pre(Math.abs(shift - low) > 1e-6 && Math.abs(shift - high) > 1e-6);
          const isInside = shift > low && shift < high;
          const p = signFlipP(values.map((value) => value - shift));
          // Ties between patterns can only raise a probability.
          if (isInside) expect(p).toBeGreaterThan((2 * cut - 1) / patterns);
          else expect(p).toBeLessThanOrEqual((2 * cut) / patterns + 1e-12);
        },
      ),
    );
  });
});

test('Holm: the textbook’s four', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
  expect(adjusted.map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

describe('the fewest rounds', () => {
  test.each([1, 2, 3, 5, 7, 9, 21])(
    'of %d comparisons can show a difference that every round shows, and one round less cannot',
    (comparisons) => {
      const pOf = (rounds: number): number => {
        const p = signFlipP(Array.from({ length: rounds }, () => 1));
        return holm([p, ...Array.from({ length: comparisons - 1 }, () => 1)])[0]!;
      };
      const fewest = fewestRoundsFor(comparisons);
      expect(pOf(fewest)).toBeLessThanOrEqual(0.05);
      expect(pOf(fewest - 1)).toBeGreaterThan(0.05);
    },
  );

  test.each([
    ['1', 4, 8, 7],
    ['1,2', 6, 8, 8],
    ['1,2,4', 8, 9, 9],
  ])(
    'with -w %s modes has %d arms and takes %d rounds, of which it needs %d',
    async (workers, arms, rounds, fewest) => {
      const taking = (asked: number | undefined): ReturnType<typeof modesExperiment> =>
        modesExperiment({ url: 'http://127.0.0.1:9/', workers }, [], (comparisons) =>
          judgedBy({ rounds: asked }, 'throughput', comparisons, []),
        );
      const byDefault = await taking(undefined);
      expect([byDefault.arms.length, byDefault.judged.rounds, byDefault.judged.fewestRounds]).toEqual([
        arms,
        rounds,
        fewest,
      ]);
      expect(tooFewRounds(byDefault)).toEqual([]);
      expect(tooFewRounds(await taking(fewest - 1))).toEqual([
        { code: 'rounds-cannot-decide', figures: { rounds: fewest - 1, fewestRounds: fewest, arms } },
      ]);
    },
  );
});
