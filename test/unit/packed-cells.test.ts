import { describe, expect, test } from '@jest/globals';
import { coarseCellsOf } from '../../src/metrics/coarse-cells.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { packCells } from '../../src/metrics/packed-cells.ts';
import { fc } from '../support/properties.ts';

function packed(valuesMs: readonly number[], perOctave: number): readonly number[] {
  const histogram = new Histogram();
  for (const valueMs of valuesMs) histogram.add(valueMs);
  return packCells(coarseCellsOf(histogram), perOctave);
}

/** Reads the list as docs/metrics.md says: cells by number. */
function unpacked([first = 0, ...rest]: readonly number[]): Map<number, number> {
  const cells = new Map<number, number>();
  let cell = first;
  for (const value of rest) {
    if (value < 0) cell -= value;
    else cells.set(cell++, value);
  }
  return cells;
}

/** From the definition, without the histogram's way of reading a number's bits. */
function cellOf(valueMs: number, perOctave: number): number {
  const octave = Math.floor(Math.log2(valueMs));
  return (octave + 20) * perOctave + Math.floor((valueMs / 2 ** octave - 1) * perOctave);
}

describe('cells of an interval', () => {
  test('the example of the documents', () => {
    // Cells are an eighth of a millisecond wide from 1 ms to 2 ms.
    const values = [...Array<number>(5).fill(1.01), 1.13, 1.2, 1.63];
    expect(packed(values, 8)).toEqual([160, 5, 2, -3, 1]);
    expect(packed(values, 4)).toEqual([80, 7, -1, 1]);
    expect(packed(values, 1)).toEqual([20, 8]);
    expect(packed([], 8)).toEqual([]);
  });

  test('every value is in its cell, and none is lost', () => {
    fc.assert(
      fc.property(
        // Of halves, quarters and eighths, at which cells begin, both sides.
        fc.array(fc.integer({ min: 1, max: 4_000_000 }).map((n) => n / 1_024)),
        fc.constantFrom(8, 4, 2, 1),
        (values, perOctave) => {
          const wanted = new Map<number, number>();
          for (const value of values) {
            const cell = cellOf(value, perOctave);
            wanted.set(cell, (wanted.get(cell) ?? 0) + 1);
          }
          const list = packed(values, perOctave);
          expect(new Map(values.length === 0 ? [] : unpacked(list))).toEqual(
            new Map([...wanted].sort(([a], [b]) => a - b)),
          );
        },
      ),
    );
  });
});
