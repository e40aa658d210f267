import { describe, expect, test } from '@jest/globals';
import { wrapped, wrappedUpTo } from '../../src/main/reporters/wrap.ts';
import {
  counted,
  formatAbout,
  formatAskedRate,
  formatByteRate,
  formatBytes,
  formatDuration,
  formatFailedShare,
  formatMoment,
  formatMs,
  formatMsBetween,
  formatPercent,
  formatRate,
  formatSpan,
} from '../../src/main/text/format.ts';

describe('numbers for people', () => {
  test.each([
    [null, '–'],
    [0, '0 µs'],
    [0.000_4, '0 µs'],
    [0.000_51, '0.51 µs'],
    [0.001_234, '1.23 µs'],
    [0.012_34, '12.3 µs'],
    [0.999_4, '999 µs'],
    [0.999_6, '1.00 ms'],
    [1.234, '1.23 ms'],
    [9.996, '10.0 ms'],
    [99.96, '100 ms'],
    [123.4, '123 ms'],
    [256.348, '256 ms'],
    [999.6, '1.00 s'],
    [12_345, '12.3 s'],
    [3_600_000, '3,600 s'],
  ])('%p ms is %p', (valueMs, text) => {
    expect(formatMs(valueMs)).toBe(text);
  });

  test.each([
    [0, '0.0 %'],
    [0.000_1, '<0.1 %'],
    [0.001, '0.1 %'],
    [0.999_9, '>99.9 %'],
    [1, '100.0 %'],
  ])('the share %p is %p', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  test.each([
    [0, '0.0 %'],
    [0.001, '0.1 %'],
    [0.01, '1.0 %'],
    [1 / 96, '1.04 %'],
    [1 / 99, '1.01 %'],
    [1_001 / 100_000, '1.001 %'],
    [99 / 10_000, '0.99 %'],
    [9_999 / 1_000_000, '0.9999 %'],
    [0.011, '1.1 %'],
    [1, '100.0 %'],
  ])('of %p that failed it is seen whether it is more than 1 %%: %p', (share, text) => {
    expect(formatFailedShare(share)).toBe(text);
  });

  test.each([
    [0, '0/s', '0/s'],
    [0.000_2, '0.72/h', '0.72/h'],
    [100 / 3_600, '100/h', '100/h'],
    [0.03, '108/h', '108/h'],
    [0.5, '0.50/s', '0.5/s'],
    [1 / 3, '0.33/s', '20/min'],
    [200 / 60, '3.33/s', '200/min'],
    [400 / 3_600, '0.11/s', '400/h'],
    [100 / 3, '33.3/s', '2,000/min'],
    [10 / 7, '1.43/s', '1.43/s'],
    [1_000_000 / 60, '16,667/s', '1,000,000/min'],
    [123_456.7, '123,457/s', '123,457/s'],
    [13, '13.0/s', '13/s'],
    [49.24, '49.2/s', '49.24/s'],
    [500.04, '500/s', '500.04/s'],
    [36_759.4, '36,759/s', '36,759.4/s'],
  ])('the rate %p is %p where it was measured, %p where it was asked for', (perSecond, measured, asked) => {
    expect(formatRate(perSecond)).toBe(measured);
    expect(formatAskedRate(perSecond)).toBe(asked);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.00 kB'],
    [51_200, '51.2 kB'],
    [999_600, '1.00 MB'],
    [138_000_000, '138 MB'],
    [2.5e12, '2.50 TB'],
  ])('%p bytes are %p', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
    expect(formatByteRate(bytes)).toBe(`${text}/s`);
  });

  test.each([
    [51, '51 ms', '51.0 ms', '51 ms'],
    [350, '350 ms', '350 ms', '0.4 s'],
    [1_500, '1.5 s', '1.50 s', '1.5 s'],
    [60_000, '1 min', '60.0 s', '60 s'],
    [90_000, '90 s', '90.0 s', '90 s'],
    [119_600, '119.6 s', '2 min', '119.6 s'],
    [123_400, '123.4 s', '2 min 3 s', '2 min 3 s'],
    [3_600_000, '1 h', '60 min', '60 min'],
    [7_261_000, '7,261 s', '2 h 1 min', '2 h 1 min'],
  ])('%p ms asked for are %p, measured %p, and a moment of a run %p', (ms, asked, span, moment) => {
    expect(formatDuration(ms)).toBe(asked);
    expect(formatSpan(ms)).toBe(span);
    expect(formatMoment(ms)).toBe(moment);
  });

  test('counts have their nouns in the right number, and two times one unit where it is the same', () => {
    expect([0, 1, 2, 1_234].map((count) => counted(count, 'worker'))).toEqual([
      '0 workers',
      '1 worker',
      '2 workers',
      '1,234 workers',
    ]);
    expect([1, 2].map((count) => counted(count, 'retry', 'retries'))).toEqual(['1 retry', '2 retries']);
    expect([13_100, 119_000, 3_700_000].map(formatAbout)).toEqual(['14 s', '119 s', '61 min 40 s']);
    expect(formatMsBetween(0.571, 0.616)).toBe('571 and 616 µs');
    expect(formatMsBetween(0.98, 1.05)).toBe('980 µs and 1.05 ms');
  });
});

describe('lines', () => {
  test.each([
    ['sent in 12.0 s of all', 9, ['sent in', '12.0 s of', 'all']],
    ['about 3.0 % of it', 9, ['about', '3.0 % of', 'it']],
    ['and 270 × status (500)', 12, ['and', '270 × status', '(500)']],
    ['one 2 requests', 8, ['one 2', 'requests']],
    ['p99 ≥ 10.0 s then', 12, ['p99 ≥ 10.0 s', 'then']],
    ['between 1 and 2 µs', 13, ['between 1 and', '2 µs']],
    ['a 1 2 3 4 5 6 7 8', 5, ['a', '1 2 3', '4 5 6', '7 8']],
    ['at http://host/long/path now', 10, ['at', 'http://hos', 't/long/pat', 'h now']],
    ['ab 😀😀😀 c', 4, ['ab', '😀😀', '😀 c']],
    ['', 10, ['']],
  ])('%p in %p cells', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines);
  });

  test('what takes too many lines is cut, and says so', () => {
    expect(wrappedUpTo(2, 'aaa bbb ccc', 4)).toEqual(['aaa', 'bbb…']);
    expect(wrappedUpTo(2, 'aaa bbbb ccc', 4)).toEqual(['aaa', 'bbb…']);
    expect(wrappedUpTo(2, 'aaa bbb', 4)).toEqual(['aaa', 'bbb']);
  });
});
