import { expect, test } from '@jest/globals';
import { scenarioNotes } from '../../src/main/summary/scenarios-summary.ts';
import type { Discreet } from '../../src/workers/vus/discreet-user.ts';
import { UserParts } from '../../src/workers/vus/user-parts.ts';

const USER = { hiding: () => (text: string) => text } as unknown as Discreet;

test.each([
  ['as long as the slowest that succeeded: it came too late', 100, 150, null],
  ['twice as long: it failed', 100, 200, 1],
  ['at all, where none succeeded: it failed', 0, 1, 1],
])('a setup that is cut off and has taken %s', (_, slowestMs, afterMs, failures) => {
  const parts = new UserParts();
  parts.setupSucceeded(slowestMs);
  parts.setupSucceeded(slowestMs / 2);
  parts.setupCutOff(USER, parts.interruptedSetup(afterMs));
  expect(parts.report.setupFailures?.count ?? null).toBe(failures);
});

test('a stop is to blame for what it cuts off, and not for what had been cut off before', () => {
  const parts = new UserParts();
  const before = parts.interruptedSetup(500);
  parts.stop();
  parts.setupCutOff(USER, parts.interruptedSetup(500));
  expect(parts.report.setupFailures).toBeNull();
  parts.setupCutOff(USER, before);
  expect(parts.report.setupFailures).toEqual({
    count: 1,
    example: expect.stringContaining('it had not ended after 500 ms'),
  });
});

test('users that were cut off are noted for all workers, by scenario and part, unless the run was stopped', () => {
  const [one, other] = [new UserParts(), new UserParts()];
  one.cutOff(1, 'vuTeardown');
  one.cutOff(1, 'vuTeardown');
  one.cutOff(0, 'vuSetup');
  other.cutOff(1, 'vuTeardown');
  other.cutOff(1, 'vuSetup');
  const notes = (interrupted: boolean, stoppedBy: object | null): unknown =>
    scenarioNotes({
      ...{ plan: { scenarios: { scenarios: [{ name: 'a' }, { name: 'b' }] } }, interrupted, stoppedBy },
      workers: [one, other].map(({ report }) => ({
        report: { scenarios: { ...report, idleIterations: 0 } },
      })),
    } as unknown as Parameters<typeof scenarioNotes>[0]);
  expect(notes(false, null)).toEqual([
    { code: 'users-cut', figures: { scenario: 'a', part: 'vuSetup', users: 1 } },
    { code: 'users-cut', figures: { scenario: 'b', part: 'vuSetup', users: 1 } },
    { code: 'users-cut', figures: { scenario: 'b', part: 'vuTeardown', users: 3 } },
  ]);
  expect([notes(true, null), notes(false, {})]).toEqual([[], []]);
});
