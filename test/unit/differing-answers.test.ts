import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { comparisonOf } from '../../src/main/compare/comparison.ts';
import { concludeOn, isInDoubt } from '../../src/main/compare/conclusions.ts';
import { differingAnswers } from '../../src/main/compare/differing-answers.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { summaryWith } from '../support/summary.ts';

type Statuses = Readonly<Record<string, number>>;

/** A round with these answers, of which those with the status that is named failed. */
function answered(statuses: Statuses, failing?: string): Summary {
  const count = failing === undefined ? 0 : (statuses[failing] ?? 0);
  const failed = { kind: 'status', code: failing ?? '', count, example: '' } as const;
  return summaryWith({ statuses, errors: count === 0 ? [] : [failed] });
}

describe('whether two were answered alike', () => {
  test.each<[string, Statuses, Statuses, ReturnType<typeof differingAnswers>]>([
    ['the same', { 200: 24 }, { 200: 24 }, null],
    ['another status of the class', { 201: 24 }, { 200: 24 }, null],
    ['redirects instead', { 302: 24 }, { 200: 24 }, { statuses: '3xx', aShare: 1, bShare: 0 }],
    ['one of each', { 302: 1 }, { 200: 1 }, { statuses: '3xx', aShare: 1, bShare: 0 }],
    ['the other way round', { 200: 5 }, { 302: 5 }, { statuses: '2xx', aShare: 1, bShare: 0 }],
    ['by a part', { 200: 950, 302: 50 }, { 200: 1_000 }, { statuses: '3xx', aShare: 0.05, bShare: 0 }],
    ['by a part that may be chance', { 200: 19, 302: 1 }, { 200: 20 }, null],
    ['by a hundredth', { 200: 9_900, 302: 100 }, { 200: 10_000 }, null],
    ['about the same mix', { 200: 500, 304: 500 }, { 200: 540, 304: 460 }, null],
    ['nothing on one side', {}, { 200: 10 }, null],
  ])('%s', (_name, a, b, expected) => {
    expect(differingAnswers([answered(a)], [answered(b)])).toEqual(expected);
  });

  test('what failed is left to the failures', () => {
    expect(differingAnswers([answered({ 500: 100 }, '500')], [answered({ 200: 100 })])).toBeNull();
    expect(differingAnswers([answered({ 200: 50, 500: 50 }, '500')], [answered({ 200: 100 })])).toBeNull();
    // Expected with --expect-status, an error's status is a good answer.
    expect(differingAnswers([answered({ 404: 100 })], [answered({ 200: 100 })])?.statuses).toBe('4xx');
  });
});

test('a comparison of answers and redirects says so, in its conclusion and its notes, and is in doubt', () => {
  const { arms, pairs, ...rest } = comparisonWith('compare', ['A', 'B'], 6);
  const figures = { redirects: 20, answered: 20, location: '/login', isFollowing: false };
  const notes = [{ code: 'redirects-not-followed', figures } as const];
  const redirected = arms.map((arm, index) =>
    index === 0
      ? arm
      : { ...arm, rounds: arm.rounds.map((round) => ({ ...round, findings: { degraded: [], notes } })) },
  );
  const pair = { ...pairs[0]!, answersDiffer: { statuses: '3xx', aShare: 1, bShare: 0 } };
  expect(concludeOn(pair, 'p50').remarks).toContainEqual({
    code: 'answers-differ',
    figures: { a: 'B', b: 'A', statuses: '3xx', aShare: 1, bShare: 0 },
  });
  expect(isInDoubt(pair, 'p50')).toBe(true);
  const told = comparisonOf({
    ...rest,
    startedAt: new Date(0),
    arms: redirected,
    pairs: [pair],
    conclusions: [concludeOn(pair, 'p50')],
    notes: [],
  });
  expect(told.findings?.notes).toContainEqual({
    code: 'arm-redirects',
    figures: { arm: 'B', found: 6, rounds: 6, ...figures, redirects: 120, answered: 120 },
  });
});
