import { deserialize, serialize } from 'node:v8';
import { expect, test } from '@jest/globals';
import { Backlog } from '../../src/main/collect/backlog.ts';
import { addRecords, type PortableRecords, portableRecords } from '../../src/main/collect/portable.ts';
import { RequestTally } from '../../src/main/collect/request-tally.ts';
import { Series } from '../../src/main/collect/series.ts';
import { StartRecord } from '../../src/main/collect/start-record.ts';
import { type RunRecords, Tally } from '../../src/main/collect/tally.ts';
import { OUTCOMES } from '../../src/protocol/report.ts';
import { fc } from '../support/properties.ts';
import { expectSame } from '../support/same.ts';
import { blockOf, recordsOf, type Sample } from '../support/samples.ts';

const WINDOW_MS = 20_000;

function emptyRecords(): RunRecords {
  return recordsOf({
    windowEndMs: WINDOW_MS,
    series: new Series(),
    backlog: new Backlog(WINDOW_MS),
    start: new StartRecord(),
    mix: [new RequestTally(), new RequestTally()],
  });
}

function recorded(samples: readonly Sample[]): PortableRecords {
  const [tally, records] = [new Tally(), emptyRecords()];
  tally.fold(blockOf(samples), records);
  for (const { outcome = 'ok', intendedMs = 0 } of samples)
    if (outcome === 'reset')
      tally.foldErrors([
        { kind: 'reset', code: 'X', count: 1, example: 'x', firstAtMs: intendedMs, lastAtMs: intendedMs },
      ]);
  return deserialize(serialize(portableRecords([tally], records))) as PortableRecords;
}

function sumOf(parts: readonly PortableRecords[]): PortableRecords {
  const [tally, records] = [new Tally(), emptyRecords()];
  for (const part of parts) addRecords(tally, records, part, [0]);
  return portableRecords([tally], records);
}

/** As far as it does not depend on the order: moments to rounding, and not which came first. */
function comparable(records: PortableRecords): unknown {
  return JSON.parse(
    JSON.stringify(records, (key, value: unknown) => {
      if (key === 'okBeforeBad' || key === 'later') return undefined;
      if (typeof value === 'number')
        return Number.isFinite(value) ? Number(value.toPrecision(9)) : String(value);
      if (value instanceof Map) return [...value].sort(([a], [b]) => a - b);
      return ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;
    }),
  );
}

const sample: fc.Arbitrary<Sample> = fc.record({
  intendedMs: fc.integer({ min: -1_000, max: WINDOW_MS - 1 }),
  startLagMs: fc.integer({ min: 0, max: 5 }),
  waitMs: fc.integer({ min: 0, max: 50 }),
  serviceMs: fc.integer({ min: 1, max: 3_000 }),
  firstByteMs: fc.constant(1),
  status: fc.constantFrom(200, 503),
  outcome: fc.constantFrom(...OUTCOMES),
  request: fc.integer({ min: 0, max: 1 }),
});

test('what several have recorded, added up in any order, is what one would have recorded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(sample, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      (dealt, isReversed) => {
        const parts = [0, 1, 2, 3].map((part) =>
          recorded(dealt.filter(([, to]) => to === part).map(([one]) => one)),
        );
        const whole = sumOf([recorded(dealt.map(([one]) => one))]);
        const merged = sumOf(isReversed ? parts.reverse() : parts);
        expectSame(comparable(merged), comparable(whole));
      },
    ),
    { numRuns: 25 },
  );
});

test('a series of short intervals joins one of long ones, whichever comes first', () => {
  const short = recorded([{ intendedMs: 5, serviceMs: 3, firstByteMs: 1 }]);
  const long = recorded([{ intendedMs: WINDOW_MS - 1, serviceMs: 3, firstByteMs: 1 }]);
  expect([short.series.intervalMs, long.series.intervalMs]).toEqual([10, 100]);
  for (const parts of [
    [short, long],
    [long, short],
  ]) {
    const { intervalMs, intervals } = sumOf(parts).series;
    expect(intervalMs).toBe(100);
    expect(
      intervals.flatMap((interval, at) => (interval === undefined ? [] : [[at, interval.sent]])),
    ).toEqual([
      [0, 1],
      [199, 1],
    ]);
  }
});
