import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { renderCsv } from '../../src/main/reporters/csv.ts';
import { renderJunit } from '../../src/main/reporters/junit.ts';
import { renderPrometheus } from '../../src/main/reporters/prometheus.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { RESULT_FORMS } from '../../src/protocol/result-forms.ts';
import { LATENCY, MIX, summaryWith } from '../support/summary.ts';

const { plan, requests, latencyMs } = summaryWith();
const URL = 'http://127.0.0.1:8080/a?b="c",d&e=<f>\\';
const STRANGE = { ...plan, target: { url: URL, method: 'GET' } };
const BOUNDED = { ...latencyMs, service: { ...LATENCY, censored: 3, atLeast: ['90', '99'] } };
const NOTHING_OK: Partial<Summary> = {
  requests: { ...requests, ok: 0, failed: 100 },
  errors: [
    { kind: 'reset', code: 'ECONNRESET', count: 60, example: 'gone\u0000\ud800' },
    { kind: 'reset', code: 'EPIPE', count: 30, example: 'gone' },
    { kind: 'timeout', code: 'TIMEOUT', count: 10, example: 'late' },
  ],
};

test.each(RESULT_FORMS)('%s takes results that are older than rules which end a run', (form) => {
  const { stoppedBy: _stoppedBy, ...older } = summaryWith();
  const text = REPORTERS[form](older as Summary);
  if (form !== 'json') expect(text).toBe(REPORTERS[form](summaryWith()));
});

describe('CSV', () => {
  const tableOf = (changes: Partial<Summary> = {}): Record<string, string> => {
    const [heading = '', row = '', end] = renderCsv(summaryWith(changes)).split('\n');
    expect(end).toBe('');
    const cells = [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) => match[1]!);
    return Object.fromEntries(heading.split(',').map((name, column) => [name, cells[column]!]));
  };

  test('says of how many requests the URL is the first', () => {
    expect(tableOf()).toMatchObject({ mix_requests: '1' });
    expect(tableOf({ mix: MIX })).toMatchObject({ mix_requests: '2', url: 'http://127.0.0.1:8080/' });
  });

  test('is one row under stable names with units', () => {
    const row = tableOf();
    expect(
      Object.keys(row).filter(
        (name) => !/^(response|start_lag|wait|first_byte|failed|connect|tls_handshake)_/.test(name),
      ),
    ).toEqual([
      ...[
        'started_at',
        'volley_version',
        'url',
        'method',
        'mix_requests',
        'mode',
        'workers',
        'concurrency',
        'client',
        'model',
      ],
      ...['asked_per_s', 'limit_requests', 'limit_ms', 'warmup_ms', 'timeout_ms', 'cpu_work', 'seed'],
      ...[
        'interrupted',
        'stopped_by',
        'stopped_at_ms',
        'degraded',
        'thresholds',
        'thresholds_broken',
        'verdict',
        'window_ms',
      ],
      ...['scheduled', 'sent', 'ok', 'failed', 'unfinished', 'dropped', 'not_started', 'retried'],
      ...['rate_per_s', 'throughput_per_s', 'connections_opened', 'connections_closed_by_target'],
      ...['sent_bytes', 'received_bytes', 'headline', 'service_count', 'service_censored', 'service_min_ms'],
      ...['service_mean_ms', 'service_stdev_ms', 'service_p50_ms', 'service_p90_ms', 'service_p99_ms'],
      ...['service_p99.9_ms', 'service_max_ms', 'service_at_least', 'service_precision', 'generator_cpu_ms'],
      ...['generator_cpu_us_per_request', 'generator_peak_rss_bytes', 'generator_start_skew_ms'],
    ]);
    expect(row).toMatchObject({
      started_at: '2026-01-01T00:00:00.000Z',
      url: 'http://127.0.0.1:8080/',
      asked_per_s: '',
      limit_requests: '100',
      degraded: 'false',
      sent: '100',
      rate_per_s: '100',
      'service_p99.9_ms': '',
      service_p99_ms: '12.5',
      headline: 'service',
    });
  });

  test('quotes what has quotes or commas, and counts failures by kind', () => {
    const row = tableOf({ plan: STRANGE, latencyMs: BOUNDED, ...NOTHING_OK });
    expect(row['url']).toBe(`"${URL.replaceAll('"', '""')}"`);
    expect(row).toMatchObject({
      failed: '100',
      failed_reset: '90',
      failed_timeout: '10',
      failed_dns: '0',
      service_at_least: '90 99',
      service_censored: '3',
    });
  });
});

describe('JUnit', () => {
  const casesOf = (changes: Partial<Summary> = {}): string =>
    renderJunit(summaryWith(changes))
      .split('\n')
      .slice(1)
      .join('\n')
      .replace(/<system-out>.*<\/system-out>/s, '…');

  test('times are those of a clock, not of a calculator', () => {
    expect(casesOf({ windowMs: 38.5844 })).toContain(' time="0.039"/>');
  });

  test('without rules is one case: that requests succeed', () => {
    expect(renderJunit(summaryWith())).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="volley" tests="1" failures="0" errors="0" time="1">',
        '  <testsuite name="GET http://127.0.0.1:8080/" tests="1" failures="0" errors="0" skipped="0" time="1" timestamp="2026-01-01T00:00:00">',
        '    <testcase classname="volley" name="requests succeed" time="1"/>',
        `    <system-out>${renderText(summaryWith())}</system-out>`,
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  test('has a case for each rule, with what was measured where it did not hold', () => {
    const text = casesOf({
      plan: STRANGE,
      thresholds: [
        { expression: 'p50<2ms', measured: 1, isLowerBound: false, ok: true },
        { expression: 'p99<1ms', measured: 12.5, isLowerBound: true, ok: false },
        { expression: 'p99.9<1s', measured: null, isLowerBound: false, ok: false },
        { expression: 'error-rate<1%', measured: 0.02, isLowerBound: false, ok: false },
      ],
    });
    expect(text).toBe(
      [
        '<testsuites name="volley" tests="4" failures="3" errors="0" time="1">',
        '  <testsuite name="GET http://127.0.0.1:8080/a?b=&quot;c&quot;,d&amp;e=&lt;f&gt;\\" tests="4" failures="3" errors="0" skipped="0" time="1" timestamp="2026-01-01T00:00:00">',
        '    <testcase classname="volley" name="p50&lt;2ms" time="1"/>',
        '    <testcase classname="volley" name="p99&lt;1ms" time="1">',
        '      <failure type="threshold" message="measured at least 12.5 ms"/>',
        '    </testcase>',
        '    <testcase classname="volley" name="p99.9&lt;1s" time="1">',
        '      <failure type="threshold" message="too few requests to tell"/>',
        '    </testcase>',
        '    <testcase classname="volley" name="error-rate&lt;1%" time="1">',
        '      <failure type="threshold" message="measured 2.0 %"/>',
        '    </testcase>',
        '    …',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  test('fails where nothing succeeded, rules or not; what XML cannot hold is replaced', () => {
    const rule = { expression: 'p50<2ms', measured: 1, isLowerBound: false, ok: true };
    const text = casesOf({ ...NOTHING_OK, thresholds: [rule] });
    expect(text).toContain('tests="2" failures="1" errors="0"');
    expect(text).toContain(
      '<failure type="requests" message="No request succeeded: 100 of 100 failed: 60 × reset (ECONNRESET), 30 × reset (EPIPE), 10 × timeout. For example: gone\ufffd\ufffd."/>',
    );
    const whole = renderJunit(summaryWith(NOTHING_OK));
    expect(whole.isWellFormed() && !whole.includes('\u0000')).toBe(true);
  });

  test('the rule that ended the run fails, even where it came right in the end', () => {
    const rule = { expression: 'mean<1ms', measured: 0.5, isLowerBound: false, ok: true };
    const stoppedBy = { expression: 'mean<1ms', measured: 2, atMs: 3_000 };
    expect(casesOf({ thresholds: [rule], stoppedBy })).toContain(
      '<failure type="threshold" message="measured 500 µs; STOPPED after 3.00 s: mean&lt;1ms did not hold (2.00 ms)."/>',
    );
  });

  test('a mix is called one', () => {
    expect(renderJunit(summaryWith({ mix: MIX }))).toContain(
      '<testsuite name="2 requests, the first GET http://127.0.0.1:8080/"',
    );
  });

  test('an interrupted or degraded run is an error', () => {
    const text = casesOf({ interrupted: true, degraded: true, degradedReasons: ['Lost.', 'Dropped.'] });
    expect(text).toContain('tests="3" failures="0" errors="2"');
    expect(text).toContain('<error type="interrupted" message="The run was stopped before its end."/>');
    expect(text).toContain('<error type="degraded" message="Lost. Dropped."/>');
  });
});

describe('Prometheus', () => {
  const HEAD = /^# HELP ([a-z_]+) .+\n# TYPE \1 (counter|gauge|summary)\n/;
  const SERIES = /^([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?\d[\d.e+-]*)$/;
  const text = renderPrometheus(
    summaryWith({
      plan: STRANGE,
      latencyMs: BOUNDED,
      statuses: { '200': 99, '404': 1 },
      ...NOTHING_OK,
      thresholds: [true, true].map((ok) => ({ expression: 'p99<1s', measured: 1, isLowerBound: false, ok })),
    }),
  );
  const COMMON = String.raw`method="GET",url="http://127.0.0.1:8080/a?b=\"c\",d&e=<f>\\"`;

  test('every family has its help and type, every series its own labels', () => {
    const families = text.split(/(?=^# HELP )/m);
    const series: string[] = [];
    for (const family of families) {
      const [head, name, type] = HEAD.exec(family)!;
      for (const line of family.slice(head.length).trimEnd().split('\n')) {
        const [, metric, labels] = SERIES.exec(line)!;
        expect(metric!.replace(type === 'summary' ? /_(sum|count)$/ : /$^/, '')).toBe(name);
        expect(name!.endsWith('_total')).toBe(type === 'counter');
        series.push(`${metric}{${labels}}`);
      }
    }
    expect(new Set(families.map((family) => HEAD.exec(family)![1])).size).toBe(families.length);
    expect(new Set(series).size).toBe(series.length);
    expect(text.endsWith('\n')).toBe(true);
  });

  test('each request of a mix has its own series', () => {
    const mixed = renderPrometheus(summaryWith({ mix: MIX }));
    const labels = String.raw`method="PUT",url="http://b/",request="write \"it\""`;
    for (const line of [
      `volley_mix_requests_total{${labels},outcome="failed"} 1`,
      `volley_mix_latency_seconds{${labels},quantile="0.99"} 0.0125`,
      `volley_mix_latency_seconds_count{${labels}} 100`,
      `volley_mix_latency_is_lower_bound{${labels},quantile="0.99"} 1`,
      'volley_mix_latency_is_lower_bound{method="GET",url="http://a/",request="read",quantile="0.99"} 0',
    ]) {
      expect(mixed.split('\n')).toContain(line);
    }
    const names = mixed.split('\n').flatMap((line) => SERIES.exec(line)?.slice(1, 3).join() ?? []);
    expect(new Set(names).size).toBe(names.length);
    expect(text).not.toContain('volley_mix');
  });

  test.each([
    ['volley_latency_seconds', 'latency="service",quantile="0.5"', 0.001],
    ['volley_latency_seconds', 'latency="service",quantile="0.99"', 0.0125],
    ['volley_latency_seconds_sum', 'latency="service"', 0.125],
    ['volley_latency_seconds_count', 'latency="service"', 100],
    ['volley_latency_is_lower_bound', 'latency="service",quantile="0.99"', 1],
    ['volley_latency_is_lower_bound', 'latency="service",quantile="0.5"', 0],
    ['volley_latency_is_lower_bound', 'latency="response",quantile="0.99"', 0],
    ['volley_latency_censored', 'latency="service"', 3],
    ['volley_latency_max_seconds', 'latency="first_byte"', 0.02],
    ['volley_requests_total', 'outcome="failed"', 100],
    ['volley_responses_total', 'status="404"', 1],
    ['volley_errors_total', 'kind="reset",code="EPIPE"', 30],
    ['volley_threshold_ok', 'expression="p99<1s"', 1],
  ])('%s{%s} %d', (name, labels, value) => {
    expect(text).toContain(`\n${name}{${COMMON},${labels}} ${value}\n`);
  });

  test('what is not known is left out', () => {
    expect(text).not.toContain('quantile="0.999"');
    expect(text).not.toContain('volley_asked_per_second');
    expect(renderPrometheus(summaryWith({ rate: { ...summaryWith().rate, targetPerSecond: 50 } }))).toContain(
      'volley_asked_per_second{method="GET",url="http://127.0.0.1:8080/"} 50\n',
    );
  });
});
