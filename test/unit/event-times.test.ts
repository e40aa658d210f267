import { expect, test } from '@jest/globals';
import { EventTally, mergeEvents } from '../../src/main/collect/event-tally.ts';
import { summarizeLatency } from '../../src/main/summary/latency-summary.ts';
import { EVENT_TIME_KINDS } from '../../src/protocol/event-times.ts';
import { TimesRecorder } from '../../src/workers/record/times-recorder.ts';
import { fc } from '../support/properties.ts';

const LABELS = ['50', '90'];

test('whatever workers tell, and in however many parts, it is as if one had kept it all', () => {
  const parts = fc.array(fc.array(fc.array(fc.double({ min: 0.001, max: 5_000, noNaN: true }))), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(parts, (workers) => {
      const tallies = workers.map((flushes) => {
        const [times, tally] = [new TimesRecorder(EVENT_TIME_KINDS), new EventTally()];
        for (const values of flushes) {
          for (const value of values) times.add('connect', value);
          for (const block of structuredClone(times.take())) tally.fold(block);
        }
        return tally;
      });
      const all = workers.flat(2).sort((a, b) => a - b);
      const { count, min, max, mean, percentiles, precision } = summarizeLatency(
        mergeEvents(tallies),
        LABELS,
      );
      expect([count, min, max, precision]).toEqual([
        all.length,
        all[0] ?? null,
        all.at(-1) ?? null,
        'histogram',
      ]);
      if (all.length < 10) return;
      expect(mean).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 6);
      for (const label of LABELS) {
        const exact = all[Math.ceil((Number(label) / 100) * all.length) - 1]!;
        expect(Math.abs(percentiles[label]! - exact)).toBeLessThanOrEqual(0.001 * exact);
      }
    }),
    { numRuns: 50 },
  );
});

test('what has been told is not told again, and of what there is nothing, nothing is said', () => {
  const times = new TimesRecorder(EVENT_TIME_KINDS);
  expect(times.take()).toEqual([]);
  times.add('tlsHandshake', 4);
  times.add('tlsHandshake', 4);
  expect(times.take()).toMatchObject([
    { kind: 'tlsHandshake', moments: { count: 2, mean: 4 }, counts: new Float64Array([2]) },
  ]);
  times.add('connect', 1);
  expect(times.take()).toMatchObject([{ kind: 'connect', moments: { count: 1, max: 1 } }]);
});
