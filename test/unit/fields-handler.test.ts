import { expect, test } from '@jest/globals';
import { allOf, fieldIn } from '../../src/workers/exchange/fields-handler.ts';

const FIELDS = { location: ['/first', '/second'], 'content-encoding': ['gzip', 'br'], etag: '"a"' };

test('of a field that an answer gives twice, the first is taken, or all in order', () => {
  expect(fieldIn(FIELDS, 'location')).toBe('/first');
  expect(allOf(FIELDS, 'content-encoding')).toBe('gzip, br');
});

test('of one that it gives once, that; of one that it does not give, nothing', () => {
  expect([fieldIn(FIELDS, 'etag'), allOf(FIELDS, 'etag')]).toEqual(['"a"', '"a"']);
  expect([fieldIn(FIELDS, 'retry-after'), allOf(FIELDS, 'retry-after')]).toEqual([null, null]);
});
