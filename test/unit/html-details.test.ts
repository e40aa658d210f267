import { describe, expect, test } from '@jest/globals';
import type { Comparison, SeriesBucket, Summary } from '../../src/api/index.ts';
import { band, lineOverArea, overTime, pathOf } from '../../src/main/reporters/html/charts/path.ts';
import { linear } from '../../src/main/reporters/html/charts/scale.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { change } from '../../src/main/reporters/html/numbers.ts';
import { prose } from '../../src/main/reporters/html/prose.ts';
import { limitText } from '../../src/protocol/units.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { readMarkup } from '../support/markup.ts';
import { longRun } from '../support/pages.ts';
import { visited } from '../support/parts.ts';
import { summaryWith } from '../support/summary.ts';

const PLAIN = summaryWith();
const textOf = (result: Summary | Comparison): string =>
  readMarkup(renderHtml(result)).text.replace(/\s+/g, ' ');

/** Two results of which the second was made with another plan, and took twice as long. */
function unlike(changes: Partial<Summary['plan']>): Comparison {
  const comparison = comparisonWith('compare', ['A', 'B'], 1);
  const [a, b] = comparison.arms;
  const [round] = b!.rounds;
  const other = { ...round!, windowMs: round!.windowMs * 2, plan: { ...round!.plan, ...changes } };
  return { ...comparison, arms: [a!, { ...b!, rounds: [other] }] };
}

test('a failure whose code says the same as its kind has only the kind, and limits are in units that are read', () => {
  const [error] = longRun(10, 1_000).errors;
  const failed = (kind: 'timeout' | 'status', code: string): string =>
    textOf(longRun(10, 1_000, { errors: [{ ...error!, kind, code }] }));
  expect(failed('timeout', 'TIMEOUT')).not.toContain('TIMEOUT');
  expect(failed('status', '503')).toContain('status 503');
  expect([1, 999, 1_000, 1_500, 10_000].map(limitText)).toEqual(['1 ms', '999 ms', '1 s', '1.5 s', '10 s']);
});

describe('lines over time', () => {
  const scale = linear(10, 5);

  test('an interval between gaps is a line as wide as itself, and so is its area', () => {
    expect(pathOf(overTime([null, 5, null], scale))).toBe('m2 5h2');
    expect(String(lineOverArea('ok', [null, 5, null], scale))).toBe(
      '<path class="fill ok" d="M2 5h2v5h-2z"/><path class="ln ok" d="M2 5h2"/>',
    );
    expect(band([null, 2, null], [null, 5, 9], scale)).toBe('M2 5h2v3h-2z');
  });

  test('steps in a row share a letter, straight ones are one, and a turn back is drawn', () => {
    expect(pathOf([[0, 0], [2, 1], [4, 3], [9, 3], [9, 7], [9, 9], [9, 8], null, [1, 1]])).toBe(
      'm0 0l2 1 2 2h5v6v-1m-8-7h0',
    );
  });

  test('a gap is not zero, and stretches end at the edges of their intervals', () => {
    expect(pathOf(overTime([5, 10, null, 10], scale))).toBe('m0 5h1l2-5h1m2 0h2');
    expect(String(lineOverArea('ok', [5, 10, null, 10], scale)).match(/M/g)).toHaveLength(3);
    expect(pathOf(overTime([null, null], scale))).toBe('');
  });

  test('without gaps, a line and the area below it are one path, which is closed outside of the drawing', () => {
    expect(String(lineOverArea('ok', [5, 10], scale, 'sent'))).toBe(
      '<path class="fill ok ln sent" d="M-9 5h10l2-5h10V999H-9z"/>',
    );
  });

  test('the edges of a fan are written once, and drawn again as lines', () => {
    const { elements } = readMarkup(renderHtml(longRun(10, 1_000)));
    const ids = elements.flatMap(({ attributes: { id } }) => id ?? []);
    const lines = elements.filter(({ name }) => name === 'use');
    expect(lines.map(({ attributes }) => [attributes['class'], attributes['href']])).toEqual(
      ['response', 'service'].flatMap((kind, index) =>
        ['p99', 'p50'].map((quantile) => [`ln ${'ab'[index]} ${quantile}`, `#${kind}-${quantile}`]),
      ),
    );
    for (const { attributes } of lines) expect(ids).toContain(attributes['href']!.slice(1));
    // No rule of the style reaches a path that is used again: else its stroke would be stretched with the drawing.
    const used = elements.filter(({ attributes: { id } }) =>
      lines.some(({ attributes }) => attributes['href'] === `#${id}`),
    );
    expect(used.map(({ attributes }) => attributes['vector-effect'])).toEqual(
      lines.map(() => 'non-scaling-stroke'),
    );
  });

  test('where every second interval has no answer, its neighbours are drawn', () => {
    const run = longRun(10, 1_000);
    const empty = { p50: null, p90: null, p99: null, max: null };
    const buckets = run.series.buckets.map(
      (bucket, index): SeriesBucket => (index % 2 === 0 ? bucket : { ...bucket, ...empty, service: empty }),
    );
    const { elements } = readMarkup(renderHtml({ ...run, series: { ...run.series, buckets } }));
    const lines = elements.filter(({ attributes }) => attributes['class'] === 'ln a p50');
    expect(lines.map(({ attributes }) => attributes['d']!.match(/m/gi)?.length)).toEqual([5]);
  });
});

test('a shift is read at round percentiles', () => {
  const { elements } = readMarkup(renderHtml(comparisonWith('compare', ['A', 'B'], 8)));
  const chart = elements.find(({ attributes }) => attributes['id'] === 'shift-chart')!;
  const points = JSON.parse(chart.attributes['data-points']!) as [number, string][];
  const names = points.map(([, text]) => text.split(' ')[0]!);
  expect(names).toEqual(expect.arrayContaining(['p50', 'p75', 'p90', 'p99']));
  expect(names.filter((name) => !/^p(\d\d(\.\d)?|99\.9*\d{1,2})$/.test(name))).toEqual([]);
  const places = points.map(([place]) => place);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test('the names at the end of a fan are those of one moment, the largest on top', () => {
  const run = longRun(10, 1_000);
  const quantiles = { p50: 40, p90: 60, p99: 80, max: 100 };
  // Too few requests for a percentile, and fast ones.
  const last = { p50: null, p90: null, p99: null, max: 1 };
  const buckets = run.series.buckets.map(
    (bucket, index): SeriesBucket => ({ ...bucket, ...(index < 9 ? quantiles : last), service: quantiles }),
  );
  const page = renderHtml({ ...run, series: { ...run.series, buckets } });
  const names = [...page.matchAll(/<b class="nm c-a" style="top:([\d.]+)%">(\w+)<\/b>/g)];
  const fan = names.map(([, top, name]) => [name, Number(top)] as const);
  expect(fan.toSorted(([, a], [, b]) => a - b).map(([name]) => name)).toEqual(['max', 'p99', 'p90', 'p50']);
});

test('requests without an answer in the end have a strip beside those that failed', () => {
  const run = longRun(10, 1_000);
  const buckets = run.series.buckets.map(
    (bucket, index): SeriesBucket => ({
      ...{ ...bucket, sent: 10, failed: 0, failures: {}, cancelled: 1 },
      ok: index < 8 ? 9 : 6,
    }),
  );
  const { elements, text } = readMarkup(renderHtml({ ...run, series: { ...run.series, buckets } }));
  const tracks = elements.flatMap(({ attributes }) => attributes['data-track'] ?? []);
  expect(tracks.filter((track) => track.startsWith('failed '))).toEqual(['failed unfinished']);
  expect(text).toContain('unfinished 6');
});

describe('the words of a page', () => {
  test('options, and counts with what they count, are not broken at the end of a line', () => {
    expect(prose('Take 7 (--rounds 7), or -w.').toString()).toBe(
      'Take 7 (<span class="whole">--rounds</span> 7), or <span class="whole">-w</span>.',
    );
    expect(prose('1 h: 3 × timeout <b>').toString()).toBe('1\u00a0h: 3\u00a0×\u00a0timeout &lt;b&gt;');
    const long = `a --${'x'.repeat(100)} b-c`;
    expect(prose(long).toString()).toBe(long);
  });

  test.each([
    [0.852, '−14.8\u00a0%'],
    [0.999_6, '0.0\u00a0%'],
    [1.000_4, '0.0\u00a0%'],
    [2, '+100.0\u00a0%'],
    [9.999, '×\u00a010.0'],
    [82.04, '×\u00a082.0'],
    [123.4, '×\u00a0123'],
    [12_345, '×\u00a012,345'],
  ])('a ratio of %d is %s', (ratio, text) => {
    expect(change(ratio)).toBe(text);
  });

  test('of a single user and session', () => {
    const scenarios = visited(PLAIN.latencyMs.service);
    const users = {
      ...{ ...scenarios.users, max: 1, ever: 1 },
      ...{ setupFailures: { count: 1, example: 'Error: no login' } },
    };
    const text = textOf({ ...PLAIN, scenarios: { ...scenarios, users } });
    expect(text).toContain('1 user at once at most, 1 session.');
    expect(text).toContain('The setup of 1 user failed: Error: no login');
  });

  test('connections of workers are shown where workers have some: those of scenarios are of their users', () => {
    const { workers } = PLAIN;
    expect(textOf(PLAIN)).toContain('Worker Connections Sent'.replaceAll(' ', ''));
    expect(textOf({ ...PLAIN, workers: workers.map((worker) => ({ ...worker, connections: 0 })) })).toContain(
      'WorkerSent',
    );
  });

  test('what a lost worker used is not known', () => {
    const [worker] = PLAIN.workers;
    const lost = { ...worker!, lost: true, cpuMs: 0, eventLoopUtilization: 0, loopDelayP99Ms: 0, gcMs: 0 };
    expect(textOf({ ...PLAIN, workers: [lost] })).toMatch(/thread 0 lost\d+––––/);
  });

  test('a batch was asked for rows, however many requests they took', () => {
    const rows = {
      ...{ total: 300, done: 300, doneBefore: 0, ok: 300, failed: 0, retries: 19, returned: 0 },
      ...{ rateLimitReplies: 0, isComplete: true, statuses: { '200': 300 }, errors: {} },
    };
    const plan = { ...PLAIN.plan, stop: { requests: 319, durationMs: null } };
    const text = textOf({ ...PLAIN, plan, rows } as Summary);
    expect(text).toContain('Asked for300 rows');
    expect(text).not.toContain('319 requests');
  });

  test('what results have in common stands once, and what differs is said of each', () => {
    const about = (result: Comparison): string =>
      /<header>.*?<p[^>]*>(.*?)<\/p>/s.exec(renderHtml(result))![1]!;
    const same = comparisonWith('compare', ['A', 'B'], 1);
    expect(about(same)).toContain('open model');
    const differing = unlike({ load: { model: 'closed' }, concurrency: 9, timeoutMs: 1_234_000 });
    expect(about(differing)).toMatch(/^results of 1\.60.s and 3\.20.s; /);
    const text = textOf(differing);
    expect(text).toContain('Load of Bclosed model, 9 connections');
    expect(text).toContain('Timeout of A3 s');
    expect(text).toMatch(/Measured1\.60 s and 3\.20 s/);
    expect(textOf(same)).toContain('Timeout3 s');
    expect(textOf(comparisonWith('compare', ['A', 'B'], 6))).toMatch(/Rounds6 of 1\.60 s/);
  });
});

test('percentiles are read at round shares, and not where the sample is too small for any', () => {
  const { elements } = readMarkup(renderHtml(longRun(60, 1_000)));
  const chart = elements.find(({ attributes }) => attributes['id'] === 'percentiles')!;
  const points = JSON.parse(chart.attributes['data-points']!) as [number, string][];
  const names = points.map(([, text]) => text.split('  ')[0]);
  expect(names.slice(0, 4)).toEqual(['p21', 'p37', 'p50', 'p60']);
  expect(names).toContain('p99.937');
  expect(names).not.toContain('p99.99');
  expect(new Set(names).size).toBe(names.length);
  expect(points.filter(([, text]) => text.includes('–'))).toEqual([]);
});

test('of hundreds of kinds of errors and statuses the page has the most frequent, and says where the others are', () => {
  const kinds = Array.from({ length: 600 }, (_, index) => ({
    code: String(300 + index),
    count: 900 - index,
  }));
  const page = renderHtml(
    summaryWith({
      errors: kinds.map((kind) => ({
        ...kind,
        kind: 'status' as const,
        example: `answered with ${kind.code}`,
      })),
      statuses: Object.fromEntries(kinds.map(({ code, count }) => [code, count])),
    }),
  );
  const [rows] = /<table class="wide errs">.*?<\/table>/s.exec(page)!;
  expect(rows).toContain(
    'failed requests by kind; the 100 most frequent, 500 more are in the JSON</caption>',
  );
  expect(rows.match(/<tr>/g)).toHaveLength(101);
  expect(rows).toMatch(/answered with 399<(?!.*answered with 400<)/s);
  expect(page).toContain('complete answers by status; the 100 most frequent, 500 more are in the JSON');
});
