import { expect, test } from '@jest/globals';
import { bounded, boundedMatch, TookTooLong } from '../../src/requests/bounded.ts';
import { parseJsonPath } from '../../src/requests/json-path.ts';
import { mayTakeLong } from '../../src/requests/pattern-cost.ts';

test.each([
  ['ok', 100_000],
  ['^ok$', 100_000],
  ['^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$', 100_000],
  ['^(?:ready|waiting|done)$', 100_000],
  ['^\\d{4}-\\d\\d-\\d\\dT.*Z$', 5_000],
  ['"token":"([^"]+)"', 5_000],
  ['^[\\w.]+@[\\w.]+$', 400],
  ['[+*?{}()|]', 100_000],
  ['\\(\\*\\+\\)\\?', 100_000],
  ['(?<year>\\d{4})(?=-)', 100_000],
  ['^(a+)+$', 16],
])('%s is tried as it is with %d characters', (pattern, length) => {
  expect(mayTakeLong(pattern, 'u', length)).toBe(false);
});

test.each([
  ['^(a+)+$', 40],
  ['^(a|a)*$', 40],
  ['(?:a?){30}a{30}', 30],
  [`${'a?'.repeat(30)}${'a'.repeat(30)}`, 30],
  ['(.*)\\1x', 40],
  ['(?<a>.*)\\k<a>x', 40],
  ['^((ab)*c?)*$', 40],
  ['(?=(a+)+$)', 40],
  ['\\(?'.repeat(30), 60],
  ['.*.*.*=.*', 10_000],
  ['\\s+$', 100_000],
])('%s is tried with care with %d characters', (pattern, length) => {
  expect(mayTakeLong(pattern, 'u', length)).toBe(true);
});

const LONG = `${'a'.repeat(40)}!`;
const SLOW = /^(a+)+$/;

test('what takes too long is given up, and later sooner', () => {
  const given = (): number => {
    const fromMs = performance.now();
    expect(() => boundedMatch(SLOW, LONG, (known) => known.test(LONG))).toThrow(TookTooLong);
    return performance.now() - fromMs;
  };
  expect(given()).toBeGreaterThan(900);
  expect(given()).toBeLessThan(900);
  expect(boundedMatch(SLOW, 'a'.repeat(40), (known) => known.test('a'.repeat(40)))).toBe(true);
});

test('what is done within gives its value or its own error', () => {
  expect(bounded('outer', () => bounded('inner', () => 5))).toBe(5);
  expect(() =>
    bounded('thrown', () => {
      throw new RangeError('own');
    }),
  ).toThrow(RangeError);
  expect(() =>
    bounded('outer', () =>
      // Where the test before this one has run too, this has had its second.
      bounded(`the pattern ${SLOW}`, () => {
        for (;;);
      }),
    ),
  ).toThrow(/^(outer|the pattern .*) took longer than 1 s/);
});

test('a path that multiplies is given up, and so is a pattern within a path', () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 16; depth++) deep = { a: deep, b: deep };
  const path = "$..*..*..*..*[?search(@, '^(a+)+$')]";
  expect(() => parseJsonPath(path).find(deep)).toThrow(`the path ${path} took longer than 1 s`);
  // Of this there is little to go through, and it has had its second.
  const few = (text: string): unknown => [[[[[text]]]]];
  expect(parseJsonPath(path).find(few('aaa'))).toEqual(['aaa']);
  expect(() => parseJsonPath(path).find(few(LONG))).toThrow(TookTooLong);
  expect(parseJsonPath("$[?search(@, '^(a+)+$')]").find(['aaa'])).toEqual(['aaa']);
  expect(parseJsonPath('$..a..b').find({ a: { c: { b: 1 } } })).toEqual([1]);
});
