import { describe, expect, test } from '@jest/globals';
import { Series } from '../../src/main/collect/series.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { summarizeSeries } from '../../src/main/summary/series-summary.ts';
import { countOf } from '../../src/metrics/coarse-cells.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { answered, blockOf, recordsOf, type Sample } from '../support/samples.ts';

/** The series of these requests, folded as a worker would send them. */
function seriesOf(samples: readonly Sample[]): Series {
  const series = new Series();
  new Tally().fold(blockOf(samples), recordsOf({ series, headline: 'response' }));
  return series;
}

describe('the series', () => {
  test('an interval is that of the intended start; empty ones are there too', () => {
    const series = new Series();
    series.add(0, OUTCOME.ok);
    series.add(9.9, OUTCOME.reset);
    series.add(20, OUTCOME.ok);
    expect(series.buckets().map(({ atMs, sent, ok, failed }) => [atMs, sent, ok, failed])).toEqual([
      [0, 2, 1, 1],
      [10, 0, 0, 0],
      [20, 1, 1, 0],
    ]);
    expect(series.buckets(1_000).map(({ atMs, sent }) => [atMs, sent])).toEqual([[0, 3]]);
  });

  test.each([
    [5, 10],
    [6.5, 20],
    [12.5, 100],
    [59, 100],
    [61, 200],
    [121, 1_000],
    [601, 2_000],
    [3_599, 10_000],
    [3 * 3_600, 20_000],
  ])('of %d s it has at most 600 intervals, and nothing is lost', (seconds, intervalMs) => {
    const series = new Series();
    for (let at = 0; at < seconds * 1_000; at += 50) {
      series.add(at, at % 100 === 0 ? OUTCOME.ok : OUTCOME.timeout);
      series.addLatencies(at, 1 + (at % 7), 1, 0, 0);
      series.addUnderWay(at, at + 1, true);
    }
    const buckets = series.buckets();
    const sum = (of: (bucket: (typeof buckets)[number]) => number): number =>
      buckets.reduce((total, bucket) => total + of(bucket), 0);
    const sent = Math.ceil((seconds * 1_000) / 50);
    expect(series.intervalMs).toBe(intervalMs);
    expect(buckets.length).toBeLessThanOrEqual(600);
    expect(sum((bucket) => bucket.sent)).toBe(sent);
    expect(sum(({ failed, ok }) => failed + ok)).toBe(sent);
    expect(sum(({ failures }) => failures?.[OUTCOME.timeout] ?? 0)).toBe(Math.floor(sent / 2));
    expect(sum(({ latencies }) => countOf(latencies.response))).toBe(sent);
    expect(sum((bucket) => bucket.answered)).toBe(sent);
    expect(buckets.at(-1)?.outstanding).toBe(0);
    expect(Math.max(...buckets.map(({ maxResponseMs }) => maxResponseMs))).toBe(7);
  });

  test('a late record of an old interval finds it again', () => {
    const series = new Series();
    for (let at = 0; at < 2_000; at += 10) series.addLatencies(at, 1, 1, 0, 0);
    series.add(0, OUTCOME.ok);
    series.addLatencies(0, 2, 1, 0, 0);
    const [first] = series.buckets();
    expect(first).toMatchObject({ sent: 1, ok: 1, maxResponseMs: 2 });
    expect(countOf(first!.latencies.response)).toBe(2);
  });

  test('what is under way counts from when it was due to its end, whatever becomes of it', () => {
    const series = seriesOf([
      answered(25, -10), // From the warm-up until 15 ms.
      answered(25, 0), // Until 25 ms.
      { outcome: 'timeout', intendedMs: 5, waitMs: 1, serviceMs: 29 }, // Until 35 ms.
      { outcome: 'dropped', intendedMs: 12, waitMs: 10 }, // Until 22 ms.
      answered(5, 31), // Until 36 ms.
      { outcome: 'unfinished', intendedMs: 38, serviceMs: 10_000 }, // Far beyond all intervals so far.
    ]);
    const shown = (): unknown[] =>
      series.buckets().map(({ outstanding, answered: ended }) => [outstanding, ended]);
    expect(shown()).toEqual([
      [3, 0],
      [3, 1],
      [1, 1],
      [1, 1],
    ]);
    // Once the series has grown so far, that end is in it too.
    series.add(10_100, OUTCOME.ok);
    expect(series.buckets().at(-1)).toMatchObject({ outstanding: 0 });
  });
});

describe('the series of the result', () => {
  test('tells of each interval both latencies, evidence and failures by kind', () => {
    const { intervalMs, buckets } = summarizeSeries(
      seriesOf([
        ...Array.from({ length: 200 }, (_, row) => ({
          ...answered(row < 190 ? 8 : 80, row / 20),
          startLagMs: 1,
          waitMs: row < 197 ? 0 : 40,
        })),
        { outcome: 'timeout', intendedMs: 9.9, serviceMs: 500 },
        { outcome: 'status', intendedMs: 9.9, serviceMs: 3, status: 500 },
        { outcome: 'reset', intendedMs: 9.9, serviceMs: 3 },
      ]),
      'response',
    );
    expect(intervalMs).toBe(10);
    const [only] = buckets;
    expect(only).toMatchObject({
      sent: 203,
      ok: 200,
      failed: 3,
      censored: 1,
      failures: { timeout: 1, status: 1, reset: 1 },
      max: 500,
      service: { max: 500 },
    });
    const close = (value: number | null | undefined, expected: number): void =>
      expect(Math.abs((value ?? 0) / expected - 1)).toBeLessThan(0.008);
    close(only!.p50, 9);
    close(only!.p90, 9);
    close(only!.p99, 121);
    close(only!.service!.p50, 8);
    close(only!.service!.p99, 80);
    close(only!.waitP99, 40);
    close(only!.startLagP99, 1);
    expect(only!.cells.slice(1).reduce((sum, count) => sum + Math.max(0, count), 0)).toBe(202);
  });

  test.each<[string, number, number, number]>([
    ['short, and few requests: as many intervals as say something of its course', 1_000, 20, 20],
    ['many requests', 10_000, 0.5, 100],
    ['few requests', 10_000, 1_000, 200],
    ['a minute, many requests', 60_000, 1, 100],
    ['a minute, few requests', 60_000, 100, 2_000],
    ['three minutes', 180_000, 5, 1_000],
  ])('%s', (_name, lengthMs, everyMs, intervalMs) => {
    const series = new Series();
    for (let at = 0; at < lengthMs; at += everyMs) {
      series.add(at, OUTCOME.ok);
      series.addLatencies(at, 1, 1, 0, 0);
    }
    const shown = summarizeSeries(series, 'service');
    expect(shown.intervalMs).toBe(intervalMs);
    expect(shown.buckets.length).toBeGreaterThanOrEqual(10);
    expect(shown.buckets.length).toBeLessThanOrEqual(600);
  });
});
