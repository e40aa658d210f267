import { expect, test } from '@jest/globals';
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
