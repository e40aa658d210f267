import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { againstBaseline } from '../../src/main/history/against-baseline.ts';
import { findBaseline } from '../../src/main/history/baseline.ts';
import { keepRun } from '../../src/main/history/run-folder.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { baselineSentences } from '../../src/main/reporters/baseline-text.ts';
import { summarizePlan } from '../../src/main/summary/plan-summary.ts';
import { useFolder } from '../support/folder.ts';
import { LATENCY, summaryWith } from '../support/summary.ts';

const inFolder = useFolder();

/** A run with this p50, which chance may have moved by a twentieth. */
function ran(p50: number | null, more: Partial<Summary> = {}, scatter = 0.02): Summary {
  const { latencyMs } = summaryWith();
  return summaryWith({
    startedAt: '2026-03-01T09:05:00.000Z',
    latencyMs: {
      ...latencyMs,
      intervals: p50 === null ? null : { '50': { low: p50 * (1 - scatter), high: p50 * (1 + scatter) } },
      service: { ...LATENCY, percentiles: { '50': p50 } },
    },
    ...more,
  });
}

/** Too short for intervals. */
const short = (p50: number): Summary => ({
  ...ran(p50),
  latencyMs: { ...ran(p50).latencyMs, intervals: null },
});

const failing = (failed: number): Partial<Summary> => ({
  requests: { ...summaryWith().requests, sent: 100, ok: 100 - failed, failed },
});

describe('a run held against an earlier one', () => {
  test.each<[string, Summary, Summary, Summary[], string, boolean]>([
    ['as fast', ran(10), ran(10), [], 'not-slower', false],
    ['faster', ran(5), ran(10), [], 'not-slower', false],
    ['slower within the margin', ran(10.4), ran(10), [], 'not-slower', false],
    ['slower', ran(12), ran(10), [], 'slower', false],
    [
      'slower, but not than chance within runs',
      ran(12, {}, 0.1),
      ran(10, {}, 0.1),
      [],
      'within-scatter',
      false,
    ],
    [
      'slower, as an earlier run was',
      ran(12),
      ran(10),
      [ran(10), ran(11), ran(12.5)],
      'within-scatter',
      false,
    ],
    ['slower than all earlier runs', ran(13), ran(10), [ran(10), ran(11), ran(12.5)], 'slower', false],
    ['too short to tell', ran(null), ran(10), [], 'unknown', false],
    ['a little slower, without intervals', short(12), short(10), [], 'unknown', false],
    ['twice as slow, without intervals', short(20), short(10), [], 'slower', false],
    ['faster, and failing', ran(5, failing(20)), ran(10, failing(0)), [], 'not-slower', true],
  ])('%s', (_name, now, before, earlier, outcome, failsMore) => {
    expect(againstBaseline(now, { source: 'last', result: before, earlier })).toMatchObject({
      outcome,
      failsMore,
    });
  });

  test('in words, with what they can say', () => {
    const earlier = [ran(10), ran(10.5), ran(9.5)];
    const words = (now: Summary): string[] =>
      baselineSentences(againstBaseline(now, { source: 'last', result: ran(10), earlier }));
    expect(words(ran(13))).toEqual([
      'slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, 13.0 ms now (+30.0 %); 3 good runs of this plan were between 9.50 and 10.5 ms.',
      'runs at different times also differ by what else the machine did: to know, measure both in turns with volley compare URL URL.',
    ]);
    expect(words(ran(9))).toEqual([
      'not slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, 9.00 ms now (−10.0 %); 3 good runs of this plan were between 9.50 and 10.5 ms.',
    ]);
    expect(words(ran(9, failing(30)))[0]).toMatch(
      /^failing more than last .*: 0\.0 % of the requests then, 30\.0 % now\.$/,
    );
  });
});

test('the last good run of the same plan on this machine is found', async () => {
  const folder = inFolder('runs');
  const plan = await resolvePlan({
    url: 'http://127.0.0.1:9/?key=a-long-secret',
    requests: '10',
    workers: 1,
    concurrency: 2,
    seed: 5,
    headers: ['x-key: a-long-secret'],
  });
  const shown = summarizePlan(plan);
  const { generator, thresholds } = summaryWith();
  const kept: [number, Partial<Summary>, string][] = [
    [1, {}, hostname()],
    [2, {}, hostname()],
    [3, { interrupted: true }, hostname()],
    [4, { degraded: true }, hostname()],
    [5, { generator: { ...generator, verdict: 'failing' } }, hostname()],
    [
      6,
      { thresholds: [...thresholds, { expression: 'p99<1ms', measured: 8, isLowerBound: false, ok: false }] },
      hostname(),
    ],
    [7, { plan: { ...shown, concurrency: 3 } }, hostname()],
    [8, {}, 'another machine'],
  ];
  expect(await findBaseline('last', plan, folder)).toBeNull();
  for (const [p50, more, host] of kept) {
    const result = {
      ...ran(p50, { plan: { ...shown, seed: 77 }, mix: [], ...more }),
      origin: { host, revision: null, branch: null, hasChanges: null },
    };
    await keepRun(JSON.stringify(result), new Date(Date.UTC(2026, 2, p50)), { folder });
  }
  const p50Of = async (asked: string): Promise<unknown> =>
    (await findBaseline(asked, plan, folder))?.result.latencyMs.service.percentiles['50'] ?? null;
  expect(await Promise.all(['last', 'last~1', 'last~2'].map(p50Of))).toEqual([2, 1, null]);
  await expect(findBaseline('nowhere.json', plan, folder)).rejects.toMatchObject({
    code: 'VOLLEY_RESULT_FILE',
  });
  const other = inFolder('other');
  const path = await keepRun(
    JSON.stringify(ran(1, { plan: { ...shown, concurrency: 3 }, mix: [] })),
    new Date(),
    { folder: other },
  );
  await expect(findBaseline(path, plan, folder)).rejects.toMatchObject({
    message: `--baseline '${path}': it is the result of another plan (concurrency): give one of the same.`,
  });
});
