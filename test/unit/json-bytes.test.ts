import { expect, test } from '@jest/globals';
import { jsonBytesOf } from '../../src/workers/vus/json-bytes.ts';

test.each<[unknown, string]>([
  [new Map([['a', 1]]), 'json: a Map would be sent as {}: Object.fromEntries(map) is one'],
  [new Set([1]), 'json: a Set would be sent as {}: give plain values'],
  [new WeakMap(), 'json: a WeakMap would be sent as {}: give plain values'],
  [/x/, 'json: a RegExp would be sent as {}: give plain values'],
  [new Error('x'), 'json: an Error would be sent as {}: give plain values'],
  [new ArrayBuffer(3), 'json: an ArrayBuffer would be sent as {}: give plain values'],
  [Promise.resolve(1), 'json: a Promise would be sent as {}: await it first'],
  [
    { list: [{ found: Promise.resolve(1) }] },
    "json: a Promise as 'found' would be sent as {}: await it first",
  ],
  [{ body: new Blob(['x']) }, "json: a Blob as 'body' would be sent as {}: give plain values"],
  [new FormData(), 'json: a FormData would be sent as {}: Object.fromEntries(…) makes one'],
  [
    new URLSearchParams('a=1'),
    'json: a URLSearchParams would be sent as {}: Object.fromEntries(…) makes one',
  ],
  [Number.NaN, 'json: NaN would be sent as null: give a number, or null'],
  [
    { a: null, item: { price: Number.NaN } },
    "json: NaN as 'price' would be sent as null: give a number, or null",
  ],
  [{ id: 2n, list: [1, -1 / 0] }, "json: -Infinity as '1' would be sent as null: give a number, or null"],
  [{ at: new Date('soon') }, "json: an invalid Date as 'at' would be sent as null: give a date, or null"],
  [() => 1, 'json: a function has no JSON: give an object, a list or a value'],
  [Symbol('x'), 'json: a symbol has no JSON: give an object, a list or a value'],
])('%p is no JSON', (value, sentence) => {
  expect(() => jsonBytesOf(value)).toThrow(new TypeError(sentence));
});

test.each<[unknown, string]>([
  [{}, '{}'],
  [{ a: {}, b: [{}] }, '{"a":{},"b":[{}]}'],
  [{ text: '{}', at: new Date(0) }, '{"text":"{}","at":"1970-01-01T00:00:00.000Z"}'],
  [Object.assign(new Map(), { toJSON: () => ({}) }), '{}'],
  [Object.assign(new Error('x'), { code: 'E' }), '{"code":"E"}'],
  [null, 'null'],
  [
    { a: null, b: 'null', c: [null, 1.5], at: new Date(0), d: undefined },
    '{"a":null,"b":"null","c":[null,1.5],"at":"1970-01-01T00:00:00.000Z"}',
  ],
  [{ a: Object.assign([Number.NaN], { toJSON: () => null }) }, '{"a":null}'],
  [{ id: 1234567890123456789n, list: [2n, {}] }, '{"id":1234567890123456789,"list":[2,{}]}'],
])('%p is', (value, text) => {
  expect(jsonBytesOf(value).toString()).toBe(text);
});
