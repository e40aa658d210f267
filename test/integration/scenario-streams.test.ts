import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer, type Summary } from '../../src/api/index.ts';
import { streamOptionsOf } from '../../src/main/plan/scenarios/test-streams.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { testInEveryMode, VARIANTS, workersIn } from '../support/modes.ts';

const volley = useKeptProcess(false);
let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 20, gapMs: 4, tokens: 6 } });
});
afterAll(() => server.close());

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  testInEveryMode({ mode, client })('streams among the requests of a scenario', async () => {
    const module = join(ROOT, 'test/fixtures/scenarios/streams.mjs');
    const workers = String(workersIn(mode, 2));
    const words = ['run', module, '--mode', mode, '--client', client, '-w', workers, '-o', 'json'];
    const { stdout, stderr } = await volley.with({ MODEL: server.url }, words);
    const { scenarios, streams, requests, errors, thresholds } = JSON.parse(stdout) as Summary;
    expect(stderr).not.toContain('bug in volley');
    const checks = scenarios?.checks.map(({ name, passed, failed }) => [name, passed, failed]);
    expect(checks).toEqual(
      ['has its tokens', 'has its times', 'others are none', 'in one piece'].map((name) => [name, 9, 0]),
    );
    // Of 39 requests 21 are streams, of which nine come in one piece and three end in an error.
    expect([requests.sent, requests.failed]).toEqual([39, 3]);
    expect(errors).toMatchObject([{ kind: 'stream', count: 3 }]);
    expect(streams).toMatchObject({ answers: 18, notStreamed: 9, gaps: { count: 9 * 5 } });
    expect(streams?.tokens).toMatchObject({ total: 9 * 6 + 9 * 3, events: 9 * 6, countedByServer: 18 });
    expect(streams?.timesMs.ttft.count).toBe(9);
    // An answer in one piece keeps no time to a first token.
    expect(streams?.goodput?.good).toBe(9);
    expect(streams?.goodput?.share).toBeCloseTo(9 / 21, 9);
    expect(thresholds.map(({ expression, ok }) => [expression, ok])).toContainEqual(['p50(ttft)<60s', true]);
    expect(thresholds.map(({ expression, ok }) => [expression, ok])).toContainEqual(['goodput>=60%', false]);
  });
});

test('streams among the steps of a plan file', async () => {
  const plan = join(ROOT, 'test/fixtures/scenarios/flow-streams.yaml');
  const words = ['run', plan, '--set', `base=${server.url}`, '-w', '2', '-o', 'json'];
  const { code, stdout, stderr } = await volley(...words);
  expect(stderr).not.toContain('bug in volley');
  const { scenarios, streams, requests, errors, thresholds } = JSON.parse(stdout) as Summary;
  expect(scenarios?.checks.map(({ name, passed, failed }) => [name, passed, failed])).toEqual(
    ['has its tokens', 'has its times', 'is no stream'].map((name) => [name, 6, 0]),
  );
  expect([requests.sent, requests.failed]).toEqual([14, 2]);
  expect(errors).toMatchObject([{ kind: 'stream', count: 2 }]);
  expect(streams).toMatchObject({ answers: 6, notStreamed: 0, gaps: { count: 6 * 5 } });
  expect(streams?.tokens).toMatchObject({ total: 36, countedByServer: 6 });
  // Two of eight streams failed.
  expect(streams?.goodput).toMatchObject({ good: 6, share: 0.75 });
  const judged = thresholds.map(({ expression, ok }) => [expression, ok]);
  expect(judged).toContainEqual(['goodput>=60%', true]);
  expect(judged).toContainEqual(['goodput>=90%', false]);
  expect(code).toBe(1);
});

test.each([
  [undefined, {}, []],
  [{}, { stream: 'auto' }, []],
  [
    { preset: 'tgi', tokenPath: 'a', usagePath: ['b', 'c'], stallTimeout: '2s' },
    { preset: 'tgi', tokenPath: ['a'], usagePath: ['b', 'c'], stallTimeout: '2000ms' },
    [],
  ],
  [
    { stallTimeout: 'soon', tokenPath: 3, foo: 1 },
    null,
    [
      'streams.foo: there is no such field: choose from preset, stream, tokenPath, usagePath, tokens, stallTimeout, slo, sloTarget.',
      "streams.tokenPath '3': give text, or a list of texts.",
      "streams.stallTimeout 'soon': give a time such as '30s' or '2m'; a number is milliseconds.",
    ],
  ],
])('streams of a test, %o, as options of a run', (streams, options, problems) => {
  const found: string[] = [];
  const read = streamOptionsOf({ scenarios: {}, streams: streams as object } as never, found);
  expect(found).toEqual(problems);
  if (options !== null) expect(read).toEqual(options);
});
