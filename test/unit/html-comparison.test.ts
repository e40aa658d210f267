import { describe, expect, test } from '@jest/globals';
import type { Comparison } from '../../src/api/index.ts';
import { resultInPage } from '../../src/main/files/page-result.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { readMarkup, wrongIn } from '../support/markup.ts';

const COMPARED = comparisonWith('compare', ['A', 'B'], 8);
const SINGLE = comparisonWith('compare', ['A', 'B'], 1);
const MODES = comparisonWith('modes', ['sequential', 'inline', 'threads', 'processes'], 7);
const REPEATED = comparisonWith('repeat', ['run'], 6);

/** As results were before histograms of every round, intervals and codes. */
function older(comparison: Comparison): Comparison {
  const { findings: _findings, ...rest } = comparison;
  return {
    ...rest,
    arms: comparison.arms.map((arm) => ({
      ...arm,
      rounds: arm.rounds.map((round) => {
        const { cells: _cells, ...response } = round.latencyMs.response;
        return {
          ...round,
          latencyMs: { ...round.latencyMs, response },
          series: { ...round.series, buckets: [] },
        };
      }),
    })),
  };
}

const titlesOf = (page: string): string[] =>
  [...page.matchAll(/<h2 id="[^"]*">([^<]*)</g)].map(([, title]) => title!);
const headingOf = (comparison: Comparison): string =>
  /class="big">([^<]*)</.exec(renderHtml(comparison))![1]!;

describe('the page of a comparison', () => {
  test.each<[string, Comparison, string[]]>([
    ['two arms in rounds', COMPARED, ['Shift', 'Rounds', 'Distribution', 'Within a round', 'Plan', 'Data']],
    ['two single results', SINGLE, ['Shift', 'Distribution', 'Over time', 'Plan', 'Data']],
    ['four arms', MODES, ['Arms', 'Rounds', 'Plan', 'Data']],
    [
      'the same again and again',
      REPEATED,
      ['Figures', 'Rounds', 'Distribution', 'Within a round', 'Plan', 'Data'],
    ],
    ['an older one', older(COMPARED), ['Shift', 'Rounds', 'Plan', 'Data']],
    ['an older one of four arms', older(MODES), ['Arms', 'Rounds', 'Plan', 'Data']],
  ])('%s: every part, and markup, numbers, ids and links are whole', (_name, comparison, titles) => {
    const page = renderHtml(comparison);
    expect(wrongIn(page)).toEqual([]);
    expect(titlesOf(page)).toEqual(titles);
    expect(JSON.parse(resultInPage(page)!)).toEqual(JSON.parse(JSON.stringify(comparison)));
    expect(renderHtml(structuredClone(comparison))).toBe(page);
  });

  test('a thin line for each round, and a dot in its order', () => {
    const { elements } = readMarkup(renderHtml(COMPARED));
    const paths = elements.flatMap(({ attributes }) => (attributes['d'] ? [attributes] : []));
    expect(paths.filter((path) => path['class'] === 'ln ink faint')).toHaveLength(8);
    const [dots] = paths.filter((path) => path['class'] === 'dot big a');
    expect(dots!['d']!.match(/h0/g)).toHaveLength(8);
  });

  test('says what came out, and failures first', () => {
    const failing = (comparison: Comparison): Comparison => ({
      ...comparison,
      arms: comparison.arms.map((arm) => ({
        ...arm,
        rounds: arm.rounds.map((round) => ({
          ...round,
          generator: { ...round.generator, verdict: 'failing' },
        })),
      })),
    });
    const concluding = (code: string, figures: object): Comparison =>
      ({
        ...COMPARED,
        findings: { conclusions: [{ code, figures, remarks: [] }], notes: [] },
      }) as unknown as Comparison;
    expect(headingOf(COMPARED)).toBe('B is slower.');
    expect(headingOf(older(COMPARED))).toBe('B is slower.');
    expect(headingOf(REPEATED)).toBe('6 rounds of one plan.');
    expect(headingOf(failing(REPEATED))).toBe('The target is failing.');
    expect(headingOf(concluding('pair-by-failures', { a: 'B', outcome: 'worse' }))).toBe('B fails more.');
    expect(headingOf(concluding('pair-by-failures', { a: 'B', outcome: 'both-fail' }))).toBe('Both fail.');
    expect(headingOf(concluding('recommended', { choice: 'threads', undecided: [] }))).toBe('Take threads.');
    expect(headingOf(concluding('nothing-recommended', {}))).toBe('All fail too much to recommend one.');
    expect(headingOf(concluding('something-new', {}))).toBe('Nothing to compare.');
  });

  test('text of a target changes nothing but text', () => {
    const evil = `</script><img src=x onerror="alert(1)">'"&`;
    const named = (text: string): Comparison =>
      JSON.parse(
        JSON.stringify(SINGLE)
          .replaceAll('"B"', JSON.stringify(text))
          .replaceAll('http://127.0.0.1:8080/', `http://${JSON.stringify(text).slice(1, -1)}/`),
      ) as Comparison;
    const [page, harmless] = [readMarkup(renderHtml(named(evil))), readMarkup(renderHtml(named('harmless')))];
    expect(page.problems).toEqual([]);
    expect(page.elements.map(({ name }) => name)).toEqual(harmless.elements.map(({ name }) => name));
    expect(page.text.split(evil).length).toBe(harmless.text.split('harmless').length);
  });
});
