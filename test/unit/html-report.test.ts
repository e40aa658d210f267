import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { LatencySummary, SeriesBucket, Summary } from '../../src/api/index.ts';
import * as library from '../../src/api/index.ts';
import { resultInPage } from '../../src/main/files/page-result.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { html } from '../../src/main/reporters/html/markup.ts';
import { STYLE } from '../../src/main/reporters/html/style/style.ts';
import type { BatchRows } from '../../src/protocol/batch.ts';
import { ROOT } from '../support/cli.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { useFolder } from '../support/folder.ts';
import { readMarkup, wrongIn } from '../support/markup.ts';
import { longRun, withTokens } from '../support/pages.ts';
import { agentsWith, streamed, visited } from '../support/parts.ts';
import { fc } from '../support/properties.ts';
import { LATENCY, MIX, summaryWith } from '../support/summary.ts';

const PLAIN = summaryWith();
const inFolder = useFolder();
const NOTHING: LatencySummary = {
  ...LATENCY,
  count: 0,
  min: null,
  mean: null,
  stdev: null,
  max: null,
  maxMinusMean: null,
  percentiles: { '50': null, '99': null },
  cells: [],
};

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** Every kind of latency the same. */
function latencies(
  latency: LatencySummary,
  headline: 'response' | 'service' = 'service',
): Summary['latencyMs'] {
  return {
    headline,
    intervals: null,
    response: latency,
    service: latency,
    startLag: latency,
    wait: latency,
    firstByte: latency,
  };
}

const RESULTS: Readonly<Record<string, Summary>> = {
  'streams of tokens': {
    ...withTokens(longRun(60, 1_000)),
    streams: streamed(longRun(60, 1_000).latencyMs.service),
  },
  'streams of which none was complete': { ...PLAIN, streams: streamed(NOTHING) },
  'users with everything': {
    ...longRun(60, 1_000),
    scenarios: visited(longRun(60, 1_000).latencyMs.service),
  },
  'users of whom nobody did anything': { ...PLAIN, scenarios: visited(NOTHING) },
  'an older one without cells': PLAIN,
  'a long run with everything': longRun(600, 1_000),
  'one of thousands of intervals': longRun(1_300, 1_000),
  'one of a few hundredths of a second': longRun(3, 10),
  'nothing but failures': summaryWith({
    requests: { ...PLAIN.requests, ok: 0, failed: 100 },
    statuses: {},
    latencyMs: latencies(NOTHING),
    errors: [{ kind: 'connect', code: 'ECONNREFUSED', count: 100, example: 'connect ECONNREFUSED' }],
    series: {
      intervalMs: 1_000,
      cellsPerOctave: 8,
      buckets: [{ atMs: 0, sent: 100, ok: 0, failed: 100, p50: null, p99: null, cells: [] }],
    },
    generator: { ...PLAIN.generator, verdict: 'failing', reasons: ['All of the requests failed.'] },
  }),
  'no request at all': summaryWith({
    requests: { ...PLAIN.requests, sent: 0, ok: 0 },
    statuses: {},
    workers: [],
    histogram: [],
    latencyMs: latencies(NOTHING),
    rate: { targetPerSecond: null, sentPerSecond: 0, throughputPerSecond: 0 },
    series: { intervalMs: 10, cellsPerOctave: 8, buckets: [] },
  }),
  'latencies of nothing': summaryWith({
    latencyMs: latencies({ ...LATENCY, min: 0, mean: 0, max: 0, percentiles: { '50': 0 }, cells: [0, 100] }),
    series: {
      intervalMs: 10,
      cellsPerOctave: 8,
      buckets: [{ atMs: 0, sent: 9, ok: 9, failed: 0, p50: 0, p99: 0, max: 0, cells: [0, 9] }],
    },
  }),
  'a mix of many': summaryWith({
    mix: Array.from({ length: 250 }, (_, index) => ({ ...MIX[0]!, name: `request ${index}` })),
  }),
  'percentiles of its own': summaryWith({
    latencyMs: latencies({ ...LATENCY, percentiles: { '25': 1, '75': null } }),
  }),
};

describe('the page of a result', () => {
  test.each(Object.entries(RESULTS))('%s: markup, numbers, ids and links are whole', (_name, result) => {
    expect(wrongIn(renderHtml(result))).toEqual([]);
  });

  test('is a function of the result alone, and holds it', () => {
    const result = frozen(longRun(40, 1_000, { notes: ['\u001b[31m </script> \u202e'] }));
    const page = renderHtml(result);
    expect(renderHtml(structuredClone(result))).toBe(page);
    expect(JSON.parse(resultInPage(page)!)).toEqual(result);
    for (const hidden of ['\u001b', '\u202e']) expect(page).not.toContain(hidden);
  });

  test('has users over time, their iterations, groups, checks and metrics, each in its own words', () => {
    const page = renderHtml(RESULTS['users with everything']!);
    expect(page).toContain('data-track="users"');
    const panel = /<section[^>]*id="scenarios"[\s\S]*?<\/section>/.exec(page)?.[0] ?? '';
    for (const text of [
      ...[
        '7\u00a0×\u00a0script (TypeError shop.ts:3:1)',
        '7 (7.0\u00a0%)',
        'a &gt; b',
        '&lt;three&gt; items',
        '10 (1.0\u00a0%)',
      ],
      ...['25.0\u00a0% (1 of 4)', 'no value', 'max ', '30 users at once at most, 60 sessions.'],
      "code took 20.0\u00a0% of a worker's event loop, up to 52.0\u00a0ms at a time in 'shop' after GET /a.",
      ...['The setup of 2 users failed: Error: no login', 'teardown failed: Error: no'],
    ])
      expect(panel.replaceAll('&#39;', "'")).toContain(text);
    expect(renderHtml(PLAIN)).not.toContain('id="scenarios"');
  });

  test('is what the library makes, and reads', async () => {
    const result = longRun(10, 1_000);
    const page = await library.renderHtml(result);
    expect(page).toBe(renderHtml(result));
    const file = inFolder('library.html');
    writeFileSync(file, page);
    expect(await library.readResult(file)).toEqual(result);
  });

  test('ten minutes are less than 300 KB, an hour less than 320 KB, made in no time', () => {
    for (const [intervals, intervalMs, most] of [
      [600, 1_000, 300_000],
      [360, 10_000, 320_000],
    ] as const) {
      const result = longRun(intervals, intervalMs);
      const started = process.cpuUsage();
      const page = renderHtml(result);
      const { user, system } = process.cpuUsage(started);
      // Many times what it takes; of the processor, since another program takes none of it.
      expect((user + system) / 1_000).toBeLessThan(5_000);
      expect(Buffer.byteLength(page)).toBeLessThan(most);
    }
  });

  test('text of a target changes nothing but text', () => {
    const withText = (text: string): Summary => ({
      ...longRun(20, 1_000),
      notes: [text],
      degraded: true,
      degradedReasons: [text],
      tool: { ...PLAIN.tool, cpuModel: text },
      plan: {
        ...PLAIN.plan,
        target: { url: `http://h/${text}`, method: text },
        routes: { unixSocket: text, proxy: text, connectTo: [text], resolve: [text] },
      },
      stoppedBy: { expression: text, measured: 1, atMs: 10 },
      mix: MIX.map((row) => ({ ...row, name: text, method: text, url: text })),
      errors: [{ kind: 'status', code: text, count: 1, example: text }],
      agents: agentsWith(text),
      statuses: { '200': 1, [text]: 1 },
      addresses: [
        { address: text, connections: 1 },
        { address: 'b', connections: 1 },
      ],
      thresholds: [{ expression: text, measured: 1, limit: 2, isLowerBound: false, ok: false }],
      generator: { ...PLAIN.generator, verdict: 'failing', reasons: [text, text] },
      series: {
        ...PLAIN.series,
        buckets: [{ ...PLAIN.series.buckets[0]!, failures: { [text]: 1 }, cells: [160, 1] }],
      },
    });
    const evil = `</script></style><script>document.title='x'</script><img src=x onerror="document.title='x'">'"\`&amp;<!--`;
    const [page, harmless] = [
      readMarkup(renderHtml(withText(evil))),
      readMarkup(renderHtml(withText('harmless'))),
    ];
    expect(page.problems).toEqual([]);
    expect(page.elements.map(({ name }) => name)).toEqual(harmless.elements.map(({ name }) => name));
    expect(page.elements.map(({ attributes }) => Object.keys(attributes))).toEqual(
      harmless.elements.map(({ attributes }) => Object.keys(attributes)),
    );
    expect(page.text.split(evil).length).toBe(harmless.text.split('harmless').length);
  });

  test('agents have a row each: the lost one first, with when and why, and how much may have been sent', () => {
    const { text } = readMarkup(renderHtml({ ...longRun(60, 1_000), agents: agentsWith('agent-1') }));
    const [lost, finished] = text.split('agent-1 (agent-1)').slice(1);
    expect(lost).toMatch(
      /^ lost\s*2\s*1,200\s*700\s*500\s*4\.00\s*ms\s*90\.0\s*ms\s*1\.50\s*ms\s*42\.0\s*ms\s*lost\s*lost at 0:31: agent-1; at most 60 unmeasured requests may have been sent\s*$/,
    );
    expect(finished).toMatch(/^\s*2\s*1,200\s*1,200\s*0\s*4\.00.*42\.0\s*ms\s*generator-limited\s*agent-1/s);
  });

  test('whatever the intervals are, all that is drawn is a number', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.constant(0),
      fc.double({ min: 1e-7, max: 1e9, noNaN: true }),
    );
    const count = fc.nat({ max: 1e9 });
    const quantiles = fc.record({ p50: value, p90: value, p99: value, max: value });
    const buckets = fc.array(
      fc.tuple(
        quantiles,
        fc.record(
          {
            censored: count,
            answered: count,
            outstanding: count,
            waitP99: value,
            startLagP99: value,
            response: quantiles,
            failures: fc.dictionary(fc.string(), count),
          },
          { requiredKeys: [] },
        ),
        fc.record({
          sent: count,
          ok: count,
          failed: count,
          cells: fc.constantFrom([], [0, 1], [160, 3, -4, 1], [500, 9]),
        }),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(buckets, fc.double({ min: 0, max: 1e6, noNaN: true }), (list, windowMs) => {
        const series = {
          intervalMs: 100,
          cellsPerOctave: 8,
          buckets: list.map(
            ([drawn, rest, counts], index) =>
              ({ atMs: index * 100, ...drawn, ...rest, ...counts }) as SeriesBucket,
          ),
        };
        expect(wrongIn(renderHtml({ ...PLAIN, windowMs, series }))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test('the verdict leads, and broken rules stand before those that held', () => {
    const { text: all } = readMarkup(renderHtml(longRun(20, 1_000)));
    expect(all).toContain('The target was the limit, 2 of 4 rules broken – 2 requests at 127.0.0.1:8080');
    const text = all.slice(all.indexOf('The limit: target'));
    const order = [
      'The target was the limit.',
      '2 of 4 rules broken',
      'p99<50ms',
      'p50<10ms',
      'Over time',
      'Distribution',
      'failed requests by kind',
    ].map((words) => text.indexOf(words));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(text).toContain('≥\u00a0240\u00a0ms');
    expect(text).toContain('too few requests to tell: it takes 200,000 requests');
  });

  test('the time in which requests failed is shaded, where it is not all of the run', () => {
    const shaded = (fromMs: number | null, toMs: number | null): string[] => {
      const figures = {
        ...{ failed: 9, of: 90, request: null, failedAs: [], stoodStillMs: 0 },
        when: { fromMs, toMs, isOnAndOff: false },
      };
      const generator: Summary['generator'] = {
        ...PLAIN.generator,
        verdict: 'failing',
        finding: { code: 'requests-failed', figures, nextStep: 'look-in-logs' },
        caveats: [],
      };
      const { elements } = readMarkup(renderHtml(longRun(20, 1_000, { generator })));
      const paths = elements.filter(({ attributes }) => attributes['class'] === 'episode');
      return paths.map(({ attributes }) => attributes['d']!);
    };
    expect(new Set(shaded(5_000, 9_000))).toEqual(new Set(['M10 0H18V999H10z']));
    expect(shaded(5_000, null)[0]).toBe('M10 0H40V999H10z');
    expect(shaded(null, 9_000)).toHaveLength(8);
    expect(shaded(null, null)).toEqual([]);
  });

  test('what failed is not called well', () => {
    const words = (changes: Partial<Summary>): string =>
      /class="big">([^<]*)</.exec(renderHtml(summaryWith(changes)))![1]!;
    const verdict = (name: Summary['generator']['verdict']): Partial<Summary> => ({
      generator: { ...PLAIN.generator, verdict: name },
    });
    expect(words({})).toBe('The concurrency set the rate.');
    expect(words(verdict('failing'))).toBe('The target is failing.');
    expect(words(verdict('generator-limited'))).toBe('volley itself was the limit.');
    expect(words({ requests: { ...PLAIN.requests, ok: 0, failed: 100 } })).toBe('No request succeeded.');
  });
});

describe('the page of a batch', () => {
  const ROWS: BatchRows = {
    ...{
      total: 300,
      done: 300,
      doneBefore: 10,
      ok: 300,
      failed: 0,
      retries: 4,
      returned: 0,
      rateLimitReplies: 2,
    },
    ...{ isComplete: true, statuses: { '200': 300 }, errors: {} },
  };

  test.each<[string, Partial<BatchRows>]>([
    ['All 300 rows are ok.', {}],
    ['The row is ok.', { total: 1, done: 1 }],
    [
      '12 of 300 rows failed.',
      { ok: 288, failed: 12, statuses: { '200': 288, '0': 12 }, errors: { timeout: 12 } },
    ],
    ['200 of 300 rows answered.', { done: 200, isComplete: false }],
    ['200 rows answered, but not all.', { total: null, done: 200, isComplete: false }],
    ['There was no row.', { total: 0, done: 0, ok: 0, statuses: {} }],
  ])('leads with its rows: %s', (words, changes) => {
    const batch = { ...PLAIN, rows: { ...ROWS, ...changes } };
    const page = renderHtml(batch);
    expect(wrongIn(page)).toEqual([]);
    expect(/class="big">([^<]*)</.exec(page)![1]).toBe(words);
    expect(readMarkup(page).text).toContain(`${words.replace(/\.$/, '')} – GET `);
    expect(JSON.parse(resultInPage(page)!)).toEqual(batch);
  });
});

describe('the gate of the page', () => {
  test('escapes text in elements and attributes, at any depth', () => {
    expect(String(html`<p title="${'"<'}">${['&', html`<b>${"'>"}</b>`, null, 3]}</p>`)).toBe(
      '<p title="&quot;&lt;">&amp;<b>&#39;&gt;</b>3</p>',
    );
  });

  test('there is no other one', () => {
    const folder = join(ROOT, 'src/main/reporters/html');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const makers = files.filter((name) => readFileSync(join(folder, name), 'utf8').includes('new Markup('));
    expect(makers).toEqual(['markup.ts']);
  });

  test('the script is the one that the policy names, and cannot end early', () => {
    const page = renderHtml(PLAIN);
    const script = /<script>([\s\S]*)<\/script>\n<\/body>/.exec(page)![1]!;
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(
      `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}';`,
    );
    expect(script).not.toContain('</script');
  });
});

test('a run of a single interval draws no course', () => {
  const page = renderHtml(longRun(1, 10));
  expect(wrongIn(page)).toEqual([]);
  expect(page).toContain('all of it is one interval');
  expect(page).not.toContain('class="stack"');
});

test('a run of one request says so', () => {
  const one = longRun(2, 10);
  const [interval, last] = one.series.buckets;
  const page = renderHtml({
    ...one,
    plan: { ...one.plan, stop: { requests: 1, durationMs: null } },
    series: {
      ...one.series,
      buckets: [
        { ...interval!, cells: [interval!.cells[0]!, 1] },
        { ...last!, cells: [] },
      ],
    },
  });
  expect(wrongIn(page)).toEqual([]);
  expect(page).toContain('<dd>1 request</dd>');
  expect(page).toContain('<span>1 request in a cell</span>');
  expect(page).toMatch(/class="dot [ab] few"/);
});

test('how long connections took is said where some were made', () => {
  const none = { ...NOTHING, percentiles: {} };
  const made = { ...LATENCY, count: 3 };
  const page = (eventTimesMs: Summary['eventTimesMs']): string =>
    renderHtml(longRun(20, 1_000, eventTimesMs === undefined ? {} : { eventTimesMs })).replaceAll(
      '\u00a0',
      ' ',
    );
  const both = page({ connect: made, tlsHandshake: made });
  expect(wrongIn(both)).toEqual([]);
  expect(both).toContain(
    '<th scope="row">TLS handshake</th><td>3</td><td>1.00 ms</td><td>12.5 ms</td><td>20.0 ms</td><td>1.25 ms</td>',
  );
  expect(page({ connect: made, tlsHandshake: none })).not.toContain('TLS handshake');
  expect(page(undefined)).not.toContain('Connections that were made');
});

test('tokens: their times with shapes, who counted them, their speed and the goodput', () => {
  const page = renderHtml(RESULTS['streams of tokens']!);
  const panel = page
    .slice(page.indexOf('id="tokens"'), page.indexOf('id="requests"'))
    .replaceAll('\u00a0', ' ');
  // The first output is the first token where nothing was reasoning.
  expect([...panel.matchAll(/<th scope="row" class="long">([^<]+)</g)].map((match) => match[1])).toEqual([
    ...['ttft', 'sent ttft', 'ttst', 'tpot', 'gap', 'e2e'],
  ]);
  expect(panel.match(/<svg/g)).toHaveLength(6);
  expect(panel).toContain('2,000 tokens in 100 answers, counted by the server, 2.00 an event; 512/s overall');
  expect(panel).toContain('goodput 24.3/s: 97 answers (97.0 % of what was sent) kept ttft &lt; 500 ms');
  expect(renderHtml(PLAIN)).not.toContain('id="tokens"');
  const tiles = (of: string): (string | undefined)[] =>
    [...(/class="tiles">.*?<\/dl>/s.exec(of)?.[0] ?? '').matchAll(/<dt>(.*?)<\/dt>/g)].map(([, name]) =>
      name?.replace(/<.*?>/g, ''),
    );
  expect(tiles(page)).toEqual([
    ...['Rate', 'Tokens', 'First token p50', 'First token p99', 'Token gap p99', 'Errors'],
  ]);
  expect(tiles(renderHtml(RESULTS['streams of which none was complete']!))[1]).toBe('Throughput');
  const tracks = [...page.matchAll(/data-track="(\w+)"/g)].map(([, id]) => id);
  expect(tracks.slice(0, 6)).toEqual(['rate', 'tokens', 'ttft', 'gap', 'gaps', 'response']);
  expect(renderHtml(RESULTS['streams of which none was complete']!)).not.toContain('Times of the tokens');
});

test('a run of scenarios is called by its file, and its load by its users', () => {
  const run = longRun(20, 1_000);
  const scenarios = {
    file: 'shop.yaml',
    loads: [
      { executor: 'ramping-vus', users: 12, scenarios: ['buy'] },
      { executor: 'constant-arrival-rate', users: 100, scenarios: ['look'] },
    ],
  } as const;
  const page = renderHtml({
    ...run,
    plan: { ...run.plan, scenarios, concurrency: 112, load: { model: 'closed' } },
  });
  expect(page).toContain('<h1>shop.yaml against 127.0.0.1:8080</h1>');
  expect(page).toContain(
    'ramping-vus: at most 12 users (buy), constant-arrival-rate: at most 100 users (look)',
  );
  expect(page).not.toContain('112 connections');
});

test('a page has the rules of style that it needs, and a page that still changes has all of them', () => {
  const styleOf = (page: string): string => /<style>([^<]*)<\/style>/.exec(page)![1]!;
  const [run, compared] = [
    renderHtml(longRun(20, 1_000)),
    renderHtml(comparisonWith('compare', ['A', 'B'], 6)),
  ].map(styleOf);
  for (const style of [run!, compared!]) {
    expect(style).toContain(':root{');
    expect(style).toContain('.marks .grid');
    expect(style.split('{')).toHaveLength(style.split('}').length);
    expect(style.length).toBeLessThan(STYLE.length);
    // In the order in which they are written.
    const rules = style.match(/[^{}]*\{(?:[^{}]|\{[^{}]*\})*\}/g)!;
    const places = rules.map((rule) => STYLE.indexOf(rule));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
  expect(run).toContain('.band.outer');
  expect(run).not.toContain('.forest .f{width:34%');
  expect(compared).toContain('.forest .f{width:34%');
  // Only scripts give this class to anything.
  expect(run).toContain('.js .stack');
});
