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

const OLDER = older(COMPARED);
const OLDER_MODES = older(MODES);
const PAGES = new WeakMap<Comparison, string>();

/** Made once for each comparison, as it takes longer than what is asked of it. */
function pageOf(comparison: Comparison): string {
  const page = PAGES.get(comparison) ?? renderHtml(comparison);
  PAGES.set(comparison, page);
  return page;
}

const titlesOf = (page: string): string[] =>
  [...page.matchAll(/<h2 id="[^"]*">([^<]*)</g)].map(([, title]) => title!);
const headingOf = (comparison: Comparison): string => /class="big">([^<]*)</.exec(pageOf(comparison))![1]!;

test('the table of shifts has the interval of each, of the second arm in proportion to the first', () => {
  const [pair] = COMPARED.pairs;
  const withShift = (names: object): Comparison => ({
    ...COMPARED,
    pairs: [{ ...pair!, ...names, shifts: [{ ...pair!.shifts[0]!, ratio: 1.25, low: 1.1, high: 2 }] }],
  });
  const textOf = (comparison: Comparison): string => readMarkup(pageOf(comparison)).text;
  expect(textOf(COMPARED)).not.toContain('by round');
  expect(textOf(withShift({}))).toContain('95\u00a0% by round');
  expect(textOf(withShift({}))).toContain('+10.0\u00a0% … +100.0\u00a0%');
  expect(textOf(withShift({ a: pair!.b, b: pair!.a }))).toContain('−50.0\u00a0% … −9.1\u00a0%');
});

describe('the page of a comparison', () => {
  test.each<[string, Comparison, string[]]>([
    ['two arms in rounds', COMPARED, ['Shift', 'Rounds', 'Distribution', 'Within a round', 'Plan', 'Data']],
    ['two single results', SINGLE, ['Shift', 'Distribution', 'Over time', 'Plan', 'Data']],
    ['four arms', MODES, ['Arms', 'Shift', 'Rounds', 'Distribution', 'Within a round', 'Plan', 'Data']],
    [
      'the same again and again',
      REPEATED,
      ['Figures', 'Rounds', 'Distribution', 'Within a round', 'Plan', 'Data'],
    ],
    ['an older one', OLDER, ['Shift', 'Rounds', 'Plan', 'Data']],
    ['an older one of four arms', OLDER_MODES, ['Arms', 'Rounds', 'Plan', 'Data']],
  ])('%s: every part, and markup, numbers, ids and links are whole', (_name, comparison, titles) => {
    const page = pageOf(comparison);
    expect(wrongIn(page)).toEqual([]);
    expect(titlesOf(page)).toEqual(titles);
    expect(JSON.parse(resultInPage(page)!)).toEqual(JSON.parse(JSON.stringify(comparison)));
    expect(renderHtml(structuredClone(comparison))).toBe(page);
  });

  test('a thin line for each round, and a dot in its order', () => {
    const { elements } = readMarkup(pageOf(COMPARED));
    const paths = elements.flatMap(({ attributes }) => (attributes['d'] ? [attributes] : []));
    expect(paths.filter((path) => path['class'] === 'ln ink faint')).toHaveLength(8);
    const [dots] = paths.filter((path) => path['class'] === 'dot big a');
    expect(dots!['d']!.match(/h0/g)).toHaveLength(8);
  });

  test('of more than two arms each has lines and a name of its own, and is held against the first', () => {
    const { elements, text } = readMarkup(pageOf(MODES));
    const inFigure = (id: string): { classes: string[]; points: [number, string][] } => {
      const from = elements.findIndex(({ attributes }) => attributes['id'] === id);
      const rest = elements.slice(from + 1);
      const end = rest.findIndex(({ name }) => name === 'figure');
      return {
        classes: rest
          .slice(0, end === -1 ? undefined : end)
          .flatMap(({ name, attributes }) => (name === 'path' ? [attributes['class'] ?? ''] : [])),
        points: JSON.parse(elements[from]!.attributes['data-points']!) as [number, string][],
      };
    };
    const shift = inFigure('shift-chart');
    expect(shift.classes.filter((name) => /^ln k\d p50$/.test(name))).toEqual([
      'ln k2 p50',
      'ln k3 p50',
      'ln k4 p50',
    ]);
    expect(shift.classes.filter((name) => name === 'ln k3 faint')).toHaveLength(7);
    // Each arm is 8 of 64 parts of an octave longer than the one before it.
    const [, middle] = shift.points[25]!;
    expect(middle).toMatch(/^p[\d.]+ {2}inline \+\d.* {2}threads \+\d.* {2}processes \+\d/);
    const [inline, threads, processes] = [...middle.matchAll(/\+([\d.]+)/g)].map(([, value]) =>
      Number(value),
    );
    expect([inline! > 5, threads! > inline!, processes! > threads!]).toEqual([true, true, true]);
    expect(text.match(/of the others is than sequential/g)).toHaveLength(1);
    for (const [id, own] of [
      ['histogram', ['fill inner ln k1 step', 'ln k2 step', 'ln k3 step', 'ln k4 step']],
      ['percentiles', ['ln k1 p50', 'ln k2 p50', 'ln k3 p50', 'ln k4 p50']],
      ['within-p50', ['ln p50 k1', 'ln p50 k2', 'ln p50 k3', 'ln p50 k4']],
      ['rounds-p50', ['dot big k1', 'dot big k2', 'dot big k3', 'dot big k4']],
    ] as const) {
      expect(inFigure(id).classes.filter((name) => /k\d/.test(name))).toEqual(own);
    }
    const many = readMarkup(
      pageOf(comparisonWith('modes', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 2)),
    ).elements;
    expect(many.filter(({ attributes }) => /^ln k\d p50$/.test(attributes['class'] ?? '')).length).toBe(
      7 + 8,
    );
  });

  test('where rounds have few requests, the axis of the shift ends where its lines do', () => {
    const few = {
      ...COMPARED,
      arms: COMPARED.arms.map((arm) => ({
        ...arm,
        rounds: arm.rounds.map((round) => ({
          ...round,
          latencyMs: {
            ...round.latencyMs,
            response: { ...round.latencyMs.response, count: 150, cells: [1_400, 60, 60, 30] },
          },
        })),
      })),
    };
    const figure = readMarkup(pageOf(few)).elements.find(
      ({ attributes }) => attributes['id'] === 'shift-chart',
    );
    const points = JSON.parse(figure!.attributes['data-points']!) as [number, string][];
    expect(points.at(-1)![0]).toBeGreaterThan(0.9);
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
    expect(headingOf(OLDER)).toBe('B is slower.');
    expect(headingOf(REPEATED)).toBe('6 rounds of one plan.');
    expect(headingOf(failing(REPEATED))).toBe('The target is failing.');
    expect(headingOf(concluding('pair-by-failures', { a: 'B', outcome: 'worse' }))).toBe('B fails more.');
    expect(headingOf(concluding('pair-by-failures', { a: 'B', outcome: 'both-fail' }))).toBe('Both fail.');
    expect(headingOf(concluding('recommended', { choice: 'threads', undecided: [] }))).toBe('Take threads.');
    expect(headingOf(concluding('nothing-recommended', {}))).toBe('All fail too much to recommend one.');
    expect(headingOf(concluding('something-new', {}))).toBe('Nothing to compare.');
  });

  test('of an older one without codes it is not said that nothing stood in the way', () => {
    const notesOf = (comparison: Comparison): string =>
      /class="rules"><h3>([^<]*)</.exec(pageOf(comparison))![1]!;
    expect(notesOf(OLDER_MODES)).toBe('Notes');
    expect(notesOf({ ...OLDER_MODES, notes: [] })).toBe('No caveats');
    expect(readMarkup(pageOf(OLDER_MODES)).text).not.toContain('Shape');
  });

  test('intervals with hardly a request in them make no course', () => {
    const thin = (inEach: number): Comparison => ({
      ...REPEATED,
      arms: REPEATED.arms.map((arm) => ({
        ...arm,
        rounds: arm.rounds.map((round) => ({
          ...round,
          series: {
            ...round.series,
            buckets: round.series.buckets.map((bucket, index) =>
              index % inEach === 0 ? bucket : { ...bucket, p50: null, p99: null },
            ),
          },
        })),
      })),
    });
    expect(titlesOf(pageOf(thin(1)))).toContain('Within a round');
    expect(titlesOf(pageOf(thin(4)))).not.toContain('Within a round');
  });

  test('text of a target changes nothing but text', () => {
    const evil = `</script><img src=x onerror="alert(1)">'"&`;
    const named = (text: string): Comparison =>
      JSON.parse(
        JSON.stringify(SINGLE)
          .replaceAll('"B"', JSON.stringify(text))
          .replaceAll('http://127.0.0.1:8080/', `http://${JSON.stringify(text).slice(1, -1)}/`),
      ) as Comparison;
    const [page, harmless] = [readMarkup(pageOf(named(evil))), readMarkup(pageOf(named('harmless')))];
    expect(page.problems).toEqual([]);
    expect(page.elements.map(({ name }) => name)).toEqual(harmless.elements.map(({ name }) => name));
    expect(page.text.split(evil).length).toBe(harmless.text.split('harmless').length);
  });
});
