import { describe, expect, test } from '@jest/globals';
import { Series } from '../../src/main/collect/series.ts';
import { StreamSeries } from '../../src/main/collect/stream-series.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { summarizeSeries } from '../../src/main/summary/series-summary.ts';
import { countOf } from '../../src/metrics/coarse-cells.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { StreamCourseRecorder } from '../../src/workers/record/stream-course.ts';
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
  test('ends with the run, however long nothing was sent before that, and has what was dropped', () => {
    const series = seriesOf([
      answered(5, 3),
      { outcome: 'timeout', intendedMs: 12, serviceMs: 1_500 },
      { outcome: 'dropped', intendedMs: 1_900, waitMs: 0 },
      { outcome: 'dropped', intendedMs: 1_990, waitMs: 0 },
    ]);
    const { intervalMs, buckets } = summarizeSeries(series, 'response', null, 2_000);
    expect([intervalMs, buckets.length]).toEqual([100, 20]);
    expect(buckets.map(({ sent }) => sent)).toEqual([2, ...Array<number>(19).fill(0)]);
    expect(buckets.map(({ outstanding }) => outstanding)).toEqual([
      ...Array<number>(15).fill(1),
      ...Array<number>(5).fill(0),
    ]);
    expect(buckets.map(({ dropped }) => dropped ?? 0)).toEqual([...Array<number>(19).fill(0), 2]);
    const idle = summarizeSeries(seriesOf([answered(5, 3)]), 'response', null, 60_000);
    expect([idle.intervalMs, idle.buckets.length]).toEqual([2_000, 30]);
    expect(idle.buckets.at(-1)).toMatchObject({ sent: 0, answered: 0, outstanding: 0, p50: null, max: null });
  });

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
      null,
      10,
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
    const shown = summarizeSeries(series, 'service', null, 0);
    expect(shown.intervalMs).toBe(intervalMs);
    expect(shown.buckets.length).toBeGreaterThanOrEqual(10);
    expect(shown.buckets.length).toBeLessThanOrEqual(600);
  });
});

test('streams over time: first tokens by when they were due, tokens and gaps by when they came', () => {
  const course = new StreamCourseRecorder();
  // Two answers: one due at once with a token every 50 ms from 150 ms on, one due at 10 s with all of it in one read.
  course.addFirst(0, 150);
  for (const atMs of [150, 200, 250, 300]) course.addTokens(atMs, 1.5);
  for (const atMs of [200, 250, 300]) course.addGap(atMs, 50);
  course.addFirst(10_000, 900);
  course.addGap(10_900, 0);
  course.addTokens(10_900, 6);
  const streams = new StreamSeries();
  streams.fold(structuredClone(course.take()));
  expect(course.take().tokens.counts).toHaveLength(0);
  const again = new StreamSeries();
  again.fold(streams.portable);
  const series = seriesOf(
    [0, 10_000].flatMap((atMs) => Array.from({ length: 100 }, () => answered(8, atMs))),
  );
  for (const one of [streams, again]) {
    const { intervalMs, buckets } = summarizeSeries(series, 'service', one, 0);
    expect([intervalMs, buckets.length]).toEqual([200, 51]);
    const close = (valueMs: number): unknown => expect.closeTo(valueMs, -Math.log10(valueMs * 0.016));
    expect(buckets[0]).toMatchObject({
      tokens: 1.5,
      ttft: { max: close(150) },
      gap: { p50: null },
    });
    expect(buckets[1]).toMatchObject({
      tokens: 4.5,
      gap: { p50: close(50) },
      ttft: { p50: null, max: null },
    });
    expect(buckets[50]).toMatchObject({ tokens: 0, ttft: { max: close(900) } });
    expect(one.between(10_800, 11_000).tokens).toBe(6);
  }
  // Ten times as long: intervals are merged, and nothing is lost.
  course.addTokens(500_000, 3);
  streams.fold(course.take());
  expect(streams.intervalMs).toBe(1_000);
  expect(streams.between(0, 501_000).tokens).toBe(15);
  expect(summarizeSeries(series, 'service', null, 0).buckets[0]).not.toHaveProperty('tokens');
});

test('an interval says how many requests were cancelled or dropped, if any were', () => {
  const series = new Series();
  series.add(0, OUTCOME.ok);
  for (let request = 0; request < 2; request++) series.add(20, OUTCOME.cancelled);
  series.addDropped(20);
  const { buckets } = summarizeSeries(series, 'service', null, 0);
  const [without, between, some] = buckets;
  for (const name of ['cancelled', 'dropped']) {
    expect(without).not.toHaveProperty(name);
    expect(between).not.toHaveProperty(name);
  }
  expect(some).toMatchObject({ cancelled: 2, dropped: 1 });
});
