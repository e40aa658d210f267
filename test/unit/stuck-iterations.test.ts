import { expect, test } from '@jest/globals';
import { ScenarioTally } from '../../src/main/collect/scenario-tally.ts';
import { judgedIterations } from '../../src/main/summary/stuck-iterations.ts';
import { ITERATION_OUTCOME } from '../../src/protocol/scenario.ts';
import type { ScenarioRecords } from '../../src/protocol/scenario-records.ts';

const NAMES = ['slow', 'quick', 'new'];
const SCENARIOS = NAMES.map((name) => ({
  ...{ name, deal: null, rowCount: 0 },
  ...{ newConnection: false, hasCookies: true, keepsCookies: false },
}));

/** Good iterations of a scenario by how long they took, and interrupted ones by how long their own code had taken. */
function recordsOf(
  scenario: number,
  goodMs: readonly number[],
  ownMs: readonly number[],
  intendedMs = 0,
): ScenarioRecords {
  const { completed, interrupted } = ITERATION_OUTCOME;
  const count = goodMs.length + ownMs.length;
  return {
    iterations: {
      count,
      scenario: new Uint16Array(count).fill(scenario),
      outcome: Uint8Array.from([...goodMs.map(() => completed), ...ownMs.map(() => interrupted)]),
      intendedMs: new Float64Array(count).fill(intendedMs),
      startLagMs: new Float64Array(count),
      durationMs: Float64Array.from([...goodMs, ...ownMs]),
      thinkMs: new Float64Array(count),
    },
    stuck: ownMs.map((ms) => ({ scenario, ms, after: 'GET /a' })),
    ...{ errors: [], values: [], counts: [], users: [] },
  };
}

function tallyOf(records: readonly ScenarioRecords[]): ScenarioTally {
  const tally = new ScenarioTally({ scenarios: SCENARIOS, metrics: {} }, 1);
  for (const one of records) tally.take(0, one);
  return tally;
}

const countsOf = (tally: ScenarioTally): number[][] =>
  tally.scenarios.map((one) => {
    const { failed, interrupted, errors } = judgedIterations(one, tally.longestIterationMs);
    expect(errors.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
    return [failed, interrupted];
  });

test('what is stuck is told by the good ones of its scenario, or of the run where it has none', () => {
  const slow = recordsOf(0, [300, 5_000], [1_500, 9_999, 10_000]);
  const quick = recordsOf(1, [3], [1_500, 9_999]);
  const fresh = recordsOf(2, [], [1_500, 10_001]);
  const tally = tallyOf([slow, quick, fresh]);
  expect(countsOf(tally)).toEqual([
    [1, 2],
    [2, 0],
    [1, 1],
  ]);
  const { errors } = judgedIterations(tally.scenarios[0]!, tally.longestIterationMs);
  expect(errors).toEqual([
    {
      ...{ kind: 'script', code: 'stuck', count: 1 },
      example:
        'after GET /a its own code neither sent a request nor slept for more than a second, ' +
        'and for much longer than a whole good iteration took (5000 ms at most)',
    },
  ]);
  // Good ones of the warm-up tell it as well, and what was due then is in no count.
  const early = tallyOf([recordsOf(0, [5_000], [], -1), recordsOf(0, [300], [1_500])]);
  expect(countsOf(early)[0]).toEqual([0, 1]);
  // Without any, nothing tells.
  expect(countsOf(tallyOf([fresh]))[2]).toEqual([0, 2]);
});

test('it is the same over agents, and of each of them', () => {
  const parts = [tallyOf([recordsOf(0, [300], [1_500])]), tallyOf([recordsOf(0, [5_000], [10_000])])];
  const total = new ScenarioTally({ scenarios: SCENARIOS, metrics: {} }, 2);
  for (const [worker, part] of parts.entries()) total.addPortable(structuredClone(part.portable), [worker]);
  expect(countsOf(total)[0]).toEqual([1, 1]);
  expect(countsOf(parts[0]!)[0]).toEqual([1, 0]);
  for (const part of parts) part.judgeBy(total);
  expect(parts.map((part) => countsOf(part)[0])).toEqual([
    [0, 1],
    [1, 0],
  ]);
});
