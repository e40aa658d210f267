import { describe, expect, test } from '@jest/globals';
import { Backlog } from '../../src/main/collect/backlog.ts';
import { portableRecords } from '../../src/main/collect/portable.ts';
import { RequestTally } from '../../src/main/collect/request-tally.ts';
import { Series } from '../../src/main/collect/series.ts';
import { StartRecord } from '../../src/main/collect/start-record.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { createRandom } from '../../src/metrics/random.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { answered, blockOf, recordsOf, type Sample } from '../support/samples.ts';

function tallyOf(
  samples: readonly Sample[],
  endMs = Number.POSITIVE_INFINITY,
): { tally: Tally; series: Series } {
  const tally = new Tally();
  const series = new Series();
  tally.fold(blockOf(samples), recordsOf({ series, windowEndMs: endMs }));
  return { tally, series };
}

describe('folding a block', () => {
  test('a request belongs to the window by its intended start', () => {
    const { tally } = tallyOf([answered(5, -3), answered(5, 0), answered(5, 999)], 1_000);
    expect(tally.samples).toBe(3);
    expect(tally.ok).toBe(2);
    expect(tally.latencies.service.moments.count).toBe(2);
  });

  test('throughput counts what ended within the window, whenever it began', () => {
    const { tally } = tallyOf(
      [answered(5, -3), answered(2, -3), answered(500, 999), answered(1, 999)],
      1_000,
    );
    expect(tally.okInWindow + tally.warmupEndsMs.length).toBe(2);
    expect(tally.warmupEndsMs).toEqual([2]);
  });

  test('the rate counts what was sent within the window, whenever it was due', () => {
    const late = { ...answered(5, 990), waitMs: 20 };
    const early = { ...answered(5, -10), waitMs: 20 };
    const { tally } = tallyOf([late, early, answered(5, 10)], 1_000);
    expect(tally.sentInWindow).toBe(2);
  });

  test('response is lag and wait and service', () => {
    const { tally } = tallyOf([{ ...answered(7), startLagMs: 1, waitMs: 2 }]);
    expect(tally.latencies.response.moments.mean).toBe(10);
    expect(tally.latencies.startLag.moments.mean).toBe(1);
    expect(tally.latencies.wait.moments.mean).toBe(2);
    expect(tally.latencies.service.moments.mean).toBe(7);
    expect(tally.latencies.firstByte.moments.mean).toBe(3.5);
    expect(tally.lastEndMs).toBe(10);
  });

  test('a timeout is a lower bound of what it had reached, and of nothing that it had not', () => {
    const { tally } = tallyOf([
      { outcome: 'timeout', waitMs: 100 },
      { outcome: 'timeout', waitMs: 1, serviceMs: 99 },
      { outcome: 'timeout', waitMs: 1, serviceMs: 99, firstByteMs: 5 },
    ]);
    const { response, service, wait, firstByte } = tally.latencies;
    expect([response.moments.count, response.bounds.count]).toEqual([3, 3]);
    expect([wait.moments.count, wait.bounds.count]).toEqual([3, 1]);
    expect([service.moments.count, service.bounds.count]).toEqual([2, 2]);
    expect([firstByte.moments.count, firstByte.bounds.count]).toEqual([2, 1]);
    expect(tally.failed).toBe(3);
  });

  test('a refused, reset or garbled request has no latency', () => {
    const { tally, series } = tallyOf([
      { outcome: 'connect' },
      { outcome: 'reset', serviceMs: 4 },
      { outcome: 'protocol', serviceMs: 4 },
    ]);
    expect(tally.failed).toBe(3);
    for (const latency of Object.values(tally.latencies)) expect(latency.moments.count).toBe(0);
    expect(series.buckets()).toMatchObject([{ sent: 3, ok: 0, failed: 3 }]);
  });

  test('a response of an error status has latencies and fails', () => {
    const { tally } = tallyOf([{ ...answered(3), status: 503, outcome: 'status' }]);
    expect(tally.statuses).toEqual(new Map([[503, 1]]));
    expect(tally.failed).toBe(1);
    expect(tally.latencies.service.moments.count).toBe(1);
  });

  test('unfinished was sent and dropped was not; neither failed', () => {
    const { tally, series } = tallyOf([
      { outcome: 'unfinished', serviceMs: 9 },
      { outcome: 'dropped', waitMs: 9 },
    ]);
    expect([tally.released, tally.sent, tally.unfinished, tally.dropped, tally.failed]).toEqual([
      2, 1, 1, 1, 0,
    ]);
    expect(tally.outcomes[OUTCOME.dropped]).toBe(1);
    expect(series.buckets()).toMatchObject([{ sent: 1 }]);
  });

  test('errors of the same kind and code add up, and the first example stays', () => {
    const tally = new Tally();
    const reset = { kind: 'reset' as const, firstAtMs: 20, lastAtMs: 30 };
    tally.foldErrors([{ ...reset, code: 'A', count: 2, example: 'first' }]);
    tally.foldErrors([
      { ...reset, code: 'A', count: 3, example: 'second', firstAtMs: 10, lastAtMs: 25 },
      { ...reset, code: 'B', count: 1, example: 'other' },
    ]);
    expect([...tally.errors.values()]).toEqual([
      { ...reset, code: 'A', count: 5, example: 'first', varies: true, firstAtMs: 10 },
      { ...reset, code: 'B', count: 1, example: 'other' },
    ]);
  });
});

describe('a block whose rows all ended well is added by columns', () => {
  /** More than 6 s, so that intervals grow; the last of a block may be due before the first of it. */
  const rows = ((): Sample[] => {
    const random = createRandom(7, 0);
    return Array.from({ length: 9_000 }, (_, row): Sample => {
      const serviceMs = 0.5 + 40 * random() ** 4;
      return {
        intendedMs: Math.max(0, row - 30 * random()),
        startLagMs: row % 3 === 0 ? 0 : random(),
        waitMs: row % 5 === 0 ? 2 * random() : 0,
        serviceMs,
        firstByteMs: serviceMs * random(),
        status: row % 700 < 20 ? 204 : 200,
        outcome: 'ok',
      };
    });
  })();

  const everyThousandth = (change: Sample): Sample[] =>
    rows.map((row, index) => (index % 1_000 === 300 ? { ...row, ...change } : row));

  test.each<[string, Sample[], 'service' | 'response']>([
    ['all of them', rows, 'service'],
    ['by when they were due', rows, 'response'],
    ['one failed', everyThousandth({ outcome: 'status', status: 503 }), 'service'],
    ['one was cut', everyThousandth({ outcome: 'truncated', firstByteMs: Number.NaN }), 'response'],
    ['one was due in the warm-up', everyThousandth({ intendedMs: -3 }), 'service'],
    ['one was due too late', everyThousandth({ intendedMs: 8_900 }), 'response'],
  ])('to the same as row by row: %s', (_, samples, headline) => {
    const fold = (size: number): unknown => {
      const tally = new Tally();
      const records = recordsOf({
        headline,
        windowEndMs: 8_000,
        backlog: new Backlog(8_000),
        start: new StartRecord(),
        lastIntendedMs: 8_800,
      });
      for (let at = 0; at < samples.length; at += size)
        tally.fold(blockOf(samples.slice(at, at + size)), records);
      return rounded(portableRecords([tally], records));
    };
    expect(fold(1_000)).toEqual(fold(1));
  });
});

/** Sums and means differ in the last digits by how they were added up. */
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(9));
  if (value instanceof Map) return new Map([...value].sort());
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

test('however many requests of a mix are all good, each is in the records of its own', () => {
  const mix = [new RequestTally(), new RequestTally()];
  const samples = Array.from({ length: 300 }, (_, index) => ({
    ...answered(index % 3 === 0 ? 7 : 2, index),
    request: index % 3 === 0 ? 1 : 0,
  }));
  new Tally().fold(blockOf(samples), recordsOf({ mix }));
  expect(mix.map(({ ok, latency: { moments } }) => [ok, moments.count, moments.min, moments.max])).toEqual([
    [200, 200, 2, 2],
    [100, 100, 7, 7],
  ]);
});
