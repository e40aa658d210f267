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
