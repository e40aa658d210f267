import { expect, test } from '@jest/globals';
import { url } from '../../src/module/volley.ts';
import { metricRecorders } from '../../src/workers/vus/metric-recorders.ts';
import { bytesOf, checkParams, headerText, pairsOf } from '../../src/workers/vus/request-params.ts';

const DATE = new Date(0);
const BLOB = new Blob(['x']);

test.each<[value: unknown, problem: string]>([
  [DATE, 'an object (Date): give its text, as in date.toISOString()'],
  [BLOB, 'an object (Blob): give text, a number, or a list of them'],
  [Number.NaN, 'NaN: give text, a number, or a list of them'],
  [() => 1, 'a function: give text, a number, or a list of them'],
  [Symbol('x'), 'Symbol(x): give text, a number, or a list of them'],
  [{}, 'an object (Object): give text, a number, or a list of them'],
  [{ toString: () => 'x' }, 'an object (Object): give text, a number, or a list of them'],
  [[[1, 2]], 'a list: give text, a number, or a list of them'],
])('%p is no text of a query or a form', (value, problem) => {
  for (const what of ['query', 'form'] as const) {
    expect(() => pairsOf(what, { a: value })).toThrow(new TypeError(`${what}: 'a' is ${problem}`));
    expect(() => pairsOf(what, { a: ['x', value] })).toThrow(new TypeError(`${what}: 'a' is ${problem}`));
  }
});

test('what has a text is sent as that, and what is nothing is not sent', () => {
  const given = {
    a: 'x y',
    b: 1.5,
    c: true,
    d: 12345678901234567890n,
    e: undefined,
    f: null,
    g: [1, null, 'z'],
  };
  const url = new URL('http://a/');
  expect(pairsOf('query', { ...given, url }).toString()).toBe(
    'a=x+y&b=1.5&c=true&d=12345678901234567890&g=1&g=z&url=http%3A%2F%2Fa%2F',
  );
  expect(pairsOf('form', new URLSearchParams({ a: '1' })).toString()).toBe('a=1');
});

test.each<[body: unknown, problem: string]>([
  [DATE, 'a Date: give its text, as in date.toISOString()'],
  [new URLSearchParams(), 'a URLSearchParams: give it as form'],
  [
    new FormData(),
    'a FormData: give its fields as form, or, with files, the bytes and the type of new Response(data)',
  ],
  [BLOB, 'a Blob: give its bytes, new Uint8Array(await blob.arrayBuffer())'],
  [new ArrayBuffer(2), 'an ArrayBuffer: give new Uint8Array(buffer)'],
  [new Int16Array(2), 'an Int16Array: give text or bytes; for an object use json'],
  [null, 'null: leave it out'],
  [5, 'give text or bytes; for an object use json'],
  [{}, 'give text or bytes; for an object use json'],
])('%p is no body', (body, problem) => {
  expect(() => bytesOf(body)).toThrow(new TypeError(`body: ${problem}`));
});

test('the value of a header is text', () => {
  expect(['x', 5, true, 7n].map((value) => headerText('a', value))).toEqual(['x', '5', 'true', '7']);
  for (const [value, problem] of [
    [null, 'null: give text, or leave it out'],
    [DATE, 'an object (Date): give its text, as in date.toISOString()'],
    [['a', 'b'], 'a list: give text'],
    [{ a: 1 }, 'an object (Object): give text'],
  ] as const)
    expect(() => headerText('x-a', value)).toThrow(new TypeError(`headers: 'x-a' is ${problem}`));
});

test('cookies are kept or not', () => {
  expect(() => checkParams({ cookies: 'no' as unknown as boolean })).toThrow(
    'cookies: no: give true or false',
  );
  checkParams({ cookies: false });
  // What is undefined is absent, as everywhere.
  checkParams({ json: { a: 1 }, form: undefined, body: undefined } as object);
  expect(() => checkParams({ json: 1, body: 'x' } as object)).toThrow(
    'a request has one body: give json, form or body',
  );
});

test('a value of a URL is text or a number', () => {
  expect(url`/a/${'b c'}/${1.5}/${12345678901234567890n}/${''}`.href).toBe(
    '/a/b%20c/1.5/12345678901234567890/',
  );
  for (const [value, called] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [{}, 'of type Object'],
    [[1], 'of type Array'],
    [DATE, 'of type Date'],
  ] as const)
    expect(() => url`/a/${1}/${value as unknown as string}`).toThrow(
      new TypeError(`url: value 2 of '/a/{}/{}' is ${called}: give text or a number`),
    );
});

test('a metric that the test does not have is named, with those that it has', () => {
  const taken: unknown[] = [];
  const metrics = metricRecorders({ orders: 'counter', size: 'trend' }, (...all) =>
    taken.push(all),
  ) as Record<string, { add(value: number): void }>;
  metrics['orders']!.add(2);
  expect(taken).toEqual([['counter', 0, 2]]);
  expect(() => metrics['nope']!.add(1)).toThrow(
    new TypeError('metrics.nope: the test has no such metric: there are orders, size'),
  );
  expect(Object.keys(metrics)).toEqual(['orders', 'size']);
  expect([`${metrics}`, 'then' in metrics]).toEqual(['[object Object]', false]);
  expect(() =>
    Reflect.get(
      metricRecorders({}, () => {}),
      'nope',
    ),
  ).toThrow("there is no such metric: declare it in the test, as in metrics: { nope: 'counter' }".slice(9));
});
