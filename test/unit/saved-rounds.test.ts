import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Comparison } from '../../src/api/index.ts';
import { compareSaved } from '../../src/main/compare/saved.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { useFolder } from '../support/folder.ts';
import { readMarkup } from '../support/markup.ts';

const inFolder = useFolder();
const JUDGED = { metric: 'p50', margin: 0.03 } as const;

/** Rounds of one plan; those of `B` take longer by some 64ths of an octave. */
function saved(name: string, of: 'A' | 'B', rounds: number): string {
  const { arms, ...rest } = comparisonWith('compare', ['A', 'B'], rounds);
  const arm = arms.find((one) => one.name === of)!;
  const path = inFolder(name);
  const result: Comparison = { ...rest, kind: 'repeat', pairs: [], arms: [{ ...arm, name: 'run' }] };
  writeFileSync(path, JSON.stringify(result));
  return path;
}

test('saved rounds are compared at each percentile, from the histograms in them', async () => {
  const [a, b] = [saved('a.json', 'A', 6), saved('b.json', 'B', 6)];
  const comparison = await compareSaved(a, b, JUDGED, false);
  const [pair] = comparison.pairs;
  const direct = comparisonWith('compare', ['A', 'B'], 6).arms.map(
    ({ rounds }) => rounds[0]!.latencyMs.response.percentiles['50']!,
  );
  expect(pair!.shifts.map(({ percentile }) => percentile)).toEqual(
    expect.arrayContaining(['10', '50', '90', '99', '99.9']),
  );
  for (const { aMs, bMs, ratio, low, high } of pair!.shifts) {
    // Merged histograms: each of B's cells is as far above A's.
    expect(aMs).toBeGreaterThan(bMs);
    // What is only a lower bound in a round has no ratio.
    if (ratio === null) continue;
    expect(low!).toBeLessThanOrEqual(ratio!);
    expect(high!).toBeGreaterThanOrEqual(ratio!);
    expect(ratio!).toBeCloseTo(aMs / bMs, 1);
  }
  expect(pair!.shifts.find(({ percentile }) => percentile === '50')!.ratio).toBeGreaterThan(1);
  expect(direct[1]!).toBeGreaterThan(direct[0]!);
  expect(pair!.probabilityShorter!).toBeGreaterThan(0);
  expect(pair!.probabilityShorter!).toBeLessThan(0.5);
  expect(comparison.findings!.notes.map(({ code }) => code)).not.toContain('rounds-without-cells');
  const { text } = readMarkup(renderHtml(comparison));
  expect(text).toContain('Percentiles of all rounds together');
  expect(text).toContain('95\u00a0% by round');
});

test('where an older version saved rounds without histograms, a sentence says that there are no percentiles', async () => {
  const old = inFolder('old.json');
  writeFileSync(old, readFileSync('test/fixtures/older-results/repeat.json'));
  const comparison = await compareSaved(old, saved('c.json', 'B', 3), JUDGED, true);
  expect(comparison.pairs[0]).toMatchObject({ shifts: [], probabilityShorter: null });
  expect(comparison.findings!.notes).toContainEqual({ code: 'rounds-without-cells', figures: { arm: 'A' } });
  expect(comparison.notes).toContain(
    'Percentiles over all rounds are not compared: an older volley saved A, without its histograms.',
  );
});
