import { describe, expect, test } from '@jest/globals';
import { canBeDealt, Dealer, rowOf } from '../../src/requests/dealing.ts';
import { cellOf, RowTableBuilder } from '../../src/requests/row-table.ts';
import { fc } from '../support/properties.ts';

const WEIGHTS = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });

describe('dealing numbers to requests', () => {
  test('a mix of 3 to 1 is spread over its turn', () => {
    const dealer = new Dealer([3, 1]);
    expect(Array.from({ length: 8 }, (_, number) => dealer.deal(number).request)).toEqual([
      0, 0, 1, 0, 0, 0, 1, 0,
    ]);
  });

  test('equal weights are dealt in order', () => {
    const dealer = new Dealer([5, 5, 5]);
    expect(Array.from({ length: 6 }, (_, number) => dealer.deal(number).request)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('every turn has exactly the weights, and each request counts on its own without a gap', () => {
    fc.assert(
      fc.property(WEIGHTS, fc.integer({ min: 1, max: 3 }), (weights, turns) => {
        const dealer = new Dealer(weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const counts = weights.map(() => 0);
        const gaps: number[] = [];
        for (let number = 0; number < total * turns; number++) {
          const { request, occurrence } = dealer.deal(number);
          if (occurrence !== counts[request]) gaps.push(number);
          counts[request]!++;
        }
        expect(gaps).toEqual([]);
        expect(counts).toEqual(weights.map((weight) => weight * turns));
      }),
    );
  });

  test('weights whose turn would be too long are refused', () => {
    expect(canBeDealt([1, 9_999])).toBe(true);
    expect(canBeDealt([1, 10_000])).toBe(false);
    expect(canBeDealt([10, 99_990])).toBe(true);
  });
});

describe('dealing rows', () => {
  test('in turn for ever', () => {
    expect([0, 1, 2, 3, 4].map((occurrence) => rowOf('cycle', 1, occurrence, 3))).toEqual([0, 1, 2, 0, 1]);
  });

  test('at random by the seed, every row about as often as any other', () => {
    const rows = (seed: number): number[] =>
      Array.from({ length: 9_000 }, (_, occurrence) => rowOf('random', seed, occurrence, 3));
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
    // Binomial: mean 3000, deviation 45.
    for (const row of [0, 1, 2])
      expect(Math.abs(rows(1).filter((one) => one === row).length - 3_000)).toBeLessThan(225);
  });
});

test('a table gives back every cell as it was added', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }).chain((width) =>
        fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: width, maxLength: width }), {
          maxLength: 40,
        }),
      ),
      (rows) => {
        const columns = (rows[0] ?? ['a']).map((_, index) => `column ${index}`);
        const table = new RowTableBuilder(columns);
        for (const row of rows) table.add(row);
        const cells = table.build();
        expect(cells.rowCount).toBe(rows.length);
        const read = rows.map((row, at) => row.map((_, column) => cellOf(cells, at, column)));
        expect(read).toEqual(rows);
      },
    ),
  );
});
