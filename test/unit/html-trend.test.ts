import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { resultInPage } from '../../src/main/files/page-result.ts';
import type { Kept, KeptRun } from '../../src/main/history/kept-run.ts';
import { renderTrend } from '../../src/main/reporters/html/trend/trend-page.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { keptWith, listed, ORIGIN } from '../support/kept-runs.ts';
import { readMarkup, wrongIn } from '../support/markup.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const PLAIN = summaryWith();
const NO_VALUES = { ...LATENCY, count: 0, percentiles: { '50': null, '99': null } };
const at = (day: number): { startedAt: string } => ({
  startedAt: `2026-03-0${day}T09:05:00.000Z`,
});
const ONE_PLAN = listed(
  keptWith(20, at(5)),
  keptWith(12, { ...at(4), interrupted: true }),
  keptWith(11, { ...at(3), tool: { ...PLAIN.tool, version: '0.0.9' } }),
  keptWith(10, at(2)),
  keptWith(10, at(1)),
);
const SEVERAL = listed(
  keptWith(9, { plan: { ...PLAIN.plan, concurrency: 77 } }),
  { ...keptWith(5), origin: { ...ORIGIN, host: 'there' } },
  ...[3, 3, 3, 3].map((p50) => keptWith(p50)),
  comparisonWith('repeat', ['run'], 6),
  comparisonWith('compare', ['A', 'B'], 6),
);
const bigOf = (page: string): string => /class="big">([^<]*)</.exec(page)![1]!;
const wordsOf = (page: string): string => readMarkup(page).text.replace(/\s+/g, ' ');

describe('the trend page', () => {
  test.each([
    ['of one plan', ONE_PLAN],
    ['of several', SEVERAL],
    ['of a single result', listed(keptWith(1))],
    ['of as many as are kept', listed(...Array.from({ length: 500 }, () => keptWith(1)))],
    [
      'of nothing but failures',
      listed(
        keptWith(1, {
          latencyMs: { ...PLAIN.latencyMs, intervals: null, service: NO_VALUES, response: NO_VALUES },
          interrupted: true,
        }),
      ),
    ],
  ])('%s: markup, numbers, ids and links are whole, and the list is in it', (_name, runs) => {
    const page = renderTrend(runs);
    expect(wrongIn(page)).toEqual([]);
    expect(JSON.parse(resultInPage(page)!)).toEqual(JSON.parse(JSON.stringify(runs)));
    expect(Buffer.byteLength(page)).toBeLessThan(400_000);
  });

  test('calls plans good only if some of them were compared', () => {
    const plan = (concurrency: number, ...p50s: number[]): Kept[] =>
      p50s.map((p50) => keptWith(p50, { plan: { ...PLAIN.plan, concurrency } }));
    const big = (...runs: Kept[][]): string => bigOf(renderTrend(listed(...runs.flat())));
    expect(big(plan(1, 5), plan(2, 5, 5))).toBe('2 plans, each with too few results to compare.');
    expect(big(plan(1, 5), plan(2, 5, 5, 5, 5))).toBe(
      '2 plans: one compared, and it is not worse than before.',
    );
    expect(big(plan(1, 5), plan(2, 5, 5, 5, 5), plan(3, 5, 5, 5, 5))).toBe(
      '3 plans: 2 compared, none of them worse than before.',
    );
    expect(big(plan(1, 5, 5, 5, 5), plan(2, 5, 5, 5, 5))).toBe('2 plans, none of them worse than before.');
  });

  test('says how the newest stands, what does not count, and where volley itself changed', () => {
    const page = renderTrend(ONE_PLAN);
    const words = wordsOf(page);
    expect(bigOf(page)).toBe('The newest is slower than before.');
    expect(words).toContain(
      'p50 of the newest, 20.0 ms, is above each of the 3 good results before it (between 10.0 and 11.0 ms).',
    );
    expect(words).toContain('Measured with volley 0.0.9, 0.1.0: a step where that changed may be its own.');
    expect(words).toContain('A cross is a result that does not count');
    expect(words).toContain('2026-03-05 09:05 UTCabcdef0 main100/s');
    expect(words).toContain('18.0 ms – 22.0 ms');
  });

  test('times are in UTC, and say so: rows, read-out and the first mark of each axis', () => {
    const marksOf = (runs: KeptRun[]): string[] =>
      [...renderTrend(runs).matchAll(/<div class="xt"[^>]*>(.*?)<\/div>/g)].map(([, marks]) =>
        marks!
          .replace(/<[^>]*>/g, ' ')
          .trim()
          .replace(/\s+/g, ' '),
      );
    expect(new Set(marksOf(ONE_PLAN))).toEqual(new Set(['03-01 UTC 03-02 03-03 03-04 03-05']));
    const early = keptWith(1, { startedAt: '2026-03-05T00:59:00.000Z' });
    const late = keptWith(1, { startedAt: '2026-03-05T23:01:00.000Z' });
    expect(new Set(marksOf(listed(late, early)))).toEqual(new Set(['00:59 UTC 23:01']));
    expect(renderTrend(listed(late, early))).not.toContain('class="odd"');
    // No two marks of an axis are the same.
    const soon = keptWith(1, { startedAt: '2026-03-05T00:59:12.000Z' });
    expect(new Set(marksOf(listed(soon, early)))).toEqual(new Set(['00:59:00 UTC 00:59:12']));
    const before = keptWith(1, { startedAt: '2026-03-04T10:00:00.000Z' });
    expect(new Set(marksOf(listed(late, early, before)))).toEqual(new Set(['03-04 UTC 03-05 23:01']));
    for (const moment of wordsOf(renderTrend(ONE_PLAN)).matchAll(/2026-03-0\d \d\d:\d\d(.{4})/g))
      expect(moment[1]).toBe(' UTC');
  });

  test('each good result is a dot with its interval, each other one a cross, the oldest on the left', () => {
    const { elements } = readMarkup(renderTrend(ONE_PLAN));
    const chart = elements.findIndex(({ attributes }) => attributes['id'] === 'plan-1-p50');
    const paths = elements.slice(chart).filter(({ name }) => name === 'path');
    const path = (name: string): string =>
      paths.find(({ attributes }) => attributes['class'] === name)!.attributes['d']!;
    expect(path('dot big a').match(/h0/g)).toHaveLength(4);
    expect(path('whisker').match(/V/g)).toHaveLength(5);
    expect(path('cross').match(/M/g)).toHaveLength(2);
    const points = JSON.parse(elements[chart]!.attributes['data-points']!) as [number, string][];
    expect(points.map(([share]) => share)).toEqual([0.1, 0.3, 0.5, 0.7, 0.9]);
    expect(points[3]![1]).toBe('2026-03-04 09:05 UTC  abcdef0  12.0\u00a0ms  interrupted');
  });

  test('unlike plans and machines never share a line', () => {
    const page = renderTrend(SEVERAL);
    expect(bigOf(page)).toBe('2 of 5 plans to look at.');
    const lines = readMarkup(page).elements.filter(({ attributes }) =>
      /^plan-\d-p50$/.test(attributes['id'] ?? ''),
    );
    expect(
      lines.map(({ attributes }) => (JSON.parse(attributes['data-points']!) as unknown[]).length),
    ).toEqual([4]);
  });

  test('what has nothing to show is left out: intervals, failures, figures of several arms', () => {
    const { latencyMs } = keptWith(1) as Summary;
    const short = { latencyMs: { ...latencyMs, intervals: null } };
    const page = renderTrend(listed(keptWith(1, short), keptWith(1, short)));
    const headsOf = (text: string): string[] =>
      [...text.matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(([, head]) => head!);
    expect(headsOf(page)).toEqual(['When', 'Revision', 'ok', 'p50', 'p99', 'failed', 'Verdict', 'Name']);
    expect(page).not.toContain('interval</span>');
    expect(wordsOf(page)).not.toContain('share of the requests sent');
    expect(wordsOf(page)).toContain('No request failed in any of them.');
    const failed = { ...PLAIN.requests, sent: 100, ok: 99, failed: 1 };
    expect(wordsOf(renderTrend(listed(keptWith(1), keptWith(1, { requests: failed }))))).toContain(
      'share of the requests without a good answer',
    );
    const arms = renderTrend(listed(comparisonWith('compare', ['A', 'B'], 6)));
    expect(headsOf(arms)).toEqual(['When', 'rules', 'Verdict', 'Name']);
    expect(wordsOf(arms)).toContain('Results of several arms have no line');
    expect(wordsOf(arms)).not.toContain('Too few good results');
  });

  test('text of a target, a branch or a rule changes nothing but text', () => {
    const evil = `</script><img src=x onerror="alert(1)">'"&\u001b[31m`;
    const named = (text: string): string =>
      renderTrend(
        listed({
          ...keptWith(1, {
            plan: { ...PLAIN.plan, target: { url: `http://h/${text}`, method: text } },
            thresholds: [{ expression: text, measured: 1, isLowerBound: false, ok: false }],
          }),
          origin: { host: text, revision: text, branch: text, hasChanges: true },
        }),
      );
    const [page, harmless] = [readMarkup(named(evil)), readMarkup(named('harmless'))];
    expect(page.problems).toEqual([]);
    expect(page.elements.map(({ name }) => name)).toEqual(harmless.elements.map(({ name }) => name));
    expect(named(evil)).not.toContain('\u001b');
  });
});
