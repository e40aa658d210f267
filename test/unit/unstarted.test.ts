import { expect, test } from '@jest/globals';
import type { CollectedWorker } from '../../src/main/collect/collected.ts';
import type { IterationTally } from '../../src/main/collect/scenario-tally.ts';
import { type Ending, notStartedIn } from '../../src/main/summary/unstarted.ts';

const LOADS = [
  { type: 'iterations', executor: 'shared-iterations', users: 2, iterations: 40 },
  {
    ...{
      type: 'arrivals',
      executor: 'constant-arrival-rate',
      durationMs: 1_000,
      arrivals: 'constant',
      maxUsers: 9,
    },
    stages: [
      { from: { requests: 20, periodMs: 1_000 }, to: { requests: 20, periodMs: 1_000 }, durationMs: 1_000 },
    ],
  },
  { type: 'users', executor: 'constant-vus' },
  { type: 'iterations', executor: 'shared-iterations', users: 2, iterations: 40 },
];
// The second part of the first load, and rows that are used up, of which no number is planned.
const PARTS = [
  [
    { scenario: 0, weight: 3 },
    { scenario: 4, weight: 1 },
  ],
  ...[1, 2, 3].map((scenario) => [{ scenario, weight: 1 }]),
];

/** What is told by each of two workers; null by one that was lost, in place of which its agent's loss may tell it. */
function ending(told: readonly (readonly number[] | null)[], more: Partial<Ending> = {}): Ending {
  const plan = {
    scenarios: {
      scenarios: [null, null, null, 'once', null].map((deal) => ({ deal })),
      pools: LOADS.map((load, index) => ({ load, parts: PARTS[index] })),
    },
  };
  const workers = told.map((notStarted, index) => ({
    shard: { index, workers: told.length, seed: 1 },
    report: notStarted === null ? null : { scenarios: { notStarted } },
  }));
  return { plan, workers, ...more } as unknown as Ending;
}

const started = [10, 11, 12, 13, 2].map((count, index) => ({
  started: count,
  dropped: index === 1 ? 4 : 0,
})) as unknown as readonly IterationTally[];

test.each([
  ['nobody yet', ending([]), [0, 0, 0, 0, 0]],
  [
    'all workers',
    ending([
      [1, 2, 0, 4, 0],
      [5, 0, 0, 1, 1],
    ]),
    [6, 2, 0, 5, 1],
  ],
  ['one of two, and the plan', ending([null, [5, 0, 0, 1, 1]]), [20, 5, 0, 1, 8]],
  [
    'one of two, and what a stop leaves of the plan',
    ending([null, [5, 0, 0, 1, 1]], { stoppedAtMs: 300 }),
    [20, 0, 0, 1, 8],
  ],
])('what did not start is told by %s', (_, told, expected) => {
  expect(notStartedIn(told, started)).toEqual(expected);
});

test('what is lost with an agent is told with that, of all its workers', () => {
  const { plan, workers } = ending([null, null]);
  const lost = [
    [7, 1, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ];
  const known = workers.map((worker, at): CollectedWorker => ({ ...worker, lostIterations: lost[at]! }));
  expect(notStartedIn({ plan, workers: known }, started)).toEqual([7, 1, 0, 0, 0]);
});
