import { expect, test } from '@jest/globals';
import { ScenarioTally } from '../../src/main/collect/scenario-tally.ts';
import { Snapshot } from '../../src/main/collect/snapshot.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { usersSoFar } from '../../src/main/live/state-parts.ts';
import { summarySoFar } from '../../src/main/live/summary-so-far.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { scenarioRules } from '../../src/main/plan/scenarios/scenario-rules.ts';
import { parseThresholds } from '../../src/main/plan/thresholds.ts';
import { rulesSoFar } from '../../src/main/run/so-far.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { ITERATION_OUTCOME, type ScenarioPlan, type UsersAt } from '../../src/protocol/scenario.ts';
import type { ScenarioRecords } from '../../src/protocol/scenario-records.ts';
import { recordsOf } from '../support/samples.ts';

const SHOP: ScenarioPlan = {
  ...{ name: 'shop', deal: null, rowCount: 0 },
  ...{ newConnection: false, hasCookies: true, keepsCookies: false },
};

/** Iterations that took 10 ms each, by how they ended, and how many users there are. */
function recorded(
  outcomes: readonly (keyof typeof ITERATION_OUTCOME)[],
  users: readonly UsersAt[],
): ScenarioRecords {
  const count = outcomes.length;
  return {
    iterations: {
      count,
      scenario: new Uint16Array(count),
      outcome: Uint8Array.from(outcomes.map((outcome) => ITERATION_OUTCOME[outcome])),
      intendedMs: new Float64Array(count),
      startLagMs: new Float64Array(count),
      durationMs: new Float64Array(count).fill(10),
      thinkMs: new Float64Array(count),
    },
    stuck: [],
    errors: [{ scenario: 0, kind: 'script', code: 'TypeError a.ts:1:1', count: 1, example: 'TypeError' }],
    values: [],
    counts: [{ of: 'check', number: 0, good: 3, bad: 1, interrupted: 0 }],
    users,
  };
}

test('users of a run under way: their line, their rules and their panel say what is known', async () => {
  const rules = [
    'mean(iteration){shop}<20ms',
    'script-errors<=1',
    'checks{ok}>=90%',
    'error-rate{GET /a}<1%',
  ];
  const metrics = {};
  const { own, others } = scenarioRules(rules, { scenarios: [SHOP], metrics }, []);
  const plan: RunPlan = {
    ...(await resolvePlan({ url: 'http://127.0.0.1:9/', concurrency: 2, workers: 2 })),
    thresholds: [...own, ...parseThresholds(others, new Problems())],
    scenarios: {
      ...{
        code: { type: 'module', url: 'file:///shop.ts' } as const,
        file: 'shop.ts',
        base: null,
        scenarios: [SHOP],
        pools: [],
        metrics,
      },
      ...{ hasSetup: false, hasTeardown: false, setupTimeoutMs: 1 },
    },
  };
  const tally = new ScenarioTally({ scenarios: [SHOP], metrics }, 2);
  const name = {
    of: 'request',
    number: 0,
    name: 'GET /a',
    place: { method: 'GET', url: 'http://127.0.0.1:9/a' },
  } as const;
  for (const worker of [0, 1]) {
    tally.takeName(worker, { ...name, of: 'check', name: 'ok', place: null });
    tally.takeName(worker, name);
    tally.takeName(worker, { ...name, number: 1, name: 'GET /only-in-vuSetup' });
  }
  const [request] = tally.requestsOf(1);
  for (const outcome of [OUTCOME.ok, OUTCOME.ok, OUTCOME.ok, OUTCOME.status]) request!.add(outcome, 5);
  tally.take(0, recorded(['completed', 'failed', 'interrupted'], [{ atMs: 0, users: 2 }]));
  tally.take(
    1,
    recorded(
      ['completed', 'failed', 'dropped'],
      [
        { atMs: 0, users: 3 },
        { atMs: 9, users: 1 },
      ],
    ),
  );
  const snapshot = new Snapshot([new Tally(), new Tally()], recordsOf({ scenarios: tally }), 1_000);

  const budget = { type: 'iterations', executor: 'per-vu-iterations', users: 3, iterations: 2 };
  const more = { ...budget, iterations: 3 };
  const over = { type: 'iterations', executor: 'shared-iterations', users: 3, iterations: 6 };
  const open = { type: 'users' };
  const areAtTeardown = (...loads: readonly object[]): boolean =>
    usersSoFar(
      tally,
      loads.map((load) => ({ load }) as Parameters<typeof usersSoFar>[1][number]),
      (text) => text,
    ).areAtTeardown;
  // Six have ended.
  expect([budget, more, over, open].map((load) => areAtTeardown(load))).toEqual([true, false, true, false]);
  expect(areAtTeardown(budget, over)).toBe(false);
  expect(
    usersSoFar(
      tally,
      [{ load: { type: 'users' } }] as unknown as Parameters<typeof usersSoFar>[1],
      (text) => text,
    ),
  ).toEqual({
    ...{
      areAtTeardown: false,
      users: 3,
      completed: 2,
      failed: 2,
      interrupted: 1,
      dropped: 1,
      failedChecks: 2,
    },
    failedGroups: [],
    example: 'script (TypeError a.ts:1:1)',
  });
  expect(
    rulesSoFar(plan, snapshot).map(({ expression, measured, ok }) => [expression, measured, ok]),
  ).toEqual([
    // Two of them are only known to have taken longer.
    ['mean(iteration){shop}<20ms', 10, false],
    ['script-errors<=1', 2, false],
    ['checks{ok}>=90%', 0.75, false],
    ['error-rate{GET /a}<1%', 0.25, false],
  ]);
  const { scenarios, mix } = summarySoFar(plan, snapshot, new Date(0));
  expect(mix.map((row) => [row.name, row.sent])).toEqual([['GET /a', 4]]);
  expect(scenarios).toMatchObject({
    total: { started: 5, completed: 2, failed: 2, interrupted: 1, dropped: 1 },
    checks: [{ name: 'ok', made: 8, passed: 6, failed: 2 }],
    users: { ever: 5, max: 5 },
    code: null,
  });
});
