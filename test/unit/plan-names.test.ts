import { describe, expect, test } from '@jest/globals';
import type { Comparison, Summary } from '../../src/api/index.ts';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderServed } from '../../src/main/reporters/html/page.ts';
import { runPageUnderWay } from '../../src/main/reporters/html/run/run-page.ts';
import { renderTrend } from '../../src/main/reporters/html/trend/trend-page.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { RUNS_REPORTERS } from '../../src/main/reporters/runs-text.ts';
import { SWEEP_REPORTERS } from '../../src/main/reporters/sweep-text.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { keptWith, listed } from '../support/kept-runs.ts';
import { readMarkup } from '../support/markup.ts';
import { summaryWith } from '../support/summary.ts';
import { sweepWith } from '../support/sweeps.ts';

const NAME = 'shop <at> noon';
const PLAIN = summaryWith();
const RUN = withName(PLAIN, NAME);
const firstLineOf = (text: string): string => text.split('\n', 1)[0]!;
const headingOf = (page: string): string =>
  /<h1>([^<]*)<\/h1>/.exec(page)![1]!.replace('&lt;', '<').replace('&gt;', '>');
const titleOf = (page: string): string => readMarkup(page).text.trimStart();

function withName<T extends Summary>(summary: T, name: string): T {
  return { ...summary, plan: { ...summary.plan, name } };
}

function comparedAs(kind: Comparison['kind'], names: readonly string[]): Comparison {
  const arms =
    kind === 'repeat' ? ['run'] : kind === 'modes' ? ['inline', 'threads', 'processes'] : ['A', 'B'];
  const comparison = comparisonWith(kind, arms, 2);
  return {
    ...comparison,
    arms: comparison.arms.map((arm, index) => ({
      ...arm,
      rounds: arm.rounds.map((round) => withName(round, names[index % names.length]!)),
    })),
  };
}

describe('the name of a plan', () => {
  test('stands before what was measured in text, Markdown and JUnit', () => {
    const what = 'shop <at> noon: GET http';
    expect(firstLineOf(REPORTERS.text(RUN))).toMatch(new RegExp(`^volley \\S+ {2}${what}`));
    expect(firstLineOf(REPORTERS.markdown(RUN))).toMatch(/^## shop .*at.* noon: GET http/);
    expect(REPORTERS.junit(RUN)).toContain('<testsuite name="shop &lt;at&gt; noon: GET http');
    expect(firstLineOf(REPORTERS.text(PLAIN))).toMatch(/^volley \S+ {2}GET http/);
  });

  test.each([
    ['repeat', NAME],
    ['modes', `Modes for ${NAME}`],
    ['compare', `${NAME}: B against A`],
  ] as const)('is in the titles of %s', (kind, heading) => {
    const comparison = comparedAs(kind, [NAME]);
    const page = renderHtml(comparison);
    expect(headingOf(page)).toBe(heading);
    expect(titleOf(page)).toContain(` – ${heading}`);
    expect(firstLineOf(COMPARISON_REPORTERS.text(comparison))).toMatch(
      new RegExp(`^volley \\S+ {2}${kind} of ${NAME}:`),
    );
    expect(firstLineOf(COMPARISON_REPORTERS.markdown(comparison))).toContain(`${kind} of shop `);
  });

  test('is left out where arms differ in it', () => {
    const comparison = comparedAs('compare', [NAME, 'other']);
    expect(headingOf(renderHtml(comparison))).toBe('B against A');
    expect(firstLineOf(COMPARISON_REPORTERS.text(comparison))).not.toMatch(/shop|other/);
  });

  test('is in the titles of a sweep', () => {
    const sweep = sweepWith({});
    const named = {
      ...sweep,
      levels: sweep.levels.map((level) => ({ ...level, summary: withName(level.summary, NAME) })),
    };
    expect(headingOf(renderHtml(named))).toBe(`Sweep of ${NAME}`);
    expect(firstLineOf(SWEEP_REPORTERS.text(named))).toContain(`sweep of ${NAME}: GET http`);
    expect(firstLineOf(SWEEP_REPORTERS.text(sweep))).toMatch(/ {2}sweep of GET http/);
  });

  test('is in the title of the page while a run goes on', () => {
    const page = renderServed(runPageUnderWay(RUN, { elapsedMs: 1_000, agents: [] }));
    expect(headingOf(page)).toBe(NAME);
    expect(titleOf(page)).toContain(` – ${NAME}`);
  });

  test('stands above the results of its plan, as the newest has it', () => {
    const named = { ...keptWith(2), plan: { ...PLAIN.plan, name: NAME } };
    const earlier = { ...keptWith(1), plan: { ...PLAIN.plan, name: 'shop' } };
    const runs = listed(named, earlier, keptWith(1));
    expect(runs.map(({ planName }) => planName)).toEqual([NAME, 'shop', null]);
    // A name is no part of the plan: all of them are comparable.
    expect(RUNS_REPORTERS.text(runs).match(/^run /gm)).toHaveLength(1);
    expect(firstLineOf(RUNS_REPORTERS.text(runs))).toMatch(new RegExp(`^${NAME}: GET http`));
    expect(readMarkup(renderTrend(runs)).text).toContain(`${NAME}: GET http`);
  });
});
