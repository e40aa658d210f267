import { expect, test } from '@jest/globals';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderSweep } from '../../src/main/reporters/sweep-text.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { readMarkup } from '../support/markup.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';
import { sweepWith } from '../support/sweeps.ts';

const BOUNDED = { ...LATENCY, censored: 3, atLeast: ['99'] };
const RESULT = summaryWith({ latencyMs: { ...summaryWith().latencyMs, service: BOUNDED } });

test('what requests without an answer make a lower bound is marked as one in every form', () => {
  expect(renderText(RESULT)).toContain('p99 ≥ 12.5 ms  max ≥ 20.0 ms\n');
  expect(renderMarkdown(RESULT)).toMatch(
    /\| service +\| 100 µs +\| ≥ 1\.25 ms \| 1\.00 ms \| 2\.00 ms \| ≥ 12\.5 ms \| +– \| ≥ 20\.0 ms \|/,
  );
  const sweep = sweepWith({ levels: 2 });
  const levels = sweep.levels.map((level) => ({ ...level, summary: RESULT }));
  expect(renderSweep({ ...sweep, levels })).toMatch(/^1 .* 1\.00 ms +≥ 12\.5 ms /m);
  const { text, elements } = readMarkup(renderHtml({ ...sweep, levels }));
  expect(text).toContain('1.00\u00a0ms≥ 12.5\u00a0ms');
  const points = elements.flatMap(({ attributes }) => attributes['data-points'] ?? []);
  expect(points.join()).toContain('p50 1.00\u00a0ms  p99 ≥\u00a012.5\u00a0ms');
  expect(points.join()).toMatch(/\/s {2}p99 ≥\u00a012\.5\u00a0ms/);
});
