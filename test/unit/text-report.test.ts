import { describe, expect, test } from '@jest/globals';
import type { LatencySummary, Summary } from '../../src/api/index.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { hasColours, PLAIN_VIEW, viewOf } from '../../src/main/reporters/view.ts';
import { readMarkup } from '../support/markup.ts';
import { LATENCY, MIX, summaryWith } from '../support/summary.ts';

const WIDE = { ...PLAIN_VIEW, width: 120 };
const VERBOSE = { ...PLAIN_VIEW, isVerbose: true };

function latency(
  [min, mean, max]: readonly [number, number, number],
  percentiles: LatencySummary['percentiles'],
): LatencySummary {
  return { ...LATENCY, count: 20_000, min, mean, max, maxMinusMean: max - mean, percentiles };
}

const SERVICE = latency([0.05, 0.306, 10.6], {
  '50': 0.25,
  '75': 0.36,
  '90': 0.481,
  '95': 0.622,
  '99': 1.52,
  '99.9': 4.37,
  '99.99': null,
});
const RESPONSE = latency([0.09, 0.54, 12.7], { ...SERVICE.percentiles, '50': 0.455 });
const WAIT = latency([0.002, 0.19, 6.26], { ...SERVICE.percentiles, '50': 0.178, '99': 0.688 });

const BUCKET = { ok: 0, failed: 0, p50: 1, p99: 2, cells: [] };

/** Four seconds in which all went well. */
const GOOD = summaryWith({
  plan: { ...summaryWith().plan, workers: 1, concurrency: 20, stop: { requests: null, durationMs: 4_000 } },
  windowMs: 4_000,
  requests: { ...summaryWith().requests, scheduled: 20_000, sent: 20_000, ok: 20_000 },
  rate: {
    targetPerSecond: null,
    sentPerSecond: 5_000,
    throughputPerSecond: 4_999,
    sentBytesPerSecond: 520_000,
    receivedBytesPerSecond: 1_234_000,
  },
  latencyMs: {
    headline: 'service',
    intervals: {
      '50': { low: 0.232, high: 0.267 },
      '99': { low: 1.18, high: 2.05 },
      '99.9': { low: 4.08, high: null },
    },
    service: SERVICE,
    firstByte: SERVICE,
    response: RESPONSE,
    wait: WAIT,
    startLag: WAIT,
  },
  histogram: [
    { fromMs: 0.05, toMs: 0.5, count: 18_000 },
    { fromMs: 0.5, toMs: 5, count: 1_990 },
    { fromMs: 5, toMs: 50, count: 10 },
  ],
  statuses: { '200': 20_000 },
  connections: { opened: 20, closedByTarget: 0 },
  notes: ['The first requests took longer.'],
  series: {
    intervalMs: 1_000,
    cellsPerOctave: 8,
    buckets: [4_000, 5_500, 5_250, 5_250].map((sent, second) => ({ ...BUCKET, atMs: second * 1_000, sent })),
  },
});

const PROXY_ANSWER =
  "proxy.example:3128 answered CONNECT shop.example:443 with '403 Forbidden': the policy of this network does not " +
  'allow connections to it';

/** Most of it failed. */
const BAD = summaryWith({
  windowMs: 10_000,
  requests: { ...summaryWith().requests, sent: 300, ok: 30, failed: 270 },
  rate: { targetPerSecond: 30, sentPerSecond: 30, throughputPerSecond: 3 },
  degradedReasons: ['Worker 1 was lost: it was killed. Its unsent results are missing.'],
  errors: [
    { kind: 'connect', code: 'PROXY_403', count: 258, example: PROXY_ANSWER },
    { kind: 'timeout', code: 'TIMEOUT', count: 12, example: 'no complete answer within 500 ms' },
  ],
  thresholds: [
    { expression: 'p99<50ms', measured: 50.04, limit: 50, isLowerBound: false, ok: false },
    { expression: 'error-rate<=1%', measured: 0.9, isLowerBound: false, isImplied: true, ok: false },
  ],
  statuses: { '200': 30, '404': 1, '502': 200, '503': 57 },
  connections: { opened: 40, closedByTarget: 38 },
  generator: {
    ...summaryWith().generator,
    verdict: 'failing',
    reasons: ['90.0 % of the requests failed (270 of 300), since 5 s.', 'Check the proxy.'],
    finding: {
      code: 'requests-failed',
      figures: {
        failed: 270,
        of: 300,
        request: null,
        when: { fromMs: 5_000, toMs: null, isOnAndOff: false },
        failedAs: [],
        stoodStillMs: 0,
      },
      nextStep: 'check-proxy',
    },
  },
});

describe('the text report', () => {
  test('of a run in which everything went well, in 80 columns', () => {
    expect(`\n${renderText(GOOD)}`).toBe(`
volley 0.1.0  GET http://127.0.0.1:8080/
threads: 1 worker, 20 connections, closed model, 4 s, seed 1

requests   20,000 sent in 4.00 s, 20,000 ok, 0 failed
rate       4,999/s
transfer   520 kB/s sent, 1.23 MB/s received
latency    p50 250 µs  p90 481 µs  p95 622 µs  p99 1.52 ms  max 10.6 ms
           service time; p99 between 1.18 and 2.05 ms, 95 % sure

times           min    mean     p50     p90     p95     p99   p99.9     max
service     50.0 µs  306 µs  250 µs  481 µs  622 µs 1.52 ms 4.37 ms 10.6 ms
response    90.0 µs  540 µs  455 µs  481 µs  622 µs 1.52 ms 4.37 ms 12.7 ms
wait        2.00 µs  190 µs  178 µs  481 µs  622 µs  688 µs 4.37 ms 6.26 ms

service time of 20,000 requests
 50.0 µs – 500 µs    90.0 % ████████████████████████████████████████
  500 µs – 5.00 ms   10.0 % ████▍
 5.00 ms – 50.0 ms    0.1 % ▏

over time  4,000/s to 5,500/s, median 5,250/s  ▆███
statuses   20,000 × 200
connected  20 opened
generator  100 µs CPU/request, loop 50.0 % busy, 100 MB
note       The first requests took longer.
verdict    ok. The target kept up.
`);
  });

  test('the same in 120 columns has more percentiles, and longer lines', () => {
    expect(`\n${renderText(GOOD, WIDE)}`).toBe(`
volley 0.1.0  GET http://127.0.0.1:8080/
threads: 1 worker, 20 connections, closed model, 4 s, seed 1

requests   20,000 sent in 4.00 s, 20,000 ok, 0 failed
rate       4,999/s
transfer   520 kB/s sent, 1.23 MB/s received
latency    p50 250 µs  p90 481 µs  p95 622 µs  p99 1.52 ms  max 10.6 ms
           service time; p99 between 1.18 and 2.05 ms, 95 % sure

times           min    mean     p50     p75     p90     p95     p99   p99.9  p99.99     max
service     50.0 µs  306 µs  250 µs  360 µs  481 µs  622 µs 1.52 ms 4.37 ms       – 10.6 ms
response    90.0 µs  540 µs  455 µs  360 µs  481 µs  622 µs 1.52 ms 4.37 ms       – 12.7 ms
wait        2.00 µs  190 µs  178 µs  360 µs  481 µs  622 µs  688 µs 4.37 ms       – 6.26 ms

service time of 20,000 requests
 50.0 µs – 500 µs    90.0 % ████████████████████████████████████████████████████████████
  500 µs – 5.00 ms   10.0 % ██████▋
 5.00 ms – 50.0 ms    0.1 % ▏

over time  4,000/s to 5,500/s, median 5,250/s  ▆███
statuses   20,000 × 200
connected  20 opened
generator  100 µs CPU/request, loop 50.0 % busy, 100 MB
note       The first requests took longer.
verdict    ok. The target kept up.
`);
  });

  test('how steady a rate was, how long connecting took, and workers that differ', () => {
    const [first, second] = summaryWith().workers;
    const remote = summaryWith({
      plan: {
        ...summaryWith().plan,
        load: { model: 'open', ratePerSecond: 100, arrivals: 'constant', maxInFlight: 100, stages: [] },
      },
      windowMs: 3_000,
      series: {
        intervalMs: 100,
        cellsPerOctave: 8,
        buckets: [5, 5, 0, 0, 20, 10, 10, 10, 10, 10, 10, 10].map((answered, index) => ({
          ...BUCKET,
          ...{ atMs: index * 100, sent: 10, answered },
        })),
      },
      statuses: { '200': 80, '204': 10, '503': 10 },
      connections: { opened: 12, closedByTarget: 2 },
      eventTimesMs: {
        connect: { ...LATENCY, count: 12, max: 31.04, percentiles: { '50': 12.5 } },
        tlsHandshake: { ...LATENCY, count: 12, max: 84.2, percentiles: { '50': 40.25 } },
      },
      workers: [
        { ...first!, sent: 70, ok: 70 },
        { ...second!, sent: 30, ok: 20, failed: 10 },
      ],
    });
    const details = (width: number): string => {
      const lines = renderText(remote, { ...PLAIN_VIEW, width }).split('\n');
      const from = lines.findIndex((line) => line.startsWith('over time'));
      return lines
        .slice(
          from,
          lines.findIndex((line) => line.startsWith('generator')),
        )
        .join('\n');
    };
    expect(`\n${details(80)}\n`).toBe(`
over time  33.3/s to 100/s in each 300 ms, median 100/s answered  ▃███
statuses   2xx 90.0 %, 5xx 10.0 %: 80 × 200, 10 × 204, 10 × 503
connected  12 opened, 2 closed by the target; connect p50 12.5 ms, max 31.0 ms;
           TLS handshake p50 40.3 ms, max 84.2 ms
worker 0   thread 1: 70 sent, 70 ok, 0 failed, CPU 5.00 ms, loop busy 50.0 %
worker 1   thread 2: 30 sent, 20 ok, 10 failed (33.3 %), CPU 5.00 ms, loop busy
           50.0 %
`);
    expect(`\n${details(120)}\n`).toBe(`
over time  33.3/s to 100/s in each 300 ms, median 100/s answered  ▃███
statuses   2xx 90.0 %, 5xx 10.0 %: 80 × 200, 10 × 204, 10 × 503
connected  12 opened, 2 closed by the target; connect p50 12.5 ms, max 31.0 ms; TLS handshake p50 40.3 ms, max 84.2 ms
worker 0   thread 1: 70 sent, 70 ok, 0 failed, CPU 5.00 ms, loop busy 50.0 %
worker 1   thread 2: 30 sent, 20 ok, 10 failed (33.3 %), CPU 5.00 ms, loop busy 50.0 %
`);
  });

  test('the same for who works on volley', () => {
    expect(`\n${renderText(GOOD, VERBOSE)}`).toBe(`
volley 0.1.0  GET http://127.0.0.1:8080/
threads: 1 worker, 20 connections, closed model, 4 s, seed 1

requests   20,000 sent in 4.00 s, 20,000 ok, 0 failed
rate       4,999/s
transfer   520 kB/s sent, 1.23 MB/s received
latency    p50 250 µs  p90 481 µs  p95 622 µs  p99 1.52 ms  max 10.6 ms
           service time; p99 between 1.18 and 2.05 ms, 95 % sure

times           min    mean     p50     p90     p99   p99.9     max  max−mean
service     50.0 µs  306 µs  250 µs  481 µs 1.52 ms 4.37 ms 10.6 ms   10.3 ms
response    90.0 µs  540 µs  455 µs  481 µs 1.52 ms 4.37 ms 12.7 ms   12.2 ms
first byte  50.0 µs  306 µs  250 µs  481 µs 1.52 ms 4.37 ms 10.6 ms   10.3 ms
wait        2.00 µs  190 µs  178 µs  481 µs  688 µs 4.37 ms 6.26 ms   6.07 ms
95 % sure  service: p50 between 232 and 267 µs, p99 between 1.18 and 2.05 ms

service time of 20,000 requests
 50.0 µs – 500 µs    90.0 % ████████████████████████████████████████
  500 µs – 5.00 ms   10.0 % ████▍
 5.00 ms – 50.0 ms    0.1 % ▏

over time  4,000/s to 5,500/s, median 5,250/s  ▆███
statuses   20,000 × 200
connected  20 opened
worker 0   thread 1: 50 sent, 50 ok, 0 failed, CPU 5.00 ms, loop busy 50.0 %
worker 1   thread 2: 50 sent, 50 ok, 0 failed, CPU 5.00 ms, loop busy 50.0 %
generator  100 µs CPU/request, loop 50.0 % busy, 100 MB, start-up 50.0 ms, start
           skew 250 µs, 5.10 kB of samples moved, merge 1.00 ms, how long it
           waited for a core is not known here
note       The first requests took longer.
verdict    ok. The target kept up.
`);
  });

  test('of a run that failed: what is wrong comes first', () => {
    expect(`\n${renderText(BAD)}`).toBe(`
volley 0.1.0  GET http://127.0.0.1:8080/
threads: 2 workers, 2 connections, closed model, 100 requests, seed 1

FAILING: 90.0 % of the requests failed, since 5 s
DEGRADED: Worker 1 was lost: it was killed. Its unsent results are missing.

thresholds ✗ p99<50ms         50.04 ms
           ✗ error-rate<=1%   90.0 % (implied, since no rule says what may fail)

failures   270 of 300 requests (90.0 %), since 5 s
           258 × connect (PROXY_403): proxy.example:3128 answered CONNECT
                 shop.example:443 with '403 Forbidden': the policy of this
                 network does not allow connections to it
            12 × timeout: no complete answer within 500 ms

requests   300 sent in 10.0 s, 30 ok, 270 failed (90.0 %)
rate       30/s asked, 30.0/s sent, 3.00/s ok
transfer   1 B sent, 1 B received, in all
latency    p50 1.00 ms  p90 2.00 ms  p99 12.5 ms  max 20.0 ms
           service time

times           min    mean     p50     p90     p99   p99.9     max
service      100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms

service time of 100 requests
  100 µs – 1.00 ms   75.0 % ████████████████████████████████████████
 1.00 ms – 10.0 ms    0.0 %
 10.0 ms – 100 ms    25.0 % █████████████▍

statuses   2xx 10.4 %, 4xx 0.3 %, 5xx 89.2 %: 30 × 200, 1 × 404, 200 × 502,
           57 × 503
connected  40 opened, 38 closed by the target
generator  100 µs CPU/request, loop 50.0 % busy, 100 MB
verdict    failing. 90.0 % of the requests failed (270 of 300), since 5 s. Check
           the proxy.
`);
  });

  test('no line is longer than the terminal is wide', () => {
    for (const summary of [GOOD, BAD, { ...BAD, mix: MIX }])
      for (const width of [80, 90, 100, 120])
        for (const isVerbose of [true, false])
          for (const line of renderText(summary, { ...PLAIN_VIEW, width, isVerbose }).split('\n'))
            expect(line.length).toBeLessThanOrEqual(width);
  });

  test('long names, rules, headlines and addresses are broken or cut between words', () => {
    const long = '/api/v1/customers/with/a/long/path/that/goes/on?category=books&sort=price';
    const mix = MIX.map((row) => ({ ...row, name: `POST ${long}`, sent: 12_345, ok: 10_000, failed: 2_345 }));
    const rule = {
      ...{ ok: false, measured: null, limit: 50, requestsNeeded: 100, isLowerBound: false },
      expression: `p99{POST ${long.slice(0, 42)}}<50ms`,
    };
    const summary = {
      ...{
        ...BAD,
        mix,
        plan: { ...BAD.plan, target: { ...BAD.plan.target, url: `http://127.0.0.1${long}` } },
      },
      thresholds: [
        rule,
        { ...rule, expression: 'p99<50ms', measured: 60 },
        { ...rule, expression: `checks{${'that is said at length '.repeat(5)}}>=99%` },
      ],
    };
    const lines = renderText(summary).split('\n');
    expect(lines.slice(0, 2)).toEqual(['volley 0.1.0  2 requests, the first GET', `http://127.0.0.1${long}`]);
    expect(lines).toEqual(
      expect.arrayContaining([
        `thresholds ✗ ${rule.expression}`,
        '             too few requests to tell: it takes 100 requests',
        '           ✗ p99<50ms   60.0 ms',
        '           ✗ checks{that is said at length that is said at length that is said',
        '             at length that is said at length that is said at length }>=99%',
      ]),
    );
    expect(lines.filter((line) => line.length > 80 && !line.startsWith('http'))).toEqual([]);
    const when = { fromMs: null, toMs: null, isOnAndOff: false };
    const figures = {
      failed: 300,
      of: 300,
      request: null,
      when,
      failedAs: [],
      stoodStillMs: 0,
      isStarved: true,
    };
    const finding = { code: 'requests-failed', figures, nextStep: 'check-proxy' } as const;
    expect(renderText({ ...BAD, generator: { ...BAD.generator, finding } })).toContain(
      '\nFAILING: all of the requests failed, from the first request on, while volley was\nlate\n',
    );
  });

  const SLOW: Partial<Summary> = {
    windowMs: 3_000,
    requests: { ...summaryWith().requests, sent: 40, ok: 40 },
    rate: { targetPerSecond: null, sentPerSecond: 40 / 3, throughputPerSecond: 10 },
  };
  const plan = summaryWith().plan;
  const DUE = {
    ...plan,
    load: { model: 'open', ratePerSecond: 100 / 3_600, arrivals: 'constant', maxInFlight: 9, stages: [] },
  } as const;

  test.each<[string, Partial<Summary>, string]>([
    [
      'why less was answered in a second than was sent',
      SLOW,
      'rate       13.3/s sent, 10.0/s ok: 30 good answers came within the 3.00 s,\n           10 after them\n',
    ],
    [
      'but of a warm-up some answers may have come within it too',
      { ...SLOW, plan: { ...plan, warmupMs: 1_000 } },
      'rate       13.3/s sent, 10.0/s ok: 30 good answers came within the 3.00 s\n',
    ],
    [
      'that a window was too short to tell a rate, which is then not 0',
      { ...SLOW, windowMs: 1, rate: { targetPerSecond: null, sentPerSecond: 0, throughputPerSecond: 0 } },
      'rate       – sent, – ok: no good answer came within the 1.00 ms, 40 after them\n',
    ],
    [
      'nor is what was sent',
      { ...SLOW, windowMs: 1, rate: { targetPerSecond: null, sentPerSecond: 2e3, throughputPerSecond: 0 } },
      'rate       2,000/s sent, – ok: no good answer came within the 1.00 ms, 40 after\n',
    ],
    [
      'nor what was transferred',
      {
        bytes: { sent: 2_000, received: 3_000 },
        rate: { ...SLOW.rate!, sentBytesPerSecond: 0, receivedBytesPerSecond: 0 },
      },
      'transfer   2.00 kB sent, 3.00 kB received, in all\n',
    ],
    [
      'a rate that was kept is told once',
      {
        plan: DUE,
        rate: { targetPerSecond: 30, sentPerSecond: 30, throughputPerSecond: 30 },
        requests: { ...summaryWith().requests, ok: 0 },
        windowMs: 0,
      },
      'rate       30.0/s, as asked\n',
    ],
    [
      'a slow rate is not nothing',
      {
        plan: DUE,
        rate: { targetPerSecond: 100 / 3_600, sentPerSecond: 100 / 3_600, throughputPerSecond: 99 / 3_600 },
        requests: { ...summaryWith().requests, ok: 0 },
        windowMs: 0,
      },
      'rate       100/h asked, 100/h sent, 99.0/h ok\n',
    ],
    [
      'what is rare is named only where it was',
      { requests: { ...summaryWith().requests, unfinished: 1, dropped: 2, notStarted: 3, retried: 4 } },
      'requests   100 sent in 1.00 s, 100 ok, 0 failed, 1 unfinished, 2 dropped, 3 not\n           started, 4 retried\n',
    ],
    [
      'a lower bound is shown as such',
      {
        latencyMs: {
          ...summaryWith().latencyMs,
          service: {
            ...LATENCY,
            censored: 8,
            percentiles: { '50': 1, '99': 2_000 },
            atLeast: ['99'],
            max: 2_000,
          },
        },
      },
      'latency    p50 1.00 ms  p99 ≥ 2.00 s  max ≥ 2.00 s\n           service time\n',
    ],
    [
      'percentiles that were asked for stand in the place of the usual ones',
      {
        latencyMs: {
          ...summaryWith().latencyMs,
          service: { ...LATENCY, percentiles: { '10': 0.5, '99.999': 3 } },
        },
      },
      'latency    p10 500 µs  p99.999 3.00 ms  max 20.0 ms\n',
    ],
    [
      'many kinds of failure are counted, and their examples are lines of their own',
      {
        requests: { ...summaryWith().requests, failed: 7 },
        errors: Array.from({ length: 7 }, (_, index) => ({
          ...({ kind: 'status', code: `50${index}`, count: 1, example: 'GET /\n was answered' } as const),
        })),
      },
      '           1 × status (504): GET / was answered\n           and 2 more kinds of error\n',
    ],
    [
      'a loaded connection is said to be the target’s doing only where it was',
      { connections: { opened: 1_234, closedByTarget: 1 } },
      'connected  1,234 opened, 1 closed by the target\n',
    ],
  ])('%s', (_name, changes, text) => {
    expect(renderText(summaryWith(changes))).toContain(text);
  });

  test('nothing answered: not judged, whatever the JSON calls it', () => {
    const generator = {
      ...summaryWith().generator,
      reasons: ['No request was answered.'],
      finding: { code: 'nothing-answered', figures: {}, nextStep: null } as const,
    };
    const text = renderText(summaryWith({ generator }));
    expect(text).toContain('\nNOT JUDGED: no request was answered\n');
    expect(text).toContain('\nverdict    not judged. No request was answered.\n');
    expect(REPORTERS.markdown(summaryWith({ generator }))).toContain('**not judged**: No request');
  });

  test('nothing recorded: no table of dashes', () => {
    const empty = {
      ...LATENCY,
      ...{ count: 0, min: null, mean: null, stdev: null, max: null, maxMinusMean: null },
      percentiles: { '50': null },
    };
    const latencyMs = {
      ...({ headline: 'service', intervals: null, response: empty, service: empty } as const),
      ...{ startLag: empty, wait: empty, firstByte: empty },
    };
    const text = renderText(summaryWith({ latencyMs, histogram: [], statuses: {} }));
    for (const absent of ['latency', 'times', 'statuses']) expect(text).not.toContain(absent);
  });

  test('workers are listed where they differ, or one is lost', () => {
    const [first, second] = summaryWith().workers;
    const text = renderText(summaryWith({ workers: [first!, { ...second!, sent: 20, ok: 20, lost: true }] }));
    expect(text).toContain(
      'worker 0   thread 1: 50 sent, 50 ok, 0 failed, CPU 5.00 ms, loop busy 50.0 %\n' +
        'worker 1   thread 2: 20 sent, 20 ok, 0 failed, LOST\n',
    );
    expect(renderText(summaryWith())).not.toContain('worker 0');
  });

  test('what workers tell at their end is without lost ones, or unknown', () => {
    const [first, second] = summaryWith().workers;
    const bytes = { sent: 12_000, received: 34_000 };
    const rate = { targetPerSecond: null, throughputPerSecond: 10, sentPerSecond: 10 };
    const workers = (...lost: boolean[]) =>
      [first!, second!].map((worker, index) => ({ ...worker, lost: lost[index] === true }));
    const some = renderText(summaryWith({ workers: workers(false, true), bytes, rate }));
    expect(some).toContain('transfer   12.0 kB sent, 34.0 kB received, in all, without lost workers\n');
    expect(some).toMatch(/^connected {2}.* opened.*, without lost workers/m);
    const none = renderText(summaryWith({ workers: workers(true, true), bytes, rate }));
    expect(none).toContain('transfer   unknown, as a worker tells it at its end\n');
    expect(none).toMatch(/^connected {2}unknown, as a worker tells it at its end/m);
    const pageOf = (...lost: boolean[]): string =>
      readMarkup(renderHtml(summaryWith({ workers: workers(...lost), bytes, rate }))).text.replaceAll(
        '\u00a0',
        ' ',
      );
    expect(pageOf(false, true)).toMatch(
      /Connections\s*[\d,]+ opened, [\d,]+ closed by the target, without lost workers/,
    );
    expect(pageOf(false, true)).toContain('12.0 kB sent, 34.0 kB received, without lost workers');
    expect(pageOf(true, true)).toMatch(/Bytes\s*unknown, as a worker tells it at its end/);
    expect(pageOf(false, false)).not.toContain('lost workers');
  });
});

describe('colours', () => {
  const view = { ...PLAIN_VIEW, paint: (tone: string, text: string) => `<${tone}>${text}</>` };

  test('are of verdict, failures and thresholds, and change no word', () => {
    const text = renderText(BAD, view);
    expect(text).toContain('<bad>FAILING</>: 90.0 % of the requests failed, since 5 s\n');
    expect(text).toContain('<warning>DEGRADED</>: Worker 1 was lost');
    expect(text).toContain('thresholds <bad>✗ p99<50ms         50.04 ms</>\n');
    expect(text).toContain('<bad>failures   270 of 300 requests (90.0 %), since 5 s</>\n');
    expect(text).toContain('verdict    <bad>failing</>. 90.0 %');
    expect(renderText(GOOD, view)).toContain('verdict    <good>ok</>. The target kept up.');
    expect(text.replaceAll(/<\w+>(?=\S)|<\/>/g, '')).toBe(renderText(BAD));
  });

  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: 'false' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('on a terminal: %p, with %p: %p', (isTTY, environment, are) => {
    expect(hasColours({ isTTY }, environment)).toBe(are);
    expect(viewOf({ isTTY, columns: 80 }, environment, false).paint('bad', 'x')).toBe(
      are ? '\u001b[31mx\u001b[39m' : 'x',
    );
  });

  test.each([
    [{ isTTY: true, columns: 100 }, 100],
    [{ isTTY: true, columns: 300 }, 120],
    [{ isTTY: true, columns: 20 }, 40],
    [{ isTTY: true, columns: 0 }, 80],
    [{ isTTY: false, columns: 100 }, 80],
    [{}, 80],
  ])('%p is %p characters wide', (screen, width) => {
    expect(viewOf(screen, {}, false).width).toBe(width);
  });

  test('one that is resized while the run goes on is as wide as when the report is written', () => {
    const screen = { isTTY: true, columns: 100 };
    const view = viewOf(screen, {}, false);
    screen.columns = 60;
    expect(view.width).toBe(60);
  });
});
