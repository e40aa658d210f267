import { expect, test } from '@jest/globals';
import { readLoad } from '../../src/main/plan/scenarios/user-load.ts';

function problemsOf(load: object): string[] {
  const problems: string[] = [];
  readLoad('load', load, 10, problems);
  return problems;
}

test('a misspelt executor is all that is told: its fields are those of another one', () => {
  expect(problemsOf({ executor: 'shared-iteration', vus: 2, iterations: 4, gracefulStop: '1s' })).toEqual([
    expect.stringMatching(/^load\.executor 'shared-iteration': .*shared-iterations/),
  ]);
});

test('nor is a value that is wrong in any case left out', () => {
  expect(problemsOf({ executor: 'shared-iteration', vus: 0, iterations: 4 })).toEqual([
    expect.stringMatching(/^load\.executor 'shared-iteration': /),
    expect.stringMatching(/^load\.vus '0': /),
  ]);
});

test('of a known one all its fields are told', () => {
  expect(problemsOf({ executor: 'shared-iterations', vus: 0, duration: '1s' })).toEqual([
    expect.stringMatching(/^load\.duration: there is no such field/),
    expect.stringMatching(/^load\.vus '0': /),
    expect.stringMatching(/^load\.iterations: /),
  ]);
});
