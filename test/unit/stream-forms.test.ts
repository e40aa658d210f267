import { expect, test } from '@jest/globals';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { STREAM_TIME_KINDS } from '../../src/protocol/stream.ts';
import { columnNameOf } from '../../src/protocol/times.ts';
import { streamed } from '../support/parts.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const SUMMARY = summaryWith({ streams: streamed(LATENCY) });
const LABELS = ['ttft', 'sent ttft', 'ttst', 'tpot', 'gap', 'e2e'];
const FACTS = [
  '2,000 tokens in 100 answers, counted by the server, 2.00 an event; 512/s overall; 48.5/s for each user',
  '25.0 % of the gaps are zero: both token events came with one read',
  '3 of 100 answers did not come as a stream: only e2e of their times is known',
  'goodput 24.3/s: 97 answers (97.0 % of what was sent) kept ttft < 500 ms',
];

/** The lines from the one that begins so up to the next empty one. */
function part(text: string, begin: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(begin));
  return lines.slice(from + 1, lines.indexOf('', from));
}

test('tokens in the text: a row for each time, then what was counted', () => {
  const lines = part(REPORTERS.text(SUMMARY), 'tokens  ');
  expect(lines.slice(0, 6)).toEqual(
    LABELS.map((label) => `${label.padEnd(10)}   100 µs 1.25 ms 1.00 ms 2.00 ms 12.5 ms       – 20.0 ms`),
  );
  expect(lines.slice(6).join(' ').replace(/\s+/g, ' ').trim()).toBe(FACTS.join(' '));
  const { goodput: _left, ...rest } = streamed(LATENCY);
  const byEvents = { ...rest.tokens, countedByServer: 0 };
  const text = REPORTERS.text(
    summaryWith({
      streams: {
        ...rest,
        ...{ goodput: null, notStreamed: 0, tokens: byEvents, gaps: { count: 900, coalescedShare: 0 } },
        timesMs: { ...rest.timesMs, ttfo: { ...LATENCY, mean: 2 } },
      },
    }),
  );
  // Where some tokens were reasoning, the first of the others has a row.
  expect(part(text, 'tokens  ').map((line) => line.slice(0, 10).trim())).toContain('ttfo');
  expect(text).toContain('2,000 tokens in 100 answers, counted as events; 512/s overall;');
  for (const absent of ['goodput', 'not come as a stream', 'of the gaps']) expect(text).not.toContain(absent);
});

test('tokens in Markdown', () => {
  const text = REPORTERS.markdown(SUMMARY);
  const [table = '', facts = ''] = text.split('### Tokens\n\n')[1]?.split('\n\n') ?? [];
  expect(table.split('\n').slice(2)).toEqual(
    LABELS.map(
      (label) => `| ${label.padEnd(9)} | 100 µs | 1.25 ms | 1.00 ms | 2.00 ms | 12.5 ms |     – | 20.0 ms |`,
    ),
  );
  expect(facts.split('\n')).toEqual(FACTS.map((fact) => `- ${fact}`));
});

test('tokens in CSV: columns that other results have not', () => {
  const [heading = '', row = ''] = REPORTERS.csv(SUMMARY).split('\n');
  const [names, cells] = [heading.split(','), row.split(',')];
  const cell = (name: string): string | undefined => cells[names.indexOf(name)];
  const counts = {
    ...{ streamed_answers: '100', not_streamed: '3', tokens: '2000', token_events: '1000', gaps: '900' },
    ...{ tokens_counted_answers: '100', tokens_counted_by_server: '100', tokens_per_s: '512' },
    ...{ tokens_per_user_per_s: '48.5', gaps_coalesced_share: '0.25', goodput_share: '0.97' },
    goodput_per_s: '24.25',
  };
  expect(Object.fromEntries(Object.keys(counts).map((name) => [name, cell(name)]))).toEqual(counts);
  for (const kind of STREAM_TIME_KINDS.map(columnNameOf))
    expect([cell(`${kind}_count`), cell(`${kind}_mean_ms`), cell(`${kind}_p99_ms`)]).toEqual([
      '100',
      '1.25',
      '12.5',
    ]);
  expect(REPORTERS.csv(summaryWith()).split('\n')[0]).not.toContain('ttft');
});

test('tokens for Prometheus', () => {
  const lines = REPORTERS.prometheus(SUMMARY).split('\n');
  const value = (series: string): string | undefined =>
    lines
      .find((line) => line.replace(/method="GET",url="[^"]*",?/, '').startsWith(`${series} `))
      ?.split(' ')
      .at(-1);
  for (const kind of STREAM_TIME_KINDS.map(columnNameOf)) {
    expect(value(`volley_latency_seconds{latency="${kind}",quantile="0.99"}`)).toBe('0.0125');
    expect(value(`volley_latency_seconds_count{latency="${kind}"}`)).toBe('100');
  }
  const told = [
    'tokens_total',
    'token_events_total',
    'tokens_per_second',
    'goodput_per_second',
    'goodput_ratio',
  ];
  expect(told.map((name) => value(`volley_${name}{}`))).toEqual(['2000', '1000', '512', '24.25', '0.97']);
  expect(REPORTERS.prometheus(summaryWith())).not.toMatch(/token|goodput/);
});
