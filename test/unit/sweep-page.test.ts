import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { resultInPage } from '../../src/main/files/page-result.ts';
import { readReportable } from '../../src/main/files/result-file.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { powersOf } from '../../src/main/reporters/html/sweep/power.ts';
import { throughputInterval } from '../../src/main/reporters/html/sweep/throughput-interval.ts';
import { sweep } from '../../src/main/sweep/sweep.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { useFolder } from '../support/folder.ts';
import { readMarkup, wrongIn } from '../support/markup.ts';
import { summaryWith } from '../support/summary.ts';

const inFolder = useFolder();
const PLAN = {
  warmupMs: 0,
  stop: { durationMs: 1_000, requests: null },
  thresholds: [{ expression: 'p99<50ms' }],
} as unknown as RunPlan;
const fine = summaryWith();

/** Of a second, in parts of 100 ms. */
function seriesOf(oks: readonly number[]): Summary['series'] {
  const [like] = fine.series.buckets;
  const buckets = oks.map((ok, index) => ({ ...like!, atMs: index * 100, sent: ok, ok, failed: 0 }));
  return { ...fine.series, intervalMs: 100, buckets };
}

/** A target that gives 100/s for each connection, up to 8 of them, and bears 11. */
function at(level: number): Summary {
  const perSecond = 100 * Math.min(8, level);
  return summaryWith({
    windowMs: 1_000,
    rate: { ...fine.rate, throughputPerSecond: perSecond },
    series: seriesOf(Array.from({ length: 10 }, (_, part) => perSecond / 10 + (part % 2 === 0 ? 1 : -1))),
    thresholds: [{ expression: 'p99<50ms', measured: level * 4.3, isLowerBound: false, ok: level <= 11 }],
  });
}

function swept(
  measure: (level: number) => Summary | null,
  over: Sweep['over'] = 'concurrency',
  onSoFar: (soFar: Sweep) => void = () => {},
): Promise<Sweep> {
  return sweep({
    ...{ over, from: 1, to: 64, budgetMs: 60_000 },
    planOf: () => PLAN,
    measure: async (_plan, level) => measure(level) ?? 'interrupted',
    onLevel: async (_level, soFar) => onSoFar(soFar),
  });
}

describe('the page of a sweep', () => {
  test('says what is sustained, and draws each level with its interval', async () => {
    const result = await swept(at);
    const page = renderHtml(result);
    expect(wrongIn(page)).toEqual([]);
    expect(JSON.parse(resultInPage(page) ?? '')).toEqual(result);
    const { text, elements } = readMarkup(page);
    for (const words of [
      'Sustains 11 connections',
      ...result.conclusions,
      '12 connections: p99<50ms did not hold',
    ])
      expect(text.replaceAll('\u00a0', ' ')).toContain(words);
    const heads = elements.filter(({ name, attributes }) => name === 'th' && attributes['scope'] === 'col');
    // The last column has words: figures stand on the right.
    expect(heads.map(({ attributes }) => attributes['class'])).toEqual([
      ...heads.slice(1).map(() => 'n'),
      'words',
    ]);
    const figures = elements.filter(({ name }) => name === 'figure');
    expect(figures.map(({ attributes }) => attributes['id'])).toEqual([
      'sweep-throughput',
      'sweep-latency',
      'sweep-cost',
      'sweep-power',
    ]);
    const points = JSON.parse(figures[0]?.attributes['data-points'] ?? '') as [number, string][];
    expect(points).toHaveLength(result.levels.length);
    expect(points[3]?.[1].replaceAll('\u00a0', ' ')).toBe('8 connections  800/s (793/s to 807/s)  knee');
    expect(points.at(-1)?.[1]).toContain('not sustained');
    const [, , cost, power] = figures.map(({ attributes }) => attributes['data-points'] ?? '');
    expect(cost).toContain('8 connections  800/s  p99');
    expect(power).toContain('8 connections  100.0\u00a0%  knee');
    expect(text.replaceAll('\u00a0', ' ')).toContain('Sustained11 conn.not 12 connections');
    // Levels are doubled: each doubling is as wide as another.
    const shares = points.map(([share]) => share);
    expect(shares[1]! - shares[0]!).toBeCloseTo(shares[3]! - shares[2]!, 3);
    const whiskers = elements.filter(({ attributes }) => attributes['class'] === 'whisker');
    expect(whiskers[0]?.attributes['d']?.match(/M/g)).toHaveLength(result.levels.length);
    const crosses = elements.filter(({ attributes }) => attributes['class'] === 'cross');
    // Two strokes each: of two levels, in the throughput, either line of the latency, its cost and the power.
    expect(crosses.map(({ attributes }) => attributes['d']?.match(/M/g)?.length)).toEqual([4, 4, 4, 4, 4]);
    const ideal = elements.find(({ attributes }) => attributes['class'] === 'ln asked');
    // It goes up to where ten connections would give more than the axis has.
    expect(ideal?.attributes['d']).toMatch(/^M40 /);
    expect(elements.filter(({ name }) => name === 'tr')).toHaveLength(1 + result.levels.length);
  });

  test.each([
    ['not even the first level', () => at(20), 'Does not sustain the first level'],
    ['nothing measured', () => null, 'Not measured'],
    ['one level', (level: number) => (level === 1 ? at(1) : null), 'Sustains at least 1 connection'],
    ['all of it sustained', () => at(2), 'Sustains at least 64 connections'],
  ])('of %s', async (_name, measure, words) => {
    const page = renderHtml(await swept(measure));
    expect(wrongIn(page)).toEqual([]);
    expect(readMarkup(page).text).toContain(words);
  });

  test('of a first level at which volley was the limit: in the table with a mark, and read back whole', async () => {
    const generator = { ...fine.generator, verdict: 'generator-limited' as const, reasons: ['No core.'] };
    const result = await swept(() => ({ ...at(1), generator }));
    const page = renderHtml(result);
    expect(wrongIn(page)).toEqual([]);
    const { text, elements } = readMarkup(page);
    expect(text).toContain('volley itself was the limit.');
    expect(text).toContain('A level with ? says little about the target: volley itself was the limit');
    expect(elements.filter(({ name }) => name === 'tr')).toHaveLength(2);
    const path = inFolder('limited.html');
    writeFileSync(path, page);
    const read = await readReportable(path);
    expect(renderHtml(read)).toBe(page);
    writeFileSync(
      path,
      JSON.stringify({ ...result, generatorLimit: { ...result.generatorLimit, measured: 1 } }),
    );
    await expect(readReportable(path)).rejects.toThrow('generatorLimit.measured is not an object');
  });

  test('of a sweep that goes on: each level that is done is in the file, and the file says so', async () => {
    const pages: [number, string][] = [];
    const result = await swept(at, 'concurrency', (soFar) =>
      pages.push([soFar.levels.length, renderHtml(JSON.parse(JSON.stringify(soFar)) as Sweep)]),
    );
    expect(pages.map(([levels]) => levels)).toEqual(result.levels.map((_, index) => index + 1));
    for (const [levels, page] of pages) {
      expect(wrongIn(page)).toEqual([]);
      const soFar = JSON.parse(resultInPage(page) ?? '') as Sweep;
      expect([soFar.interrupted, soFar.endedBy, soFar.levels.length]).toEqual([true, 'unfinished', levels]);
      expect(soFar.levels.map(({ level }) => level)).toEqual(
        soFar.levels.map(({ level }) => level).toSorted((a, b) => a - b),
      );
      expect(page.match(/<p class="notice">Incomplete: saved during the sweep/g)).toHaveLength(1);
      expect(readMarkup(page).text.match(/Incomplete/g)).toHaveLength(1);
    }
    expect([result.interrupted, result.endedBy]).toEqual([false, 'found']);
  });

  test('of rates, and what a target says stays text', async () => {
    const plan = { ...fine.plan, target: { method: 'GET', url: 'http://x/<script>&"' } };
    const page = renderHtml(await swept((level) => ({ ...at(level), plan }), 'rate'));
    expect(wrongIn(page)).toEqual([]);
    expect(page).not.toContain('x/<script>');
    expect(readMarkup(page).text).toContain('Sustains 11.0/s');
    const shownOf = async (over: Sweep['over']): Promise<string> => {
      const result = await swept(at, over);
      return readMarkup(renderHtml({ ...result, rules: [] })).text;
    };
    expect(await shownOf('rate')).toContain(
      'good as long as the target does not fail and keeps up. Give a rule',
    );
    expect(await shownOf('concurrency')).toContain('good as long as the target does not fail. Give a rule');
  });
});

test('how sure a throughput is, from the parts of its level', () => {
  const of = (oks: readonly number[]): unknown =>
    throughputInterval({ ...at(1), rate: { ...fine.rate, throughputPerSecond: 100 }, series: seriesOf(oks) });
  expect(of([10, 10, 10, 10, 10])).toEqual({ low: 100, high: 100 });
  // The standard deviation of the parts is 10/s, and the root of their number 3.
  expect(of([9, 11, 9, 11, 9, 11, 10, 10, 10, 10].slice(0, 9))).toEqual({
    low: expect.closeTo(100 - (1.96 * Math.sqrt(600 / 8)) / 3, 6),
    high: expect.closeTo(100 + (1.96 * Math.sqrt(600 / 8)) / 3, 6),
  });
  expect(of([10, 10, 10, 10])).toBeNull();
});

test('the power of each level, as a share of the best', () => {
  const withMean = (level: number, perSecond: number, mean: number | null): Sweep['levels'][number] => {
    const summary = at(level);
    const { headline } = summary.latencyMs;
    const latencyMs = { ...summary.latencyMs, [headline]: { ...summary.latencyMs[headline], mean } };
    return { level, throughputPerSecond: perSecond, isGood: true, summary: { ...summary, latencyMs } };
  };
  expect(
    powersOf([
      withMean(1, 100, 10),
      withMean(2, 200, 10),
      withMean(4, 390, 20),
      withMean(8, 400, 40),
      withMean(16, 0, null),
    ]),
  ).toEqual([
    { level: 1, share: 0.5, isAsGood: false },
    { level: 2, share: 1, isAsGood: true },
    { level: 4, share: 0.975, isAsGood: true },
    { level: 8, share: 0.5, isAsGood: false },
  ]);
});
