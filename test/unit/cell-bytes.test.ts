import { expect, test } from '@jest/globals';
import { type CellBytes, CellWriter, forEachCellIn } from '../../src/metrics/cell-bytes.ts';
import { CellGrid } from '../../src/metrics/cell-grid.ts';
import { fc } from '../support/properties.ts';

const ROWS = 600;
const CELLS_IN_ROW = 3_328;

function read(bytes: CellBytes): [number, number][] {
  const cells: [number, number][] = [];
  forEachCellIn(bytes, (cell, count) => cells.push([cell, count]));
  return cells;
}

const count = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeInteger().map((n) => Math.abs(n) || 1),
);
const cells = fc
  .array(fc.tuple(fc.oneof(fc.nat(40), fc.nat(ROWS * CELLS_IN_ROW - 1)), count), { maxLength: 400 })
  .map((all) => [...new Map(all)].sort(([a], [b]) => a - b));

test('cells are read as they were written, whatever their numbers and counts', () => {
  const writer = new CellWriter();
  fc.assert(
    fc.property(cells, (all) => {
      for (const [cell, often] of all) writer.add(cell, often);
      expect(read(writer.take())).toEqual(all);
    }),
  );
});

test('neighbours with small counts take a byte each', () => {
  const writer = new CellWriter();
  for (let cell = 5_000; cell < 6_000; cell++) writer.add(cell, 127);
  expect(writer.take().length).toBe(1_000 + 3);
});

test('rows of a grid in two parts are the grid, also where some are joined into longer ones', () => {
  const entry = fc.tuple(fc.nat(ROWS - 1), fc.nat(CELLS_IN_ROW - 1), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 200 }),
      fc.nat(ROWS),
      fc.constantFrom(1, 2, 5),
      (all, cut, factor) => {
        const [grid, parts, expected] = [new CellGrid(ROWS), new CellGrid(ROWS), new CellGrid(ROWS)];
        for (const [row, cell, often] of all) {
          grid.addCell(row, cell, often);
          expected.addCell(Math.floor(row / factor), cell, often);
        }
        parts.addBytes(grid.bytesBetween(0, ROWS), factor, 0, cut);
        parts.addBytes(grid.bytesBetween(cut, ROWS), factor, cut, ROWS);
        expect(read(parts.bytesBetween(0, ROWS))).toEqual(read(expected.bytesBetween(0, ROWS)));
      },
    ),
  );
});
