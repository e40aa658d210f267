import { describe, expect, test } from '@jest/globals';
import { parsePercentile, rankOf } from '../../src/metrics/percentile-rank.ts';
import { fc } from '../support/properties.ts';

describe('nearest rank', () => {
  test.each([
    { label: '50', count: 1, rank: null, why: 'one value says nothing about the upper half' },
    { label: '50', count: 2, rank: 1, why: 'the lower of two' },
    { label: '90', count: 10, rank: 9, why: 'in floating point 10·(1 − 0.9) is just below 1' },
    { label: '99', count: 99, rank: null, why: 'the hundredth is missing' },
    { label: '99', count: 100, rank: 99, why: 'one value lies above it' },
    { label: '99.9', count: 10_000, rank: 9_990, why: 'in floating point it would be 9,991' },
    { label: '99.99', count: 10_000, rank: 9_999, why: 'the last but one' },
    { label: '33.333333', count: 3, rank: 1, why: 'six decimals are kept' },
    { label: '95', count: 0, rank: null, why: 'nothing has no percentile' },
  ])('p$label of $count is rank $rank: $why', ({ label, count, rank }) => {
    expect(rankOf(parsePercentile(label)!, count)).toBe(rank);
  });

  test.each(['0', '100', '-1', 'x', '', '50.', '1e1', '99.1234567', '101', '5 0'])(
    '%p is no percentile',
    (text) => {
      expect(parsePercentile(text)).toBeNull();
    },
  );

  test('at least p of the values lie at or below the rank, and one rank less is not enough', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_999 }),
        fc.integer({ min: 1, max: 100_000_000 }),
        (hundredths, count) => {
          const label = `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
          const rank = rankOf(parsePercentile(label)!, count);
          if (rank === null) {
            expect(BigInt(count) * BigInt(10_000 - hundredths)).toBeLessThan(10_000n);
            return;
          }
          const wanted = BigInt(hundredths) * BigInt(count);
          expect(BigInt(rank) * 10_000n).toBeGreaterThanOrEqual(wanted);
          expect(BigInt(rank - 1) * 10_000n).toBeLessThan(wanted);
        },
      ),
    );
  });
});
