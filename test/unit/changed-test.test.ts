import { describe, expect, test } from '@jest/globals';
import { changedTest } from '../../src/main/plan/scenarios/changed-test.ts';
import type { Executor, TestDefinition } from '../../src/protocol/test-definition.ts';

const exec = (): void => {};
const testOf = (load: unknown): TestDefinition => ({
  scenarios: { shop: { load: load as Executor, exec, keepCookies: true } },
});
const problemOf = (change: () => unknown): string => {
  try {
    change();
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

const users = { executor: 'constant-vus', vus: 20, duration: '30s', gracefulStop: '2s', startTime: '1s' };
const common = { gracefulStop: '2s', startTime: '1s' };
const ramp = {
  executor: 'ramping-vus',
  stages: [{ duration: '5s', target: 9 }],
  gracefulRampDown: 1,
  ...common,
};
const each = { executor: 'per-vu-iterations', vus: 2, iterations: 3, ...common };
const shared = { ...each, executor: 'shared-iterations' };
const arriving = { executor: 'constant-arrival-rate', rate: 5, duration: '9s', maxVUs: 7, ...common };
const climbing = { executor: 'ramping-arrival-rate', startRate: 1, stages: [], maxVUs: 7, ...common };

describe('a load in another size', () => {
  test.each([
    ['nothing is said', users, {}, users],
    ['users', users, { vus: '3' }, { ...users, vus: 3 }],
    ['users and duration', users, { vus: '1k', duration: '2m' }, { ...users, vus: 1_000, duration: 120_000 }],
    [
      'iterations of users',
      users,
      { iterations: '7' },
      { ...shared, vus: 20, iterations: 7, maxDuration: '30s' },
    ],
    [
      'all of users',
      users,
      { iterations: '7', vus: '2', duration: '10' },
      { ...shared, vus: 2, iterations: 7, maxDuration: 10_000 },
    ],
    [
      'a ramp that becomes a level',
      ramp,
      { vus: '3', duration: '1s' },
      { executor: 'constant-vus', vus: 3, duration: 1_000, ...common },
    ],
    ['iterations of a ramp', ramp, { vus: '3', iterations: '9' }, { ...shared, vus: 3, iterations: 9 }],
    ['iterations of each', each, { iterations: '9' }, { ...each, iterations: 9 }],
    ['iterations of all', shared, { vus: '9', duration: '1s' }, { ...shared, vus: 9, maxDuration: 1_000 }],
    ['a rate', arriving, { rate: '30/m' }, { ...arriving, rate: 30, timeUnit: 60_000 }],
    ['a fraction of a rate', arriving, { rate: '0.5' }, { ...arriving, rate: 5, timeUnit: 10_000 }],
    ['a duration of arrivals', arriving, { duration: '1s' }, { ...arriving, duration: 1_000 }],
    [
      'a rate and a duration',
      climbing,
      { rate: '8', duration: '1s' },
      { ...arriving, rate: 8, timeUnit: 1_000, duration: 1_000 },
    ],
    [
      'stages of a ramp',
      { ...ramp, startVUs: 4 },
      { stages: '5s:0..10, 1m:10,2s:3..0' },
      {
        ...ramp,
        startVUs: 0,
        stages: [
          { duration: 5_000, target: 10 },
          { duration: 60_000, target: 10 },
          { duration: 0, target: 3 },
          { duration: 2_000, target: 0 },
        ],
      },
    ],
    [
      'stages of a constant number of users',
      users,
      { stages: '1s:7' },
      { executor: 'ramping-vus', startVUs: 7, stages: [{ duration: 1_000, target: 7 }], ...common },
    ],
    [
      'stages of arrivals',
      arriving,
      { stages: '1s:30/m..2,1s:0.5' },
      {
        executor: 'ramping-arrival-rate',
        ...{ maxVUs: 7, ...common, startRate: 30, timeUnit: 60_000 },
        stages: [
          { duration: 1_000, target: 120 },
          { duration: 0, target: 30 },
          { duration: 1_000, target: 30 },
        ],
      },
    ],
  ])('%s', (_, load, typed, wanted) => {
    const changed = changedTest(testOf(load), typed);
    expect(changed).toEqual({ scenarios: { shop: { load: wanted, exec, keepCookies: true } } });
    const inAll = changedTest({ load: load as Executor, scenarios: { a: { exec }, b: { exec } } }, typed);
    expect(inAll).toEqual({ load: wanted, scenarios: { a: { exec }, b: { exec } } });
  });

  test.each([
    [users, { rate: '5' }, /^--rate '5': in constant-vus each user .*give --vus/],
    [shared, { rate: '5', vus: '1' }, /^--rate '5': in shared-iterations/],
    [ramp, { vus: '5' }, /^--vus '5': the number of users changes in ramping-vus: add --duration/],
    [ramp, { duration: '5s' }, /^--duration '5s': the stages of ramping-vus .*add --vus/],
    [ramp, { iterations: '5' }, /^--iterations '5': .*give --vus, the number/],
    [
      arriving,
      { vus: '5' },
      /^--vus '5': users of constant-arrival-rate come .*give --rate, or write maxVUs/,
    ],
    [climbing, { iterations: '5' }, /^--iterations '5': .*give --rate and --duration/],
    [climbing, { rate: '5' }, /^--rate '5': .*add --duration/],
    [climbing, { duration: '5s' }, /^--duration '5s': .*add --rate/],
    [
      users,
      { stages: '1s:2.5' },
      /^--stages '1s:2.5': in constant-vus the numbers are users: give whole ones/,
    ],
    [ramp, { stages: '1s:60/m' }, /^--stages '1s:60\/m': in ramping-vus the numbers are users/],
    [
      each,
      { stages: '1s:2' },
      /^--stages '1s:2': per-vu-iterations ends with its iterations.*write ramping-vus/,
    ],
    [ramp, { stages: '1s:2,x' }, /^--stages 'x': give time:number or time:number\.\.number, such as 10s:100/],
    [ramp, { stages: '1s:0' }, /^--stages '1s:0': nothing is ever started/],
    [
      ramp,
      { stages: '1s:2', vus: '3', duration: '1s' },
      /^--vus '3' with --stages: the stages say .*leave it out.*--duration '1s' with --stages/s,
    ],
    [users, { vus: '0' }, /^--vus '0': give a whole number from 1 to 1,000,000\.$/],
    [
      users,
      { vus: 'x', iterations: '-1', duration: '0', rate: 'no' },
      /--vus 'x'.*--iterations '-1'.*--duration '0'.*--rate 'no'/s,
    ],
  ])('%j with %j', (load, typed, sentence) => {
    expect(problemOf(() => changedTest(testOf(load), typed))).toMatch(sentence);
  });
});

describe('one scenario of several', () => {
  const several: TestDefinition = {
    load: users as Executor,
    thresholds: ['p95(iteration){own}<1s', 'iteration-errors{shared}<1%', 'checks{own}>=99%', 'p95{own}<1s'],
    scenarios: { shared: { exec, weight: 3 }, own: { exec, load: arriving as Executor } },
  };

  test('takes its load and the rules that are not about the others by name', () => {
    const { load, thresholds, scenarios } = changedTest(several, { only: 'shared', vus: '2' });
    expect([load, Object.keys(scenarios)]).toEqual([{ ...users, vus: 2 }, ['shared']]);
    expect(thresholds).toEqual(['iteration-errors{shared}<1%', 'checks{own}>=99%', 'p95{own}<1s']);

    const own = changedTest(several, { only: 'own', rate: '9' });
    expect(own).toEqual({
      thresholds: ['p95(iteration){own}<1s', 'checks{own}>=99%', 'p95{own}<1s'],
      scenarios: { own: { exec, load: { ...arriving, rate: 9, timeUnit: 1_000 } } },
    });
  });

  test('has to be there, and to be said where several have loads', () => {
    expect(problemOf(() => changedTest(several, { only: 'owm' }))).toMatch(
      /^--only 'owm': .*did you mean own\?$/,
    );
    expect(problemOf(() => changedTest(several, { vus: '2' }))).toMatch(
      /^--vus '2': .*choose one, as in --only 'own'/,
    );
    // A scenario that nobody has called so, whatever objects have.
    expect(problemOf(() => changedTest(several, { only: 'toString' }))).toMatch(/there is no such scenario/);
  });
});
