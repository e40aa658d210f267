import { describe, expect, test } from '@jest/globals';
import { build } from 'hdr-histogram-js';
import { CellRanks } from '../../src/metrics/cell-ranks.ts';
import { addCells, coarseCellsOf, countOf, valueAtRankMs } from '../../src/metrics/coarse-cells.ts';
import { Distribution } from '../../src/metrics/distribution.ts';
import { CELLS, cellOf, cellsOf, Histogram, lowerBoundMs, middleMs } from '../../src/metrics/histogram.ts';
import { RunningMoments } from '../../src/metrics/moments.ts';
import { fc } from '../support/properties.ts';

const latencies = fc.double({ min: 1e-6, max: 1e9, noNaN: true });

/** Below, all values share a cell. */
const aboveOneNano = latencies.filter((value) => value > 2e-6);

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

function usedCells(histogram: Histogram): [number, number][] {
  const cells: [number, number][] = [];
  histogram.forEachCell((cell, count) => cells.push([cell, count]));
  return cells;
}

describe('the histogram', () => {
  test('a value lies in its cell, and the middle of the cell is within 0.05 % of it', () => {
    fc.assert(
      fc.property(latencies, (value) => {
        const cell = cellOf(value);
        expect(lowerBoundMs(cell)).toBeLessThanOrEqual(value);
        expect(lowerBoundMs(cell + 1)).toBeGreaterThan(value);
        expect(Math.abs(middleMs(cell) - value)).toBeLessThanOrEqual(value * 0.000_5);
      }),
    );
  });

  test.each([
    { value: 0, cell: 0, why: 'zero' },
    { value: -1, cell: 0, why: 'a clock that went back would not crash it' },
    { value: Number.NaN, cell: 0, why: 'not a number' },
    { value: 2 ** -20, cell: 0, why: 'the smallest of the scale' },
    { value: 1, cell: 20 * 1024, why: 'a millisecond begins a power of two' },
    { value: 2, cell: 21 * 1024, why: 'so do two' },
    { value: 1.5, cell: 20 * 1024 + 512, why: 'half way' },
    { value: 2 ** 40, cell: 52 * 1024 - 1, why: 'beyond 49 days: the last cell' },
  ])('$value ms falls into cell $cell: $why', ({ value, cell }) => {
    expect(cellOf(value)).toBe(cell);
  });

  test('adding histograms equals recording everything in one', () => {
    fc.assert(
      fc.property(fc.array(latencies), fc.array(latencies), (left, right) => {
        const sum = histogramOf(left);
        sum.addAll(histogramOf(right));
        expect(usedCells(sum)).toEqual(usedCells(histogramOf([...left, ...right])));
        expect(sum.count).toBe(left.length + right.length);
        sum.clear();
        expect([sum.count, usedCells(sum)]).toEqual([0, []]);
      }),
    );
  });

  test('coarse cells add up in whatever order, and a rank is within 0.8 % of the value', () => {
    fc.assert(
      fc.property(fc.array(aboveOneNano, { minLength: 1 }), fc.array(aboveOneNano), (left, right) => {
        const [a, b] = [coarseCellsOf(histogramOf(left)), coarseCellsOf(histogramOf(right))];
        const whole = coarseCellsOf(histogramOf([...left, ...right]));
        expect(addCells(a, b)).toEqual(whole);
        expect(addCells(b, a)).toEqual(whole);
        expect(countOf(whole)).toBe(left.length + right.length);
        const sorted = [...left, ...right].sort((x, y) => x - y);
        sorted.forEach((value, index) => {
          expect(Math.abs(valueAtRankMs(whole, index + 1)! - value)).toBeLessThanOrEqual(value * 0.008);
        });
        expect(valueAtRankMs(whole, sorted.length + 1)).toBeNull();
      }),
      // The low edge of the widest cell of a power of two: half a fine cell beside the middle is too much.
      {
        examples: [
          [[528], []],
          [[512], [2 ** -10]],
        ],
      },
    );
  });

  test('ranks over several histograms agree with the sorted values', () => {
    fc.assert(
      fc.property(fc.array(latencies, { minLength: 1 }), fc.array(latencies), (left, right) => {
        const sorted = [...left, ...right].sort((a, b) => a - b);
        const ranks = new CellRanks(histogramOf(left), histogramOf(right));
        sorted.forEach((value, index) => {
          expect(ranks.cellAtRank(index + 1)).toBe(cellOf(value));
          const upTo = sorted.filter((other) => cellOf(other) <= cellOf(value)).length;
          expect(ranks.countUpTo(cellOf(value))).toBe(upTo);
          const below = sorted.filter((other) => cellOf(other) < cellOf(value)).length;
          expect(ranks.countUpTo(cellOf(value) - 1)).toBe(below);
        });
        expect(ranks.cellAtRank(sorted.length + 1)).toBeNull();
        expect(ranks.countUpTo(CELLS)).toBe(sorted.length);
      }),
    );
  });

  test('nothing has no ranks', () => {
    const ranks = new CellRanks(new Histogram());
    expect(ranks.cellAtRank(1)).toBeNull();
    expect(ranks.countUpTo(CELLS)).toBe(0);
  });

  test('percentiles agree with HdrHistogram', () => {
    const oracle = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 1e10,
      numberOfSignificantValueDigits: 4,
    });
    const histogram = new Histogram();
    let state = 7;
    for (let i = 0; i < 100_000; i++) {
      state = (state * 48_271) % 2_147_483_647;
      const micros = 1 + Math.floor(1e6 * (state / 2_147_483_647) ** 4);
      oracle.recordValue(micros * 1_000);
      histogram.add(micros / 1_000);
    }
    const ranks = new CellRanks(histogram);
    for (const percentile of [1, 10, 50, 90, 99, 99.9]) {
      const expectedMs = oracle.getValueAtPercentile(percentile) / 1e6;
      const cell = ranks.cellAtRank(Math.ceil((percentile / 100) * 100_000));
      expect(Math.abs(middleMs(cell!) - expectedMs)).toBeLessThanOrEqual(expectedMs * 0.001);
    }
  });
});

describe('many values at once', () => {
  const values = fc.array(fc.double({ noNaN: true }), { maxLength: 1_200 });

  test('fall into the cells that each falls into', () => {
    fc.assert(
      fc.property(values, (list) => {
        const cells = new Int32Array(list.length);
        cellsOf(Float64Array.from(list), cells);
        expect([...cells]).toEqual(list.map(cellOf));
      }),
    );
  });

  test('are told of as if each had been added by itself', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 1_200 });
    fc.assert(
      fc.property(latencies, (list) => {
        const distribution = new Distribution();
        const moments = new RunningMoments();
        const histogram = new Histogram();
        for (const [place, value] of list.entries()) {
          distribution.add(value, false);
          moments.add(value);
          histogram.add(value);
          // Whoever looks in between sees all that was added.
          if (place % 300 === 0) expect(distribution.observed.count).toBe(place + 1);
        }
        const found: number[] = [];
        distribution.observedValues?.forEach((value) => {
          found.push(value);
        });
        expect(found).toEqual(list);
        expect(usedCells(distribution.observed)).toEqual(usedCells(histogram));
        const { count, min, max, mean, squares } = distribution.moments;
        expect({ count, min, max }).toEqual({ count: moments.count, min: moments.min, max: moments.max });
        expect(Math.abs(mean - moments.mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, moments.mean));
        expect(Math.abs(squares - moments.squares)).toBeLessThanOrEqual(1e-6 * Math.max(1, moments.squares));
      }),
    );
  });
});
