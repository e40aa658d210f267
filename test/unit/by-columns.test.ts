import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { textByColumns, textByRows } from '../../src/main/files/by-columns.ts';

test('any JSON is the same after it was packed by columns, keys in their order', () => {
  const rows = fc.array(
    fc.record(
      {
        a: fc.jsonValue(),
        b: fc.array(fc.integer()),
        c: fc.record({ p50: fc.double(), __proto__: fc.boolean() }),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), rows, fc.record({ rows, other: fc.jsonValue() })), (value) => {
      const text = JSON.stringify(value);
      expect(textByRows(textByColumns(value))).toBe(text);
    }),
  );
});

test('rows take less as columns, and rows of several shapes keep theirs', () => {
  const rows = Array.from({ length: 100 }, (_, atMs) =>
    atMs % 3 === 0
      ? { atMs, service: { p50: atMs } }
      : { service: { p50: null }, atMs, failures: { reset: 1 } },
  );
  const packed = textByColumns({ rows });
  expect(packed.length).toBeLessThan(JSON.stringify({ rows }).length / 2);
  expect(textByRows(packed)).toBe(JSON.stringify({ rows }));
});

test('a result with the mark in it is packed as it is', () => {
  const hostile = { errors: [{ 'volley:rows': [0] }, { 'volley:rows': [0] }] };
  expect(textByRows(textByColumns(hostile))).toBe(JSON.stringify(hostile));
  expect(JSON.parse(textByRows('{"schemaVersion":1}'))).toEqual({ schemaVersion: 1 });
});

test('columns that lack values are refused, whatever else they claim', () => {
  for (const of of [
    { 'volley:rows': [0, 0], shapes: [['a']], columns: [[1]] },
    { 'volley:rows': [0], shapes: [['a']], columns: [] },
    { 'volley:rows': 7, shapes: [['a']], columns: [[1]] },
    { 'volley:rows': [0] },
  ])
    expect(() => textByRows(JSON.stringify({ 'volley:rows': [], of }))).toThrow();
});

test('histograms are packed as one table, and come out as they were', () => {
  const histogram = fc
    .tuple(
      fc.nat(2_000),
      fc.array(fc.tuple(fc.nat(4), fc.oneof(fc.nat(99), fc.nat(5_000_000_000))), { minLength: 1 }),
    )
    .map(([first, steps]) => [
      first,
      ...steps.flatMap(([gap, count], index) => [...(gap > 0 && index > 0 ? [-gap] : []), count + 1]),
    ]);
  const cells = fc.oneof({ weight: 9, arbitrary: histogram }, fc.constant([]));
  fc.assert(
    fc.property(fc.array(fc.record({ cells }), { minLength: 2 }), (rows) => {
      const text = textByColumns({ rows });
      expect(text).toContain('volley:cells');
      expect(textByRows(text)).toBe(JSON.stringify({ rows }));
    }),
  );
});

test('what is no histogram is packed as it is, whatever its name', () => {
  for (const odd of [
    [3],
    [3, 0],
    [3, 1, -1, -1, 2],
    [3, -1, 2],
    [3, 1, -2],
    [3.5, 1],
    ['3', 1],
    [-1, 2, -3],
    [3, Number.MAX_SAFE_INTEGER],
    null,
    {},
  ]) {
    const rows = [{ cells: [3, 1] }, { cells: odd }];
    expect(textByRows(textByColumns(rows))).toBe(JSON.stringify(rows));
  }
  const most = [{ cells: [3, 1] }, { cells: [3, 48 + 57 ** 9 - 1, 48, 47] }];
  expect(textByColumns(most)).toContain('volley:cells');
  expect(textByRows(textByColumns(most))).toBe(JSON.stringify(most));
  const far = [{ cells: [0, 1] }, { cells: [9_000_000, 1] }];
  expect(textByRows(textByColumns(far))).toBe(JSON.stringify(far));
  const marked = [{ cells: [3, 1], 'volley:cells': [0, 9, 9] }, { cells: [3, 1] }];
  expect(textByRows(textByColumns(marked))).toBe(JSON.stringify(marked));
});

test('a table that lacks counts is refused, whatever it claims', () => {
  for (const [claimed, counts] of [
    [[0, 2, 2], '###'],
    [[0, 1_000_000, 1_000_000], '####'],
    [[0, 1, 1], 'S'],
    [[0, 1, 1], 'S\u0000'],
    [[0, Number.NaN, 1], '#'],
    [[0, -1, -1], '#'],
    [[0.5, 1, 1], '$'],
    ['###', '#'],
    [[0, 1, 1], 7],
  ])
    expect(() =>
      textByRows(JSON.stringify({ 'volley:rows': [], of: { 'volley:cells': claimed, counts } })),
    ).toThrow('cells');
});
