import { expect, test } from '@jest/globals';
import {
  type Experiment,
  type Judged,
  modesExperiment,
  targetsExperiment,
  tooFewRounds,
} from '../../src/main/compare/experiment.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';

const URL_TEXT = 'http://127.0.0.1:9/';
const JUDGED: Judged = { rounds: 8, fewestRounds: 6, margin: 0.03, metric: 'p50' };

/** What stands in the plan of each arm. */
function loadsOf({ arms }: Experiment) {
  return arms.map(({ plan: { stop, warmupMs, load } }) => ({
    ...{ durationMs: stop.durationMs, requests: stop.requests, warmupMs, model: load.model },
  }));
}

const targets = (a: RunOptions, b: RunOptions = a): Promise<Experiment> =>
  targetsExperiment({ url: URL_TEXT, ...a }, { url: URL_TEXT, ...b }, ['one', 'two'], JUDGED, []);
const modes = (options: RunOptions, asked: number[] = []): Promise<Experiment> =>
  modesExperiment({ url: URL_TEXT, ...options }, [], (comparisons) => {
    asked.push(comparisons);
    return JUDGED;
  });

test('rounds are short, unless something else is said', async () => {
  const closed = { model: 'closed', requests: null } as const;
  expect(loadsOf(await targets({}, { duration: '3s', warmup: '1s' }))).toEqual([
    { ...closed, durationMs: 2_000, warmupMs: 500 },
    { ...closed, durationMs: 3_000, warmupMs: 1_000 },
  ]);
  const [byNumber, byStages] = loadsOf(await targets({ requests: 7 }, { stages: '4s:10' }));
  expect(byNumber).toEqual({ ...closed, requests: 7, durationMs: null, warmupMs: 500 });
  expect(byStages).toMatchObject({ model: 'open', durationMs: 4_000 });
  for (const load of loadsOf(await modes({})))
    expect(load).toMatchObject({ durationMs: 2_000, warmupMs: 500 });
});

test('random values are the same on both sides, and each side says where it goes', async () => {
  const { kind, arms, notes } = await targets({ url: `${URL_TEXT}{{random 1 1000}}` });
  expect([kind, arms.map(({ name }) => name)]).toEqual(['compare', ['A', 'B']]);
  const [a, b] = arms.map(({ plan }) => plan.seed);
  expect(a).toEqual(expect.any(Number));
  expect(b).toBe(a);
  expect(notes).toEqual([
    { code: 'arm-is', figures: { arm: 'A', source: 'one' } },
    { code: 'arm-is', figures: { arm: 'B', source: 'two' } },
  ]);
});

test('every mode has the same load, the first of them one request at a time', async () => {
  const asked: number[] = [];
  const { arms } = await modes({ workers: '1, 2', concurrency: 6, h2c: true, streams: 3 }, asked);
  expect(asked).toEqual([5]);
  expect(
    arms.map(({ name, plan }) => [name, plan.mode, plan.workers, plan.concurrency, plan.streams]),
  ).toEqual([
    ['sequential', 'inline', 1, 1, 1],
    ['inline', 'inline', 1, 6, 3],
    ['threads ×1', 'threads', 1, 6, 3],
    ['threads ×2', 'threads', 2, 6, 3],
    ['processes ×1', 'processes', 1, 6, 3],
    ['processes ×2', 'processes', 2, 6, 3],
  ]);
});

test.each<RunOptions>([{ rate: 50 }, { every: '20ms' }, { stages: '1s:50' }])(
  'of %j, one request at a time has one in flight',
  async (load) => {
    const { arms } = await modes({ ...load, workers: 1, maxInFlight: 70 });
    expect(
      arms.map(({ name, plan }) => [name, plan.load.model === 'open' ? plan.load.maxInFlight : null]),
    ).toEqual([
      ['sequential', 1],
      ['inline', 70],
      ['threads', 70],
      ['processes', 70],
    ]);
  },
);

test('a number of workers that is named twice is refused with all that is wrong besides', async () => {
  const refused = (workers: string): Promise<unknown> =>
    modes({ workers, rate: 'x' }).catch((error: { problems: object[] }) => error.problems.map(String));
  expect(await refused('2,1,2')).toEqual(
    expect.arrayContaining([
      expect.stringContaining("workers '2,1,2' has 2 more than once: give each number once."),
      expect.stringContaining("rate 'x'"),
    ]),
  );
  expect(String(await refused('x,x'))).not.toContain('more than once');
  await expect(modes({ workers: '1,2' })).resolves.toMatchObject({ kind: 'modes' });
});

test('rounds that are too few to tell are said so, but not those of one run', async () => {
  const few = { ...(await modes({ workers: 1 })), judged: { ...JUDGED, rounds: 5 } };
  expect(tooFewRounds(few)).toEqual([
    { code: 'rounds-cannot-decide', figures: { rounds: 5, fewestRounds: 6, arms: 4 } },
  ]);
  expect(tooFewRounds({ ...few, judged: { ...JUDGED, rounds: 6 } })).toEqual([]);
  expect(tooFewRounds({ ...few, kind: 'repeat' })).toEqual([]);
});

test('without any round there is nothing to compare', async () => {
  const { pair, conclude } = await targets({});
  expect([pair([]), conclude([])]).toEqual([[], []]);
});
