import { describe, expect, test } from '@jest/globals';
import { HistogramLogReader } from 'hdr-histogram-js';
import type { Summary } from '../../src/api/index.ts';
import { emptyDistribution } from '../../src/main/collect/merged-distribution.ts';
import { renderHdrLog, renderHgrm } from '../../src/main/reporters/hdr-log.ts';
import { summarizeLatency } from '../../src/main/summary/latency-summary.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { RunningMoments } from '../../src/metrics/moments.ts';
import { summaryWith } from '../support/summary.ts';

/** A result whose service times are these, in milliseconds. */
function resultOf(valuesMs: readonly number[], more: Partial<Summary> = {}): Summary {
  const observed = new Histogram();
  const moments = new RunningMoments();
  for (const valueMs of valuesMs) {
    observed.add(valueMs);
    moments.add(valueMs);
  }
  const latency = (wait: number) =>
    summarizeLatency(
      {
        ...emptyDistribution(),
        ...(wait === 0 ? { observed, moments } : {}),
        observedValues: null,
        boundValues: null,
      },
      ['50', '99'],
    );
  const { latencyMs } = summaryWith();
  return summaryWith({
    latencyMs: { ...latencyMs, service: latency(0), response: latency(0), wait: latency(1) },
    startedAt: '2026-03-01T09:05:00.000Z',
    windowMs: 2_500,
    ...more,
  });
}

/** From 10 µs to 100 s, evenly on a logarithmic scale. */
const SPREAD = Array.from({ length: 70_001 }, (_, index) => 10 ** (index / 10_000 - 2));

describe('a log of HdrHistogram', () => {
  test.each<[string, readonly number[]]>([
    ['over seven powers of ten', SPREAD],
    ['a single value', [3.5]],
    ['values of nanoseconds, and of days', [0.000_001, 0.000_005, 0.002, 4e8, 4e8]],
    [
      'counts beyond a byte, and far apart',
      [...Array<number>(300).fill(1), ...Array<number>(20_000).fill(900)],
    ],
  ])('is read by hdr-histogram-js: %s', (_name, values) => {
    const reader = new HistogramLogReader(renderHdrLog(resultOf(values)));
    const read = reader.nextIntervalHistogram();
    expect(read).not.toBeNull();
    if (read === null) return;
    expect(read.totalCount).toBe(values.length);
    const sorted = [...values].sort((a, b) => a - b);
    for (const percentile of [1, 25, 50, 90, 99, 99.9, 100]) {
      const rank = Math.max(1, Math.ceil((percentile * values.length) / 100 - 1e-9));
      const exactNs = (sorted[rank - 1] ?? 0) * 1e6;
      // Half a cell, and the reader's three digits; single nanoseconds have no fraction.
      expect(Math.abs(read.getValueAtPercentile(percentile) - exactNs)).toBeLessThanOrEqual(
        Math.max(0.009 * exactNs, 1),
      );
    }
    const tags = [];
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
      tags.push((next as { tag?: string }).tag);
    expect(tags).toEqual(['response', 'service']);
  });

  test('is headed by what it is, and says where an older result has no histograms', () => {
    const lines = renderHdrLog(resultOf([1])).split('\n');
    expect(lines.slice(1, 4)).toEqual([
      '#[Histogram log format version 1.3]',
      '#[StartTime: 1772355900.000 (seconds since epoch), Sun, 01 Mar 2026 09:05:00 GMT]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]);
    expect(lines.filter((line) => line.includes('HISTF')).map((line) => line.replace(/HISTF.*/, ''))).toEqual(
      ['0.000,2.500,1.000,', 'Tag=response,0.000,2.500,1.000,', 'Tag=service,0.000,2.500,1.000,'],
    );
    const { tool } = summaryWith();
    const hostile = { ...resultOf([1]), tool: { ...tool, version: '1\u001b[31m' } };
    expect(renderHdrLog(hostile).split('\n')[0]).toBe('#[Logged by volley 1\\x1b[31m]');
    expect(renderHdrLog(summaryWith())).toContain('no histograms');
    expect(renderHgrm(summaryWith())).toContain('no histograms');
  });
});

test('hgrm: percentiles rise to all of them, five lines for each half of what is left', () => {
  const text = renderHgrm(resultOf([...Array<number>(90).fill(1), ...Array<number>(9).fill(20), 300]));
  expect(text).toBe(`       Value     Percentile TotalCount 1/(1-Percentile)

       1.008 0.900000000000         90          10.00
      20.125 0.990000000000         99         100.00
     300.000 1.000000000000        100
#[Mean    =        5.700, StdDeviation   =       30.225]
#[Max     =      300.000, Total count    =          100]
`);
  const rows = renderHgrm(resultOf(SPREAD))
    .split('\n')
    .slice(2, -3)
    .map((line) => line.trim().split(/ +/).map(Number));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.length).toBeLessThan(100);
  for (const [index, [value = 0, share = 0, seen = 0]] of rows.entries()) {
    expect(value).toBeGreaterThan(rows[index - 1]?.[0] ?? 0);
    expect(Math.abs(share - seen / SPREAD.length)).toBeLessThan(1e-9);
  }
  expect(rows.at(-1)?.slice(1, 3)).toEqual([1, SPREAD.length]);
});

test('hgrm: the first line at or above a percentile of the report has its value', () => {
  const uneven = [...Array<number>(43).fill(1), ...Array<number>(8).fill(5), ...Array<number>(49).fill(700)];
  for (const values of [uneven, SPREAD, [3.5]]) {
    const result = resultOf(values);
    const rows = renderHgrm(result)
      .split('\n')
      .slice(2, -3)
      .map((line) => line.trim().split(/ +/).map(Number));
    for (const [label, valueMs] of Object.entries(result.latencyMs.service.percentiles)) {
      if (valueMs === null) continue;
      const [read = 0] = rows.find(([, share = 0]) => share >= Number(label) / 100) ?? [];
      expect(Math.abs(read / valueMs - 1)).toBeLessThan(0.009);
    }
  }
});

test('a run without an answer is not called one of an older version', () => {
  const log = renderHdrLog(resultOf([]));
  expect(log.trimEnd().split('\n').at(-1)).toBe('#[No request has a latency: none was answered]');
  const old = summaryWith();
  expect(renderHdrLog(old)).toContain('saved by an older version');
});
