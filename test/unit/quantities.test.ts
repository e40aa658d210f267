import { describe, expect, test } from '@jest/globals';
import {
  countMeant,
  inThousands,
  parseCount,
  parseDurationMs,
  parseRate,
} from '../../src/main/plan/quantities.ts';

describe('quantities', () => {
  test.each([
    ['1', 1],
    ['10k', 10_000],
    ['1.5m', 1_500_000],
    ['1.1k', 1_100],
    ['2M', 2_000_000],
    ['0', 0],
    ['1.5', null],
    ['-1', null],
    ['1e3', null],
    ['', null],
    ['k', null],
    ['1 000', null],
    ['99999999999999999999', null],
  ])('the count %p is %p', (text, count) => {
    expect(parseCount(text)).toBe(count);
  });

  test.each([
    ['1e3', 1_000, ' or 1k'],
    ['1,000', 1_000, ' or 1k'],
    ['1 000 000', 1_000_000, ' or 1m'],
    ["12'500", 12_500, ''],
    ['2_500_000', 2_500_000, ' or 2500k'],
    ['1.5e2', 150, ''],
    ['1.000', 1_000, ' or 1k'],
    ['1e-3', null, ''],
    ['1,5', null, ''],
    ['10,00', null, ''],
    ['0x10', null, ''],
    ['1e99', null, ''],
    ['', null, ''],
  ])('the count %p is meant to be %p%s', (text, count, otherwise) => {
    expect(countMeant(text)).toBe(count);
    expect(count === null ? '' : inThousands(count)).toBe(otherwise);
  });

  test.each([
    ['10', 10_000],
    ['10s', 10_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    ['0.1', 100],
    ['0', 0],
    ['10x', null],
    ['-1s', null],
    ['', null],
    ['s', null],
    ['1 s', null],
    ['1m30s', 90_000],
    ['1h5m', 3_900_000],
    ['1d', 86_400_000],
    ['1s500ms', 1_500],
    ['1h30', null],
    ['30s1m', null],
    ['1m1m', null],
    ['1m-30s', null],
  ])('the duration %p is %p ms', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  test.each([
    ['200', 200, 1_000],
    ['50/s', 50, 1_000],
    ['50/1s', 50, 1_000],
    ['10/100ms', 10, 100],
    ['3000/m', 3_000, 60_000],
    ['1.5k/2m', 15_000, 1_200_000],
    ['0.5/S', 5, 10_000],
  ])('the rate %p is %p in %p ms', (text, requests, periodMs) => {
    expect(parseRate(text)).toEqual({ requests, periodMs });
  });

  test.each(['50/', '50/0s', '50/x', '/s', '50/-1s', '50/0.5ms'])('%p is no rate', (text) => {
    expect(parseRate(text)).toBeNull();
  });
});
