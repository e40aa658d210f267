import { describe, expect, test } from '@jest/globals';
import { armOf, comparisonOf, failingNotes } from '../../src/main/compare/comparison.ts';
import { failingTogether } from '../../src/main/compare/failing-together.ts';
import { COMPARISON_SENTENCES, comparisonSentence } from '../../src/main/text/conclusions.ts';
import type {
  ComparisonFigures,
  ComparisonFinding,
  ComparisonFindingCode,
} from '../../src/protocol/comparison-finding.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { documentedRows } from '../support/documented-rows.ts';
import { MIX, summaryWith } from '../support/summary.ts';

const NAMES = { a: 'B', b: 'A' };
const SHARES = { aFailedShare: 0.9, bFailedShare: 0 };
const BY_FIGURE = {
  ...NAMES,
  metric: 'p50',
  outcome: 'better',
  ratio: 0.5,
  low: 0.4,
  high: 0.6,
  rounds: 8,
  marginShare: 0.03,
  roundsNeeded: null,
} as const;
const OF_ARM = { arm: 'A', found: 2, rounds: 8 };

/** Figures of each code, and what the report says of them. */
const SAMPLES: {
  readonly [Code in ComparisonFindingCode]: readonly [ComparisonFigures[Code], string];
} = {
  'pair-by-figure': [BY_FIGURE, 'p50 of B was 0.50 (0.40–0.60) times that of A: faster, in 8 rounds.'],
  'pair-by-failures': [
    {
      ...NAMES,
      metric: 'cpu',
      outcome: 'worse',
      ...SHARES,
      isBothFailing: false,
      estimate: { ratio: 12.34, low: null, high: null },
    },
    'B failed 90.0 % of its requests, A 0.0 %: B is worse, regardless of the other figures (B took 12.3 times the CPU time of A for a request).',
  ],
  'pair-unanswered': [NAMES, 'Neither B nor A had a successful request: there is nothing to compare.'],
  'pair-without-figure': [{ ...NAMES, metric: 'cpu' }, 'B and A: no CPU per request to compare.'],
  'failures-compared': [
    { ...NAMES, ...SHARES, decision: 'undecided' },
    'B failed 90.0 % of its requests, A 0.0 %: too few failures, or too few rounds, to tell whether that is chance.',
  ],
  'answers-differ': [
    { ...NAMES, statuses: '3xx', aShare: 1, bShare: 0 },
    'B and A got different answers, so their figures are not for the same work: 100.0 % of the good answers of B are 3xx, 0.0 % of those of A.',
  ],
  'limited-rounds': [
    { ...NAMES, aRounds: 3, bRounds: 8, rounds: 8 },
    'volley itself was the limit in 3 of 8 rounds of B and 8 of 8 rounds of A: do not rely on them, nor on a difference between them. Lower the load, or free cores of this machine.',
  ],
  'degraded-rounds': [
    { ...NAMES, aRounds: 0, bRounds: 2, rounds: 8 },
    'The measurement was degraded in 2 of 8 rounds of A: load or workers were lost there, or answers are in doubt.',
  ],
  'nothing-recommended': [
    { leader: 'inline' },
    'Nothing is recommended: inline, which fails least, fails too much.',
  ],
  recommended: [
    {
      choice: 'inline',
      leader: 'threads',
      metric: 'throughput',
      equal: ['inline'],
      undecided: ['processes', 'sequential'],
    },
    'Recommended for this workload on this machine: inline, within the margin of the best throughput (threads), and it needs the fewest resources. ' +
      'This is not certain: too few rounds to tell threads from processes and sequential.',
  ],
  'one-round-each': [{}, 'One round each: nothing shows how much of the differences is chance.'],
  'save-rounds': [
    {},
    'For an interval, save rounds (--repeat 8 --out FILE) or measure both in turns: volley compare URL URL.',
  ],
  'too-few-rounds': [{ rounds: 3, fewestRounds: 6 }, '3 rounds: a 95 % interval needs at least 6.'],
  'rounds-cannot-decide': [
    { rounds: 3, fewestRounds: 7, arms: 4 },
    '3 rounds of 4 arms cannot show a difference, however large: at 95 % that takes at least 7 (--rounds 7).',
  ],
  'percentile-lacks-requests': [
    { arm: 'run', percentile: '99', requestsNeeded: 100, fewestRequests: 40 },
    'run: p99 takes 100 requests a round, and a round had 40: there is none.',
  ],
  'intervals-hold': [{}, 'Intervals hold for the middle of rounds like these, at 95 %.'],
  'arm-is': [{ arm: 'A', source: 'a.json' }, 'A is a.json'],
  'measured-apart': [
    {},
    'Measured one after the other, not in turns: the difference includes whatever changed on the machine in between.',
  ],
  'rounds-without-cells': [
    { arm: 'B' },
    'Percentiles over all rounds are not compared: an older volley saved B, without its histograms.',
  ],
  'plans-differ': [{ fields: ['mode', 'load'] }, 'The plans differ: mode, load.'],
  'option-note': [{ text: 'Left out: nothing.' }, 'Left out: nothing.'],
  'arm-failures': [{ arm: 'A', failed: 180, sent: 2_000 }, 'A: 180 of 2,000 requests failed (9.0 %).'],
  'arm-failing': [
    {
      ...OF_ARM,
      because: 'All 3 requests failed.',
      finding: { code: 'nothing-answered', figures: {}, nextStep: 'look-in-logs' },
    },
    'A: the target was failing in 2 of 8 rounds. The first time: All 3 requests failed.',
  ],
  'arm-request-failing': [
    { arm: 'run', request: 'b', failed: 4, of: 4, rounds: 2 },
    "run: the target was failing over its 2 rounds together: 4 of 4 requests of 'b' failed.",
  ],
  'arm-redirects': [
    { ...OF_ARM, redirects: 24, answered: 24, location: 'http://a/login', isFollowing: false },
    "A, 2 of 8 rounds: All 24 answers were redirects (to 'http://a/login'), which are not followed: the pages behind them were not measured. Follow them with --location, or give the URL that they lead to.",
  ],
  'arm-broke-rule': [
    { ...OF_ARM, expression: 'p99<1ms', tooFew: { found: 1, requestsNeeded: 100 } },
    'A: p99<1ms did not hold in 2 of 8 rounds: in 1 of them too few requests to tell: it takes 100 requests a round.',
  ],
  'arm-degraded': [OF_ARM, 'A: 2 of 8 rounds are degraded.'],
  'arm-limited': [OF_ARM, 'A: volley was the limit in 2 of 8 rounds.'],
};

describe('a finding of a comparison', () => {
  test.each(Object.entries(SAMPLES))('%s becomes a sentence', (code, [figures, sentence]) => {
    expect(comparisonSentence({ code, figures } as ComparisonFinding)).toBe(sentence);
  });

  test.each<[Partial<ComparisonFigures['pair-by-figure']>, string]>([
    [{ outcome: 'worse' }, ': slower, in 8 rounds.'],
    [{ outcome: 'no-difference' }, ': no difference within ±3 %, in 8 rounds.'],
    [{ outcome: 'undecided', roundsNeeded: 5 }, ': not enough rounds to tell (8; about 9 would).'],
    [
      { outcome: 'undecided' },
      ': not enough rounds to tell (8; more than 1,000 would be needed, or a larger --margin).',
    ],
    [{ metric: 'throughput' }, 'B served 0.50 (0.40–0.60) times the requests of A: more, in 8 rounds.'],
  ])('what is concluded of figures: %j', (changes, words) => {
    const text = comparisonSentence({ code: 'pair-by-figure', figures: { ...BY_FIGURE, ...changes } });
    expect(text).toContain(words);
  });

  test('each code is documented, with its figures', () => {
    const known = Object.entries(SAMPLES).map(([code, [figures]]) => [code, Object.keys(figures).sort()]);
    expect(known.map(([code]) => code)).toEqual(Object.keys(COMPARISON_SENTENCES));
    const documented = documentedRows('docs/findings.md', 'Codes of a comparison', 3);
    expect(documented.map(([code, figures]) => [code, figures.sort()])).toEqual(known);
  });

  test.each<[string, readonly (readonly [sent: number, ok: number])[], number | null]>([
    [
      'two of two in each of two rounds',
      [
        [2, 0],
        [2, 0],
      ],
      4,
    ],
    [
      'one in each of three',
      [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
      3,
    ],
    [
      'one in each of two',
      [
        [1, 0],
        [1, 0],
      ],
      null,
    ],
    [
      'more than half of five',
      [
        [3, 1],
        [2, 1],
      ],
      3,
    ],
    [
      'half',
      [
        [3, 1],
        [3, 2],
      ],
      null,
    ],
  ])('a request of the mix that fails in all rounds together: %s', (_name, sent, failed) => {
    const rounds = sent.map(([count, ok]) =>
      summaryWith({ mix: [{ ...MIX[0]!, name: 'b', sent: count, ok, failed: count - ok }] }),
    );
    const cost = { peakMemoryBytes: 1, memoryKind: 'resident' } as const;
    const arm = armOf(
      'run',
      rounds.map((summary) => ({ summary, cost })),
    )!;
    const of = sent.reduce((sum, [count]) => sum + count, 0);
    const figures = { arm: 'run', request: 'b', failed, of, rounds: sent.length };
    expect(failingTogether(arm)).toEqual(failed === null ? [] : [{ code: 'arm-request-failing', figures }]);
  });

  test('a failing arm is told with the finding of its first failing round', () => {
    const { generator } = summaryWith();
    const finding = { code: 'nothing-answered', figures: {}, nextStep: 'look-in-logs' } as const;
    const round = (changes: Partial<Summary['generator']>) => ({
      ...summaryWith({ generator: { ...generator, ...changes } }),
      cost: { peakMemoryBytes: 1, memoryKind: 'resident' as const },
    });
    const arm = armOf('A', [
      { summary: round({}), cost: round({}).cost },
      { summary: round({ verdict: 'failing', reasons: ['Nothing.'], finding }), cost: round({}).cost },
    ])!;
    const figures = { arm: 'A', found: 1, rounds: 2, because: 'Nothing.' };
    expect(failingNotes(arm)).toEqual([{ code: 'arm-failing', figures: { ...figures, finding } }]);
    const [, failing] = arm.rounds;
    const { finding: _absent, ...older } = failing!.generator;
    expect(failingNotes({ ...arm, rounds: [{ ...failing!, generator: older }] })).toEqual([
      { code: 'arm-failing', figures: { ...figures, rounds: 1 } },
    ]);
  });

  test('stands in the result as code and as sentence', () => {
    const { conclusions, notes, findings } = comparisonOf({
      kind: 'compare',
      startedAt: new Date(0),
      interrupted: false,
      metric: 'p50',
      margin: 0.03,
      arms: [],
      pairs: [],
      conclusions: [
        {
          code: 'pair-by-figure',
          figures: BY_FIGURE,
          remarks: [{ code: 'degraded-rounds', figures: SAMPLES['degraded-rounds'][0] }],
        },
      ],
      notes: [{ code: 'measured-apart', figures: {} }],
    });
    expect(conclusions).toEqual([`${SAMPLES['pair-by-figure'][1]} ${SAMPLES['degraded-rounds'][1]}`]);
    expect(notes).toEqual([SAMPLES['measured-apart'][1]]);
    expect(findings?.conclusions.map(({ code }) => code)).toEqual(['pair-by-figure']);
    expect(findings?.notes).toEqual([{ code: 'measured-apart', figures: {} }]);
  });
});
