import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Comparison, Summary } from '../../src/api/index.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderTrend } from '../../src/main/reporters/html/trend/trend-page.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { Chromium, chromiumPath } from '../support/chromium.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { keptWith, listed } from '../support/kept-runs.ts';
import { expectPainted, expectSound, pageFile } from '../support/page-checks.ts';
import { longRun, withTokens } from '../support/pages.ts';
import { agentsWith, streamed, visited } from '../support/parts.ts';
import { sweepWith } from '../support/sweeps.ts';

const LONG = 'x'.repeat(1_500);
const RUN = longRun(180, 1_000);
const FAR = comparisonWith('compare', ['A', 'B'], 6);
/** As results were before histograms, fans and failures of each interval. */
function older(run: Summary): Summary {
  const { cells: _cells, ...response } = run.latencyMs.response;
  const buckets = run.series.buckets.map(({ atMs, sent, ok, failed, p50, p99 }) => ({
    ...{ atMs, sent, ok, failed, p50, p99, cells: [] },
  }));
  return {
    ...run,
    latencyMs: { ...run.latencyMs, response, service: response },
    series: { ...run.series, buckets },
  };
}
const RESULTS: Readonly<Record<string, Summary | Comparison | Sweep>> = {
  'ten minutes': longRun(600, 1_000),
  'a tenth of a second': longRun(10, 10),
  'one interval': longRun(1, 1_000),
  'an older one': older(longRun(60, 1_000)),
  'a batch': {
    ...RUN,
    rows: {
      ...{
        total: 300,
        done: 300,
        doneBefore: 10,
        ok: 288,
        failed: 12,
        retries: 4,
        returned: 0,
        rateLimitReplies: 2,
      },
      ...{ isComplete: true, statuses: { '200': 288, '0': 12 }, errors: { timeout: 12 } },
    },
  } as Summary,
  'streams of tokens': { ...withTokens(RUN), streams: streamed(RUN.latencyMs.service) },
  'users with everything': { ...longRun(60, 1_000), scenarios: visited(RUN.latencyMs.service) },
  'agents, one of them lost': {
    ...longRun(60, 1_000),
    agents: agentsWith('<b>agent</b>'),
    notes: ['As long as the longest of its own notes. '.repeat(14)],
  },
  'very long words': {
    ...RUN,
    agents: agentsWith(LONG),
    notes: [LONG],
    plan: { ...RUN.plan, target: { url: `http://h/${LONG}`, method: LONG } },
    mix: RUN.mix.map((row) => ({ ...row, name: LONG, url: LONG })),
    errors: [{ ...RUN.errors[0]!, code: LONG, example: LONG }],
    thresholds: RUN.thresholds.map((rule) => ({ ...rule, expression: LONG })),
  },
  'two arms': comparisonWith('compare', ['A', 'B'], 8),
  'two arms far apart': {
    ...FAR,
    pairs: FAR.pairs.map((pair) => ({
      ...pair,
      shifts: ['10', '50', '99', '99.9'].map((percentile, index) => ({
        ...{
          percentile,
          aMs: [1.36, 145.6, 12_345, 0.0123][index]!,
          bMs: [0.153, 28.5, 1_234, 12_345][index]!,
        },
        ...{
          ratio: 6,
          low: [6.874, 5.062, 0.217, 0.0001][index]!,
          high: [1_345, 6.597, 5.309, 4.688][index]!,
        },
      })),
    })),
  },
  'two results': comparisonWith('compare', ['A', 'B'], 1),
  'four arms': comparisonWith('modes', ['sequential', 'inline', 'threads ×2', 'processes ×2'], 7),
  'three arms': comparisonWith('modes', ['inline', 'threads ×2', 'processes ×2'], 6),
  'a sweep of connections': sweepWith({}),
  'a sweep of rates': sweepWith({ over: 'rate', times: 100 }),
  'a sweep of streams': sweepWith({ counts: 'tokens' }),
  'a sweep that is not at its end': sweepWith({ levels: 2, endedBy: 'unfinished' }),
  'rounds of one': comparisonWith('repeat', ['run'], 6),
};
const KEPT = listed(
  ...Array.from({ length: 24 }, (_, index) => keptWith(10 + (index % 5), { interrupted: index % 7 === 3 })),
  keptWith(3, { plan: { ...RUN.plan, target: { url: `http://h/${LONG}`, method: 'GET' } } }),
  comparisonWith('repeat', ['run'], 6),
  comparisonWith('compare', ['A', 'B'], 6),
);
const MOST_SHEETS = 8;
/** Of which there are some fifty. */
const MOST_SHEETS_OF_LONG_WORDS = 30;

const folder = mkdtempSync(join(tmpdir(), 'volley-pages-'));
const file = (name: string): string => join(folder, `${name.replaceAll(' ', '-')}.html`);
/** Pages with what they hold. */
const PAGES: Readonly<Record<string, { readonly page: string; readonly result: object }>> = {
  ...Object.fromEntries(
    Object.entries(RESULTS).map(([name, result]) => [name, { page: renderHtml(result), result }]),
  ),
  'kept results': { page: renderTrend(KEPT), result: KEPT },
};
let browser: Chromium;
beforeAll(async () => {
  for (const [name, { page }] of Object.entries(PAGES)) pageFile(file(name), page);
  browser = await Chromium.start(chromiumPath()!);
}, 60_000);
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(PAGES))('the page of %s', (name) => {
  test.each([
    { width: 1280, isDark: false },
    { width: 1280, isDark: true },
    { width: 820, isDark: false },
    { width: 640, isDark: true },
    { width: 390, isDark: false },
    { width: 360, isDark: true },
  ])('at %j nothing goes wrong, is asked for, sticks out or is hard to read', async (opened) => {
    await expectSound(browser, file(name), opened);
  });

  test.each([{ hasScript: true }, { hasScript: false }])('every drawing is painted, %j', async (opened) => {
    expect(await expectPainted(browser, file(name), opened)).toBeGreaterThan(0);
  });

  test('prints on light paper, on few sheets', async () => {
    const page = await browser.open(file(name), { isDark: true });
    const most = name === 'very long words' ? MOST_SHEETS_OF_LONG_WORDS : MOST_SHEETS;
    expect(await page.sheets()).toBeLessThanOrEqual(most);
    await page.call('Emulation.setEmulatedMedia', {
      media: 'print',
      features: [{ name: 'prefers-color-scheme', value: 'dark' }],
    });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(252, 252, 250)');
    await page.close();
  });

  test('charts are read with the arrow keys, and give the JSON back', async () => {
    const page = await browser.open(file(name));
    const charts = await page.evaluate<number>(`document.querySelectorAll('.chart').length`);
    for (let index = 0; index < charts; index++) {
      await page.evaluate(`document.querySelectorAll('.chart')[${index}].focus({ focusVisible: true })`);
      await page.key('ArrowRight');
      expect(await page.evaluate(`document.activeElement.querySelector('.read').textContent`)).not.toBe('');
    }
    const saved = await page.evaluate<string>(`new Promise((resolve) => {
      URL.createObjectURL = (blob) => (blob.text().then(resolve), '#');
      document.querySelector('#save').click();
    })`);
    expect(JSON.parse(saved)).toEqual(JSON.parse(JSON.stringify(PAGES[name]!.result)));
    await page.close();
  });
});
