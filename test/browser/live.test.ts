import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Collector } from '../../src/main/collect/collector.ts';
import { WebLive } from '../../src/main/live/web-live.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import type { AgentSoFar } from '../../src/protocol/agent-so-far.ts';
import type { TimedErrorTally } from '../../src/protocol/report.ts';
import { Chromium, chromiumPath } from '../support/chromium.ts';
import { longRun } from '../support/pages.ts';
import { blockOf } from '../support/samples.ts';

const path = chromiumPath();
const STATE = `document.querySelector('#live-state').textContent`;
const BIG = `document.querySelector('.big').textContent`;
const SENT = `document.querySelector('.tiles .under').textContent`;

let browser: Chromium;
beforeAll(async () => {
  if (path !== null) browser = await Chromium.start(path);
});
afterAll(async () => {
  if (path !== null) await browser.close();
});

/** A run of which 500 requests are recorded at each look, every fourth of them failed where it is to fail. */
async function underWay(isFailing = false, agents: readonly AgentSoFar[] = []): Promise<WebLive> {
  const plan = await resolvePlan({
    url: 'http://127.0.0.1:9/<b>',
    workers: 1,
    seed: 1,
    duration: '30s',
    concurrency: 4,
  });
  const collector = new Collector(plan, 1, 30_000, 1_000_000);
  let looks = 0;
  return WebLive.open(0, plan, () => {
    const samples = Array.from({ length: 500 }, (_, row) => ({
      intendedMs: looks * 1_000 + row * 2,
      serviceMs: 3 + (row % 7),
      ...(isFailing && row % 4 === 0 ? ({ status: 503, outcome: 'status' } as const) : { status: 200 }),
    }));
    const failures: TimedErrorTally = {
      ...{ kind: 'status' as const, code: '503', count: 125, example: 'GET /<b> was answered with 503' },
      ...{ firstAtMs: looks * 1_000, lastAtMs: looks * 1_000 + 992 },
    };
    collector.take(0, blockOf(samples), isFailing ? [failures] : []);
    return collector.snapshot(++looks * 1_000, agents);
  });
}

/** As a browser that was stopped: it has come, and reads nothing. */
async function stoppedReader({ url }: WebLive): Promise<IncomingMessage> {
  const [reader] = (await once(
    get(`${url}events`).on('error', () => {}),
    'response',
  )) as [IncomingMessage];
  return reader.on('error', () => {}).pause();
}

(path === null ? describe.skip : describe)('the page of a run under way', () => {
  test('follows the run, holds what is being read, and becomes the page of the result', async () => {
    const live = await underWay();
    const page = await browser.open('/dev/null', { height: 1_400 });
    await page.load(live.url);
    await page.until(`${STATE} === 'Live'`);
    expect(await page.evaluate(BIG)).toMatch(/^Under way: 0:0\d of 0:30\.$/);
    await page.until(`document.querySelector('#time') !== null`);
    const sent = `Number.parseInt(${SENT}.replace(',', ''))`;
    const before = await page.evaluate<number>(sent);
    await page.until(`${sent} >= ${before + 1_000}`);

    await page.evaluate(`document.querySelector('#slider').focus({ focusVisible: true })`);
    await page.key('End');
    await page.until(`document.querySelector('[data-track="rate"] .read').textContent !== ''`);
    await page.evaluate(`(document.querySelector('#time').isMine = true)`);
    await page.until(`${STATE}.includes('is updated when you leave it')`);
    expect(await page.evaluate(`document.querySelector('#time').isMine`)).toBe(true);

    await live.end(longRun(20, 1_000));
    await page.until(`${STATE}.startsWith('The run has ended.')`);
    expect(await page.evaluate(BIG)).toBe('The target was the limit.');
    expect(
      await page.evaluate(`[...document.querySelectorAll('main > section')].map(({ id }) => id)`),
    ).toEqual(['verdict', 'time', 'distribution', 'requests', 'failures', 'workers', 'plan', 'data']);
    const saved = await page.evaluate<string>(`new Promise((resolve) => {
      URL.createObjectURL = (blob) => (blob.text().then(resolve), '#');
      document.querySelector('#save').click();
    })`);
    expect(JSON.parse(saved)).toEqual(JSON.parse(JSON.stringify(longRun(20, 1_000))));
    expect(page.problems).toEqual([]);
    await page.close();
  });

  test('of a run that fails says so at once, to each reader, whatever another one does not take in; agents have a row each', async () => {
    const evil = `<img src=x onerror="document.title='x'">`;
    const live = await underWay(true, [
      { name: evil, state: 'running', sent: 1_200, perSecond: 20, mostLagMs: 1.25 },
      { name: 'agent-2', state: 'lost', sent: 300, perSecond: null, mostLagMs: 4 },
    ]);
    const stopped = await stoppedReader(live);
    const pages = [await browser.open('/dev/null'), await browser.open('/dev/null', { width: 360 })];
    for (const page of pages) await page.load(live.url);
    for (const page of pages) {
      await page.until(`${STATE} === 'Live'`);
      await page.until(`document.querySelector('#verdict .notice') !== null`);
      expect(await page.evaluate(`document.querySelector('#verdict .notice').textContent`)).toBe(
        '25.0\u00a0% of the requests have failed so far; most often status (503): GET /<b> was answered with 503',
      );
      await page.until(`document.querySelector('#failures') !== null`);
      expect(await page.evaluate(`document.querySelectorAll('b:not([class])[id]').length`)).toBe(0);
      expect(
        await page.evaluate(
          `[...document.querySelectorAll('#agents tbody tr')].map(({ cells }) => [...cells].map(({ textContent }) => textContent.trim()))`,
        ),
      ).toEqual([
        ['agent-2', 'lost', '300', '–', '4.00\u00a0ms'],
        [evil, 'running', '1,200', '20.0/s', '1.25\u00a0ms'],
      ]);
      expect(await page.evaluate('document.images.length')).toBe(0);
    }
    stopped.destroy();
    const failing = longRun(20, 1_000);
    await live.end({ ...failing, generator: { ...failing.generator, verdict: 'failing' } });
    for (const page of pages) {
      await page.until(`${STATE}.startsWith('The run has ended.')`);
      expect(await page.evaluate(BIG)).toBe('The target is failing.');
      expect(page.problems).toEqual([]);
      await page.close();
    }
  }, 60_000);

  test('says so where there are too many readers, and that it does not follow the run', async () => {
    const live = await underWay();
    const readers = await Promise.all(Array.from({ length: 16 }, () => stoppedReader(live)));
    const page = await browser.open('/dev/null');
    await page.load(live.url);
    await page.until(`${STATE}.startsWith('This is as it was when the page was opened: too many pages')`);
    readers[0]!.destroy();
    await page.load(live.url);
    await page.until(`${STATE} === 'Live'`);
    await page.close();
    for (const reader of readers) reader.destroy();
    await live.end(null);
  });

  test('says so where volley is gone', async () => {
    const live = await underWay();
    const page = await browser.open('/dev/null');
    await page.load(live.url);
    await page.until(`${STATE} === 'Live'`);
    // One that takes nothing in does not keep volley.
    await stoppedReader(live);
    await live.end(null);
    await page.until(`${STATE}.startsWith('Lost contact with volley.')`);
    await page.close();
  });
});
