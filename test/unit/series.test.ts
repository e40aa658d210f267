import { describe, expect, test } from '@jest/globals';
import { Series } from '../../src/main/collect/series.ts';
import { countOf } from '../../src/metrics/coarse-cells.ts';

describe('the series', () => {
  test('an interval is that of the intended start; empty ones are there too', () => {
    const series = new Series();
    series.add(0, true, false, 1);
    series.add(999.9, false, true, null);
    series.add(2_000, true, false, 3);
    expect(series.buckets().map(({ atMs, sent, ok, failed }) => [atMs, sent, ok, failed])).toEqual([
      [0, 2, 1, 1],
      [1_000, 0, 0, 0],
      [2_000, 1, 1, 0],
    ]);
  });

  test('past 3,600 intervals the interval doubles, and nothing is lost', () => {
    const series = new Series();
    const hours = 3;
    for (let second = 0; second < hours * 3_600; second++) {
      series.add(second * 1_000, true, false, second % 10);
      series.add(second * 1_000 + 500, false, true, null);
    }
    const buckets = series.buckets();
    expect(series.intervalMs).toBe(4_000);
    expect(buckets).toHaveLength((hours * 3_600) / 4);
    expect(buckets.every(({ sent, ok, failed }) => sent === 8 && ok === 4 && failed === 4)).toBe(true);
    expect(buckets.reduce((sum, { latencies }) => sum + countOf(latencies), 0)).toBe(hours * 3_600);
  });

  test('a late record of an old interval finds it again', () => {
    const series = new Series();
    for (let second = 0; second < 100; second++) series.add(second * 1_000, true, false, 1);
    series.add(0, true, false, 2);
    const [first] = series.buckets();
    expect(first).toMatchObject({ sent: 2, ok: 2 });
    expect(countOf(first!.latencies)).toBe(2);
  });
});
