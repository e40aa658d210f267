import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { levelText, sweepSentences } from '../../src/main/text/sweep-sentences.ts';
import type { SweepLevel } from '../../src/protocol/sweep.ts';
import { summaryWith } from '../support/summary.ts';

type Found = Parameters<typeof sweepSentences>[0];
type Threshold = Summary['thresholds'][number];

const PLAIN = summaryWith();
const BROKEN: Threshold = {
  ...{ expression: 'p99<50ms', measured: 70, limit: 50, isLowerBound: false, ok: false },
};
const UNKNOWN: Threshold = { ...BROKEN, measured: null };
const HELD: Threshold = { ...BROKEN, measured: 20, ok: true };

function level(at: number, changes: Partial<Summary> = {}, isGood = true): SweepLevel {
  return { level: at, throughputPerSecond: 100 * at, isGood, summary: summaryWith(changes) };
}

const failing = (thresholds: readonly Threshold[], ok = 100): Partial<Summary> => ({
  thresholds,
  requests: { ...PLAIN.requests, ok },
});
const withVerdict = (verdict: Summary['generator']['verdict'], thresholds: readonly Threshold[]) => ({
  thresholds,
  generator: { ...PLAIN.generator, verdict },
});

const UP_TO_1 = { capacity: { level: 1, throughputPerSecond: 100, firstBad: 2 } };

function sentences(changes: Partial<Found>): string[] {
  return sweepSentences({
    ...{ levels: [level(1), level(2)], over: 'concurrency', counts: 'answers', rules: [] },
    ...{ knee: null, capacity: null, endedBy: 'found', generatorLimit: null },
    ...changes,
  });
}

test('the knee, in tokens and in answers, and where there is none', () => {
  const knee = { level: 2, throughputPerSecond: 400 };
  const told = (changes: Partial<Found>): string | undefined => sentences(changes)[0];
  expect(told({ levels: [level(1)] })).toBe('Knee: unknown with only one level.');
  expect(told({ levels: [level(1), level(2)] })).toBe(
    'Knee: none up to 2 connections: each doubling brought at least 5 % more.',
  );
  expect(told({ knee: { ...knee, gain: 0.03 } })).toBe(
    'Knee: 2 connections (answers 400/s): twice the load brought only 3.0 % more.',
  );
  expect(told({ knee: { ...knee, gain: -0.03 }, counts: 'tokens' })).toBe(
    'Knee: 2 connections (tokens 400/s): twice the load brought 3.0 % less.',
  );
  expect(told({ knee: { ...knee, gain: 0 } })).toContain('brought nothing more.');
});

test.each<[string, Partial<Found>, string]>([
  ['of connections, nothing is borne', {}, 'Capacity: none: the target failed even at the first level.'],
  [
    'of a rate, nothing is borne',
    { over: 'rate' },
    'Capacity: none: the target did not keep up even with the first level.',
  ],
  [
    'of connections, all is borne',
    { capacity: { level: 2, throughputPerSecond: 200, firstBad: null } },
    'Capacity: at least 2 connections (answers 200/s): the target failed at no level.',
  ],
  [
    'of a rate, all is borne',
    { over: 'rate', capacity: { level: 2, throughputPerSecond: 2, firstBad: null } },
    'Capacity: at least 2.00/s (answers 2.00/s): the target kept up with every level.',
  ],
  [
    'of a rate, some is borne',
    { over: 'rate', capacity: { level: 2, throughputPerSecond: 2, firstBad: 4 } },
    'Capacity: 2.00/s (answers 2.00/s): up to there the target kept up; no longer at 4.00/s.',
  ],
  [
    'of a rate, whose first level failed',
    { over: 'rate', levels: [level(1, withVerdict('failing', []), false)] },
    'Capacity: none: the target failed even at the first level.',
  ],
  [
    'with a rule',
    { rules: ['p99<50ms'], levels: [level(1), level(2, failing([BROKEN]), false)], ...UP_TO_1 },
    'Capacity: 1 connection (answers 100/s): up to there p99<50ms held; no longer at 2 connections.',
  ],
  [
    'with a rule, nothing is borne',
    { rules: ['p99<50ms'], levels: [level(1, failing([BROKEN]), false)] },
    'Capacity: none: p99<50ms did not hold even at the first level.',
  ],
  [
    'with a rule that holds although the target fails',
    { rules: ['p99<50ms'], levels: [level(1, withVerdict('failing', [HELD]), false)] },
    'Capacity: none: the target failed even at the first level.',
  ],
  [
    'with a rule that holds although the target falls behind',
    { rules: ['p99<50ms'], over: 'rate', levels: [level(1, withVerdict('target-limited', [HELD]), false)] },
    'Capacity: none: the target did not keep up even with the first level.',
  ],
  [
    'with a rule that still holds where the target fails',
    {
      rules: ['p99<50ms'],
      levels: [level(1), level(2, withVerdict('failing', [HELD]), false)],
      ...UP_TO_1,
    },
    'Capacity: 1 connection (answers 100/s): up to there p99<50ms held; at 2 connections the target failed.',
  ],
  [
    'with two rules, one of which still holds',
    {
      rules: ['p99<50ms', 'p50<9ms'],
      levels: [level(1), level(2, failing([BROKEN, { ...HELD, expression: 'p50<9ms' }]), false)],
      ...UP_TO_1,
    },
    'Capacity: 1 connection (answers 100/s): up to there p99<50ms, p50<9ms held; at 2 connections p99<50ms did not hold.',
  ],
  [
    'with a rule that still holds where the one that it implies does not',
    {
      rules: ['p99<50ms'],
      levels: [
        level(1),
        level(2, failing([HELD, { ...BROKEN, expression: 'error-rate<=1%', isImplied: true }]), false),
      ],
      ...UP_TO_1,
    },
    'Capacity: 1 connection (answers 100/s): up to there p99<50ms held; at 2 connections error-rate<=1% did not hold.',
  ],
])('the capacity: %s', (_name, changes, sentence) => {
  expect(sentences(changes)[1]).toBe(sentence);
});

test('the first level says what a good answer of its rule is', () => {
  const objectives = [{ name: 'ttft', limitMs: 200, missed: 0 }];
  const [first, second] = [level(1), level(2)];
  const thresholds = [{ ...BROKEN, expression: 'goodput>=90%' }];
  const summary = {
    ...first.summary,
    thresholds,
    streams: { goodput: { objectives } },
  } as unknown as Summary;
  const told = sentences({ levels: [{ ...first, summary }, second], rules: ['goodput>=90%'] });
  expect(told[1]).toBe('Capacity: none: goodput>=90% (ttft<200 ms) did not hold even at the first level.');
});

const RATE = { ...UNKNOWN, expression: 'p99.9<1s' };

test.each<[string, SweepLevel, Partial<Found>, string]>([
  ['a rule', level(1, failing([BROKEN])), {}, 'Stopped: a rule did not hold at the first level.'],
  [
    'a rule that is not known',
    level(1, failing([UNKNOWN, HELD])),
    {},
    'Stopped: the first level had too few requests to tell whether p99<50ms holds: use a longer -d.',
  ],
  [
    'two of them',
    level(1, failing([UNKNOWN, RATE])),
    {},
    'Stopped: the first level had too few requests to tell whether p99<50ms, p99.9<1s hold: use a longer -d.',
  ],
  [
    'one that is known, and one that is not',
    level(1, failing([UNKNOWN, { ...BROKEN, expression: 'p50<1ms' }])),
    {},
    'Stopped: a rule did not hold at the first level.',
  ],
  ['no good answer', level(1, failing([UNKNOWN], 0)), {}, 'Stopped: the target failed at the first level.'],
  [
    'a single good answer',
    level(1, failing([BROKEN], 1)),
    {},
    'Stopped: a rule did not hold at the first level.',
  ],
  [
    'a verdict',
    level(1, withVerdict('failing', [UNKNOWN])),
    {},
    'Stopped: the target failed at the first level.',
  ],
  [
    'a rate that is not kept up with',
    level(1, withVerdict('target-limited', [HELD])),
    { over: 'rate' },
    'Stopped: the target did not keep up with the first level.',
  ],
  [
    'a rate at which it fails',
    level(1, withVerdict('failing', [HELD])),
    { over: 'rate' },
    'Stopped: the target failed at the first level.',
  ],
  [
    'connections with which it fails',
    level(1, withVerdict('target-limited', [HELD])),
    {},
    'Stopped: the target failed at the first level.',
  ],
])('why not even the first level was borne: %s', (_name, first, changes, sentence) => {
  expect(sentences({ ...changes, levels: [first], endedBy: 'failing' }).at(-1)).toBe(sentence);
});

test('what is not known of the first level makes the capacity unknown', () => {
  const levels = [level(1, failing([UNKNOWN]))];
  expect(sentences({ levels, endedBy: 'failing' })[1]).toBe('Capacity: unknown.');
});

test.each<[string, Partial<Found>, string[]]>([
  ['found', { endedBy: 'found' }, []],
  ['the range', { endedBy: 'range' }, []],
  [
    'volley, of an older result',
    { endedBy: 'generator' },
    ['Stopped: volley itself was the limit at the next level.'],
  ],
  [
    'volley, once',
    { endedBy: 'generator', generatorLimit: { level: 4, reasons: [], tries: 1 } },
    [
      'Stopped: at 4 connections (marked ?) volley itself was the limit, so its figures there say little about the target.',
    ],
  ],
  [
    'volley, twice',
    { endedBy: 'generator', generatorLimit: { level: 4, reasons: ['No core.', 'Busy.'], tries: 2 } },
    [
      'Stopped: at 4 connections (marked ?) volley itself was the limit both times, so its figures there say little about the target. No core. Busy.',
    ],
  ],
  [
    'the budget',
    { endedBy: 'budget' },
    ['Stopped: --budget left too little time for another level: raise it, or use a shorter -d.'],
  ],
  [
    'an interrupt',
    { endedBy: 'interrupted' },
    ['Stopped early by an interrupt: the unfinished level is left out.'],
  ],
  [
    'nothing yet',
    { endedBy: 'unfinished' },
    ['Incomplete: saved during the sweep, with the levels that were done by then.'],
  ],
])('what ended it: %s', (_name, changes, last) => {
  expect(sentences(changes).slice(2)).toEqual(last);
  expect(sentences({ ...changes, levels: [] })).toEqual(last);
});

test('redirects: at every level, or at which', () => {
  const note = {
    code: 'redirects-not-followed',
    figures: { redirects: 60, answered: 100, location: null, isFollowing: false },
  };
  const redirecting = (at: number): SweepLevel => {
    const { summary, ...rest } = level(at);
    return {
      ...rest,
      summary: { ...summary, findings: { ...summary.findings, notes: [note] } } as unknown as Summary,
    };
  };
  const told = (...levels: SweepLevel[]): string | undefined => sentences({ levels })[2];
  expect(told(level(1), level(2))).toBeUndefined();
  expect(told(redirecting(1), redirecting(2))).toMatch(/^At every level: /);
  expect(told(redirecting(1), level(2), redirecting(4))).toMatch(/^At 1 connection, 4 connections: /);
});

test('levels as people read them', () => {
  expect([levelText(1, 'concurrency'), levelText(1_200, 'concurrency'), levelText(1_200, 'rate')]).toEqual([
    '1 connection',
    '1,200 connections',
    '1,200/s',
  ]);
});
