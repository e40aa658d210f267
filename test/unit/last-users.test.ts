import { afterEach, expect, jest, test } from '@jest/globals';
import { tellOfLastUsers } from '../../src/main/cli/last-users.ts';
import { ScenarioTally } from '../../src/main/collect/scenario-tally.ts';
import { Snapshot } from '../../src/main/collect/snapshot.ts';
import type { UserLoad, UserPool } from '../../src/protocol/scenario.ts';
import { recordsOf } from '../support/samples.ts';

const SHOP = {
  ...{ name: 'shop', deal: null, rowCount: 0 },
  ...{ newConnection: false, hasCookies: true, keepsCookies: false },
};
const BUDGET: UserLoad = {
  ...{ type: 'iterations', executor: 'per-vu-iterations', users: 3, iterations: 2 },
  ...{ startMs: 0, maxDurationMs: 60_000, gracefulStopMs: 30_000 },
};
const OVER_TIME: UserLoad = {
  ...{ type: 'users', executor: 'constant-vus', startUsers: 3, stages: [{ durationMs: 10_000, target: 3 }] },
  ...{ startMs: 500, gracefulStopMs: 5_000, gracefulRampDownMs: 0 },
};

afterEach(() => void jest.useRealTimers());

/** What is told of a run whose load is looked at for a minute. */
function toldOf(
  load: UserLoad,
  at: (ms: number) => { readonly users: number; readonly ended: number },
): string[] {
  jest.useFakeTimers();
  const pools: UserPool[] = [{ load, firstId: 1, parts: [{ scenario: 0, weight: 1 }] }];
  let atMs = 0;
  const snapshot = (): Snapshot => {
    const scenarios = new ScenarioTally({ scenarios: [SHOP], metrics: {} }, 1);
    const { users, ended } = at(atMs);
    scenarios.users[0]!.push({ atMs, users });
    scenarios.scenarios[0]!.outcomes[0] = ended;
    return new Snapshot([], recordsOf({ scenarios }), atMs);
  };
  const told: string[] = [];
  const end = tellOfLastUsers({ snapshot }, { pools }, (sentence) => told.push(`${atMs}: ${sentence}`));
  for (atMs = 1_000; atMs <= 60_000; atMs += 1_000) jest.advanceTimersByTime(1_000);
  end();
  return told;
}

test.each<[string, UserLoad, Parameters<typeof toldOf>[1], string[]]>([
  [
    'teardowns after all iterations',
    BUDGET,
    (ms) => ({ users: 2, ended: ms < 20_000 ? 5 : 6 }),
    [
      '21000: no iteration is left; waiting for the vuSetup or vuTeardown of 2 users: they are interrupted in 69.0 s, when maxDuration and gracefulStop are over.',
    ],
  ],
  [
    'iterations or teardowns after the duration',
    OVER_TIME,
    () => ({ users: 1, ended: 40 }),
    [
      '12000: no iteration starts any more; waiting for what 1 user still does: it is interrupted in 3.50 s, when gracefulStop is over.',
    ],
  ],
  ['nobody: all have left', OVER_TIME, (ms) => ({ users: ms < 11_000 ? 3 : 0, ended: 40 }), []],
  ['nobody for long', OVER_TIME, (ms) => ({ users: ms < 12_000 ? 3 : 0, ended: 40 }), []],
  ['nobody: iterations still start', BUDGET, () => ({ users: 3, ended: 5 }), []],
])('who waits for %s is told so once', (_, load, at, sentences) => {
  expect(toldOf(load, at)).toEqual(sentences);
});
