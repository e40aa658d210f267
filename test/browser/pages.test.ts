import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderTrend } from '../../src/main/reporters/html/trend/trend-page.ts';
import { Chromium, chromiumPath } from '../support/chromium.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { keptWith, listed } from '../support/kept-runs.ts';
import { expectPainted, expectSound, pageFile } from '../support/page-checks.ts';
import { longRun } from '../support/pages.ts';

const path = chromiumPath();
const folder = mkdtempSync(join(tmpdir(), 'volley-pages-'));
const RUN = pageFile(join(folder, 'run.html'), renderHtml(longRun(180, 1_000)));
const COMPARED = pageFile(
  join(folder, 'compared.html'),
  renderHtml(comparisonWith('compare', ['A', 'B'], 6)),
);
const TREND = pageFile(
  join(folder, 'trend.html'),
  renderTrend(listed(keptWith(4), keptWith(3, { interrupted: true }), keptWith(2))),
);

let browser: Chromium;
beforeAll(async () => {
  if (path !== null) browser = await Chromium.start(path);
});
afterAll(async () => {
  if (path !== null) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const READ = (track: string): string => `document.querySelector('[data-track="${track}"] .read').textContent`;
const VIEW = `document.querySelector('#stack .marks').getAttribute('viewBox')`;

(path === null ? describe.skip : describe)('pages in a browser', () => {
  test('on a phone, broken rules that take several lines begin as high as what is beside them', async () => {
    const thresholds = ['p50<1ms', 'p99<2ms', 'throughput>5000/s'].map((expression) => ({
      ...({
        expression,
        figure: 'p50',
        latency: 'response',
        request: null,
        operator: '<',
        limit: 1,
      } as const),
      ...{ measured: 4, isLowerBound: false, requestsNeeded: null, isImplied: false, ok: false },
    }));
    const file = join(folder, 'broken.html');
    const broken = pageFile(file, renderTrend(listed(keptWith(4, { thresholds }), keptWith(3))));
    const page = await browser.open(broken, { width: 360 });
    const tops = `(() => {
      const cells = [...document.querySelectorAll('.runs td')];
      const broken = cells.findIndex((cell) => cell.dataset.l === 'rules' && cell.querySelector('code'));
      const top = (cell) => Math.round(cell.getBoundingClientRect().top);
      return [-1, 0, 1].map((step) => top(cells[broken + step]));
    })()`;
    const [before, rules, after] = await page.evaluate<number[]>(tops);
    // One of the two may be in another row of the card.
    expect([before, after]).toContain(rules);
    await page.close();
  });

  test.each([
    [RUN, { width: 1280 }],
    [RUN, { width: 360, isDark: true }],
    [RUN, { width: 640 }],
    [COMPARED, { width: 360 }],
    [TREND, { width: 360 }],
  ])('%s at %j: sound', async (file, opened) => {
    await expectSound(browser, file, opened);
  });

  test('every chart is painted without JavaScript', async () => {
    expect(await expectPainted(browser, RUN, { hasScript: false })).toBeGreaterThan(10);
  });

  test('keys move the moment, zoom and back', async () => {
    const page = await browser.open(RUN);
    for (let presses = 0; presses < 40; presses++) {
      if (await page.evaluate<boolean>(`document.activeElement.id === 'slider'`)) break;
      await page.key('Tab');
    }
    for (let presses = 0; presses < 30; presses++) await page.key('ArrowRight');
    await page.until(`document.activeElement.getAttribute('aria-valuenow') === '30'`);
    expect(await page.evaluate(`document.activeElement.getAttribute('aria-valuetext')`)).toMatch(
      /^0:30: [\d.]+\/s sent {2}[\d.]+\/s ok, response p50 [\d.]+ ms {2}p99 [\d.]+ ms {2}max (≥ )?\d+ ms, \d failed, \d+ without an answer$/,
    );
    expect(await page.evaluate(READ('response'))).toMatch(/^p50 .* p90 .* p99 .* max /);
    expect(await page.evaluate(READ('target'))).toMatch(/^\d+$/);
    const whole = await page.evaluate(VIEW);
    await page.key('+');
    expect(await page.evaluate(VIEW)).toMatch(/^\d+ 0 180 /);
    await page.key('Escape');
    expect(await page.evaluate(VIEW)).toBe(whole);
    expect(page.problems).toEqual([]);
    await page.close();
  });

  test('a pointer reads every track, and a drag zooms', async () => {
    const page = await browser.open(RUN, { height: 1_600 });
    const box = await page.evaluate<{ x: number; y: number; width: number }>(
      `(({ x, y, width }) => ({ x, y, width }))(document.querySelector('[data-track=response] .marks').getBoundingClientRect())`,
    );
    await page.mouse('mouseMoved', box.x + box.width / 2, box.y + 50);
    await page.until(`${READ('rate')} !== ''`);
    await page.mouse('mousePressed', box.x + box.width * 0.4, box.y + 50, true);
    await page.mouse('mouseMoved', box.x + box.width * 0.6, box.y + 50, true);
    await page.mouse('mouseReleased', box.x + box.width * 0.6, box.y + 50, true);
    expect(await page.evaluate(VIEW)).toMatch(/^14[24] 0 7[24] /);
    await page.close();
  });

  test('what a target says cannot run', async () => {
    const evil = `</script><script>document.title='x'</script><img src=x onerror="document.title='x'">'"`;
    const result = longRun(20, 1_000, { notes: [evil], degradedReasons: [evil] });
    const file = pageFile(
      join(folder, 'evil.html'),
      renderHtml({ ...result, errors: [{ ...result.errors[0]!, example: evil }] }),
    );
    const page = await browser.open(file);
    await page.until(`document.documentElement.classList.contains('js')`);
    expect(await page.evaluate(`[document.images.length, document.scripts.length]`)).toEqual([0, 2]);
    expect(await page.evaluate('document.title')).toMatch(/^The target was the limit/);
    expect(page.problems).toEqual([]);
    await page.close();
  });
});
