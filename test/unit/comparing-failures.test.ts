import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { concludeOn, isInDoubt, outcomeOf } from '../../src/main/compare/conclusions.ts';
import { compareFailures } from '../../src/main/compare/failures.ts';
import { conclusionText } from '../../src/main/text/conclusions.ts';
import type { Estimate, Pair } from '../../src/protocol/comparison.ts';
import { summaryWith } from '../support/summary.ts';

const SENT = 1_000;
const sentenceOf = (...args: Parameters<typeof concludeOn>): string => conclusionText(concludeOn(...args));

/** A round by how many of the requests of each of its seconds failed. */
const roundOf = (failed: readonly number[], eachSent: number): Summary => {
  const sent = eachSent * failed.length;
  const bad = failed.reduce((sum, count) => sum + count, 0);
  const buckets = failed.map((count, second) => ({
    atMs: second * 1_000,
    sent: eachSent,
    ok: eachSent - count,
    failed: count,
    p50: 1,
    p99: 2,
    cells: [],
  }));
  return summaryWith({
    requests: { ...summaryWith().requests, sent, ok: sent - bad, failed: bad },
    series: { intervalMs: 1_000, cellsPerOctave: 8, buckets },
  });
};
/** Rounds of a second and a thousand requests, by how many of each failed. */
const rounds = (...failed: number[]) => failed.map((count) => roundOf([count], SENT));
const times = (count: number, of: number): number[] => Array.from({ length: count }, () => of);

describe('an arm fails more', () => {
  test.each<[string, number[], number[], string]>([
    ['where no one fails: no', times(8, 0), times(8, 0), 'no-difference'],
    ['where all fail: no', times(8, SENT), times(8, SENT), 'no-difference'],
    ['in each of six rounds, if only a little', [1, 2, 1, 1, 3, 1], times(6, 0), 'more'],
    ['in each of five, by the counts', [1, 2, 1, 1, 3], times(5, 0), 'more'],
    ['in each of four, so few that it may be chance', [1, 2, 1, 1], times(4, 0), 'undecided'],
    ['in each of four by 0.9 points', [9, 8, 10, 9], times(4, 0), 'more'],
    ['in one of four by 3 points, which is one event', [30, 0, 0, 0], times(4, 0), 'undecided'],
    ['in one round a little: it may be chance', [5, 0, 0, 0, 0, 0, 0, 0], times(8, 0), 'undecided'],
    ['in one round altogether: that is no chance', [SENT, 0, 0, 0, 0, 0, 0, 0], times(8, 0), 'more'],
    ['in a single round by far', [900], [0], 'more'],
    ['in a single round by a point: who knows', [10], [0], 'undecided'],
    ['in a single round by just more than a point', [20], [0], 'more'],
    ['where both fail about as much: who knows', [60], [50], 'undecided'],
    ['fewer, the other way round', times(8, 0), times(8, 900), 'fewer'],
  ])('%s', (_name, a, b, decision) => {
    expect(compareFailures(rounds(...a), rounds(...b)).decision).toBe(decision);
  });

  test('a few requests prove nothing', () => {
    const few = (ok: number) => [roundOf([10 - ok], 10)];
    expect(compareFailures(few(8), few(10)).decision).toBe('undecided');
    expect(compareFailures(few(0), few(10)).decision).toBe('more');
  });

  test('several comparisons at once ask for more', () => {
    const [a, b] = [rounds(...times(6, 1)), rounds(...times(6, 0))];
    expect(compareFailures(a, b, 1).decision).toBe('more');
    expect(compareFailures(a, b, 2).decision).toBe('undecided');
  });
});

describe('what is concluded of a pair', () => {
  const estimate: Estimate = {
    ratio: 0.1,
    low: 0.09,
    high: 0.11,
    p: 0.008,
    rounds: 8,
    margin: 0.03,
    decision: 'lower',
    roundsNeeded: null,
  };
  const pairOf = (a: number, b: number, changes: Partial<Estimate> = {}, count = 8): Pair => ({
    a: 'B',
    b: 'A',
    figures: { p50: { ...estimate, ...changes } },
    failures: compareFailures(rounds(...times(count, a)), rounds(...times(count, b))),
    adjustedP: 0.008,
    probabilityShorter: null,
    shifts: [],
  });

  test.each<[string, Pair, string, RegExp]>([
    [
      'the latency, where nothing fails',
      pairOf(0, 0),
      'better',
      /^p50 of B was 0\.10 .*: faster, in 8 rounds\.$/,
    ],
    [
      'an arm that fails more is worse, however fast',
      pairOf(900, 0),
      'worse',
      /^B failed 90\.0 % of its requests, A 0\.0 %: B is worse, regardless of the other figures \(p50 of B was 0\.10/,
    ],
    ['if only a little, too', pairOf(1, 0), 'worse', /^B failed 0\.1 % .*: B is worse/],
    [
      'one that fails much less is better, however slow',
      pairOf(0, 900, { decision: 'higher' }),
      'better',
      /: B is better/,
    ],
    [
      'one that fails a little less may still be slower',
      pairOf(0, 1, { decision: 'higher' }),
      'worse',
      /: slower, in 8 rounds\. B failed 0\.0 % of its requests, A 0\.1 %: beyond chance\.$/,
    ],
    [
      'where nothing was answered, nothing',
      pairOf(SENT, SENT),
      'nothing',
      /^Neither B nor A had a successful request/,
    ],
    [
      'almost nothing is not nothing',
      pairOf(SENT - 1, SENT - 1),
      'both-fail',
      /^Both fail: B failed 99\.9 % of its requests, A 99\.9 %: fix that first, regardless of the other figures/,
    ],
    [
      'where both fail much the fewer failures are better, and it is said',
      pairOf(600, 900),
      'better',
      /^Both fail: B failed 60\.0 % of its requests, A 90\.0 %: B is better/,
    ],
    [
      'what may be chance is called so',
      pairOf(5, 0, { decision: 'no-difference' }, 1),
      'no-difference',
      /B failed 0\.5 % of its requests, A 0\.0 %: too few failures, or too few rounds, to tell whether that is chance\.$/,
    ],
  ])('%s', (_name, pair, outcome, sentence) => {
    expect(outcomeOf(pair, 'p50')).toBe(outcome);
    expect(sentenceOf(pair, 'p50')).toMatch(sentence);
    if (outcome !== 'better') expect(sentenceOf(pair, 'p50')).not.toContain('faster');
  });

  test('what is in doubt is no silent pass', () => {
    const sure = pairOf(0, 0, { decision: 'no-difference' });
    const none = { a: 0, b: 0, rounds: 8 };
    expect(isInDoubt({ ...sure, generatorLimited: none, degraded: none }, 'p50')).toBe(false);
    expect(isInDoubt({ ...sure, generatorLimited: { ...none, a: 1 } }, 'p50')).toBe(true);
    const degraded = { ...sure, degraded: { ...none, b: 2 } };
    expect(isInDoubt(degraded, 'p50')).toBe(true);
    expect(sentenceOf(degraded, 'p50')).toMatch(
      / The measurement was degraded in 2 of 8 rounds of A: load or workers were lost there, or answers are in doubt\.$/,
    );
    expect(isInDoubt(pairOf(0, 0, { decision: 'undecided' }), 'p50')).toBe(true);
    expect(isInDoubt(pairOf(5, 0, { decision: 'no-difference' }, 1), 'p50')).toBe(true);
  });

  test('where volley was the limit the sentence says in which rounds', () => {
    const pair = { ...pairOf(0, 0), generatorLimited: { a: 3, b: 8, rounds: 8 } };
    expect(sentenceOf(pair, 'p50')).toMatch(
      /volley itself was the limit in 3 of 8 rounds of B and 8 of 8 rounds of A: do not rely on them, nor on a difference between them\./,
    );
  });
});
