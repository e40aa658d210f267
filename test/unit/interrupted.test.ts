import { expect, test } from '@jest/globals';
import { interruptedAmong } from '../../src/main/collect/interrupted.ts';
import { ScenarioTally } from '../../src/main/collect/scenario-tally.ts';
import { Snapshot } from '../../src/main/collect/snapshot.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { renderLiveMetrics } from '../../src/main/live/prometheus-live.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { renderCsv } from '../../src/main/reporters/csv.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderPrometheus } from '../../src/main/reporters/prometheus.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { recordsOf } from '../support/samples.ts';
import { MIX, summaryWith } from '../support/summary.ts';

test.each([
  ['late from twice the slowest good answer on', [0, 100, 199.9, 200, 1_000], 100, 3],
  ['all late without a good answer', [0.1, 5], 0, 0],
])('requests that volley ended are %s', (_, tookMs, longestOkMs, interrupted) => {
  expect(interruptedAmong(tookMs, longestOkMs)).toBe(interrupted);
});

const { requests } = summaryWith();
const mix = MIX.map((row) => ({ ...row, interrupted: 7 }));
const CUT = summaryWith({ mix, requests: { ...requests, ok: 86, interrupted: 14 } });
const PLAIN = summaryWith({ mix: MIX });

/** The cells of the first table whose heading has this cell, by their heading. */
function cellOf(heading: string, separator: string, lines: readonly string[]): string | undefined {
  const cells = (line: string | undefined): string[] =>
    (line ?? '').split(separator).map((cell) => cell.trim());
  const at = lines.findIndex((line) => cells(line).includes(heading));
  const rows = lines.slice(at + 1).filter((line) => !/^\|[ :|-]+$/.test(line));
  return cells(rows[0])[cells(lines[at]).indexOf(heading)];
}

test('requests that were interrupted have their place in each form, and none where there are no users', () => {
  const csv = (summary: typeof CUT): string[] => renderCsv(summary).split('\n');
  expect(cellOf('interrupted_requests', ',', csv(CUT))).toBe('14');
  expect(csv(PLAIN)[0]).not.toContain('interrupted_requests');
  expect(cellOf('interrupted', '|', renderMarkdown(CUT).split('\n'))).toBe('14');
  expect(renderMarkdown(PLAIN)).not.toContain('interrupted');
  const all = renderPrometheus(CUT).split('\n');
  const series = all.filter((line) => line.includes('outcome="interrupted"'));
  expect(series.map((line) => [line.split('{')[0], line.split(' ').at(-1)])).toEqual([
    ['volley_requests_total', '14'],
    ['volley_mix_requests_total', '7'],
    ['volley_mix_requests_total', '7'],
  ]);
  expect(renderPrometheus(PLAIN)).not.toContain('outcome="interrupted"');
  expect(renderText(CUT)).toMatch(/^requests +100 sent in 1\.00 s, 86 ok, 0 failed, 14 interrupted$/m);
  expect(renderHtml(CUT)).toContain('14 interrupted with their iterations');
  expect(renderHtml(PLAIN)).not.toContain('interrupted with');
});

test('scrapers of a run under way see them apart from those that were late', async () => {
  const tally = new Tally();
  tally.outcomes[OUTCOME.ok] = 5;
  tally.outcomes[OUTCOME.unfinished] = 3;
  tally.longestOkMs = 100;
  tally.addEnded([20, 150, 400]);
  const scenarios = new ScenarioTally({ scenarios: [], metrics: {} }, 1);
  const plain = await resolvePlan({ url: 'http://127.0.0.1:9/' });
  const plan = { ...plain, scenarios: {} as NonNullable<RunPlan['scenarios']> };
  const shown = renderLiveMetrics(plan, new Snapshot([tally], recordsOf({ scenarios }), 1_000));
  const counts = [...shown.matchAll(/requests_total\{.*outcome="(\w+)"\} (\d+)/g)].map((found) =>
    found.slice(1),
  );
  expect(Object.fromEntries(counts)).toEqual({
    ...{ ok: '5', failed: '0', unfinished: '1', interrupted: '2', dropped: '0' },
  });
});
