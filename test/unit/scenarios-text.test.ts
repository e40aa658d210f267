import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const COUNTS = { scheduled: 40, started: 40, completed: 32, failed: 8, interrupted: 0 };
const TIMES = { ...LATENCY, percentiles: { '50': 4.67, '90': 60.5, '95': 61.5, '99': 62.5 } };
const ROW = {
  ...{ ...COUNTS, dropped: 0, notStarted: 0, thinkMs: 0, errors: [] },
  ...{ responseMs: TIMES, durationMs: TIMES, startLagMs: LATENCY },
};
const GROUP = { entered: 40, left: 32, failed: 8, interrupted: 0, responseMs: TIMES };
const NOTHING = { ...LATENCY, count: 0, min: null, mean: null, max: null, percentiles: { '50': null } };

const SHOP = {
  total: { ...ROW, name: 'all' },
  scenarios: ['buy', 'look around the whole shop'].map((name) => ({ ...ROW, name })),
  groups: ['checkout', 'a group with quite a long name'].map((name) => ({ ...GROUP, name })),
  checks: [{ name: 'even', made: 32, passed: 16, failed: 16 }],
  metrics: [
    { name: 'never', kind: 'trend', values: NOTHING },
    { name: 'orders', kind: 'counter', count: 32 },
  ],
  teardownFailure: null,
  users: { ever: 4, max: 4, series: [], setupFailures: null, teardownFailures: null },
} satisfies Summary['scenarios'];
const SUMMARY = summaryWith({ scenarios: SHOP });

test.each([40, 60, 80, 120])('tables of scenarios and groups fit %d columns', (width) => {
  const lines = renderText(SUMMARY, { ...PLAIN_VIEW, width }).split('\n');
  expect(lines.filter(({ length }) => length > width)).toEqual([]);
  for (const start of ['scenario ', 'group '])
    expect(lines.find((line) => line.startsWith(start))).toMatch(/failed .*p99/);
});

test('a trend without a value says so', () => {
  expect(renderText(SUMMARY)).toContain('metrics    never no value\n');
});

test('what was due after the window is told where the requests are counted', () => {
  const text = renderText({ ...SUMMARY, scenarios: { ...SHOP, laterRequests: 1_234 } });
  expect(text.replaceAll(/\s+/g, ' ')).toMatch(
    /requests [^;]*; 1,234 more, due after that, are not counted rate/,
  );
  expect(renderText(SUMMARY)).not.toContain('due after');
});

test('Markdown has what users did, and users in place of connections', () => {
  const loads = [{ executor: 'constant-vus', users: 4, scenarios: ['buy'] }] as const;
  const plan = { ...SUMMARY.plan, scenarios: { file: 'shop.mjs', loads } };
  const error = { kind: 'script', code: 'TypeError', count: 8, example: 'no items\n  at shop' } as const;
  const total = { ...SHOP.total, errors: [error] };
  const text = renderMarkdown({ ...SUMMARY, plan, scenarios: { ...SHOP, total } });
  const has = (cells: string) => expect(text.replaceAll(/ +/g, ' ')).toContain(cells);
  has(', constant-vus: at most 4 users, undici\n');
  has('### Iterations\n\n| scenario | started | completed | failed | p50 |');
  has('| buy | 40 | 32 | 8 (20.0 %) | 4.67 ms |');
  has('| all | 40 | 32 | 8 (20.0 %) | 4.67 ms |');
  has('| script | TypeError | 8 | no items at shop |');
  has('| checkout | 40 | 8 (20.0 %) | 4.67 ms |');
  has('| even | 32 | 16 (50.0 %) |');
  has('| orders | 32 |');
  has('| never | no value |');
});

test('behind the most frequent reasons stands what a broken rule is about', () => {
  const reason = (kind: 'request' | 'script', code: string, count: number) => ({
    ...{ kind, code, count },
    example: `${code} happened`,
  });
  const requests = [500, 501, 502, 503, 504, 505].map((status) => reason('request', `status ${status}`, 9));
  const scripts = [reason('script', 'TypeError a.mjs:9:1', 2), reason('script', 'RangeError b.mjs:3:1', 1)];
  const errors = [...requests, ...scripts];
  const total = { ...SHOP.total, errors };
  const reported = renderText({ ...SUMMARY, scenarios: { ...SHOP, total } });
  expect(reported.match(/\d × (?:request|script) \([^)]*\)/g)).toEqual([
    ...[500, 501, 502, 503, 504].map((status) => `9 × request (status ${status})`),
    '2 × script (TypeError a.mjs:9:1)',
  ]);
  expect(reported).toContain('and 2 more reasons');

  // A rule of one scenario is about what that has thrown.
  const [buy, look] = SHOP.scenarios;
  const scenarios = [buy!, { ...look!, errors: [scripts[1]!] }];
  const rule = {
    measured: 1,
    limit: 0,
    isLowerBound: false,
    expression: `script-errors{${look!.name}}<=0`,
    ok: false,
  };
  const ofOne = { ...SUMMARY, thresholds: [rule], scenarios: { ...SHOP, total, scenarios } };
  expect(renderText(ofOne)).toContain('1 × script (RangeError b.mjs:3:1)');
  expect(renderMarkdown(ofOne)).toContain('RangeError b.mjs:3:1');
  expect(renderText({ ...ofOne, thresholds: [{ ...rule, ok: true }] })).not.toContain('RangeError');
});

test('a single session is one, and a reason does not name its kind twice', () => {
  const errors = [
    { kind: 'expectation', code: 'expectation CAPTURE', count: 5, example: 'nothing to capture' },
    { kind: 'request', code: 'status 500', count: 3, example: 'was answered with 500' },
  ] as const;
  const users = { ...SHOP.users, ever: 1, max: 1 };
  const text = renderText({ ...SUMMARY, scenarios: { ...SHOP, users, total: { ...SHOP.total, errors } } });
  expect(text).toContain('1 at once at most, 1 session\n');
  const setupFailures = { count: 1_200, example: 'Error: no login' };
  const failed = renderText({ ...SUMMARY, scenarios: { ...SHOP, users: { ...users, setupFailures } } });
  expect(failed).toContain('1 at once at most, 1 session; the setup of 1,200 failed\n');
  expect(text).toContain('5 × expectation CAPTURE: nothing to capture\n');
  expect(text).toContain('3 × request (status 500): was answered with 500\n');
});
