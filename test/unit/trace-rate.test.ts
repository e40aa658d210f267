import { expect, test } from '@jest/globals';
import { parseOpenLoad } from '../../src/main/plan/load.ts';
import { Problems } from '../../src/main/plan/problems.ts';

/** The stages of a load whose requests come at these times. */
function stagesAt(timesMs: readonly number[]): unknown {
  const load = parseOpenLoad({ trace: 'trace.csv' }, 10, new Problems(), timesMs);
  return load?.stages;
}

test('a trace has the mean rate of its requests, until a mean interval after the last', () => {
  const even = { requests: 5, periodMs: 500 };
  expect(stagesAt([0, 100, 200, 300, 400])).toEqual([{ durationMs: 500, from: even, to: even }]);
  const uneven = { requests: 3, periodMs: 1_500 };
  expect(stagesAt([0, 10, 1_000])).toEqual([{ durationMs: 1_500, from: uneven, to: uneven }]);
});

test('a trace of one request, or of several at once, takes a millisecond', () => {
  const one = { requests: 1, periodMs: 1 };
  expect(stagesAt([0])).toEqual([{ durationMs: 1, from: one, to: one }]);
  const three = { requests: 3, periodMs: 1 };
  expect(stagesAt([0, 0, 0])).toEqual([{ durationMs: 1, from: three, to: three }]);
});
