import { describe, expect, test } from '@jest/globals';
import { parseCount, parseDurationMs } from '../../src/main/plan/quantities.ts';

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
  ])('the duration %p is %p ms', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });
});
