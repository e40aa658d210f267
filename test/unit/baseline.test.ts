import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { armOf } from '../../src/main/compare/comparison.ts';
import { wrongPart } from '../../src/main/files/saved-shape.ts';
import { againstBaseline } from '../../src/main/history/against-baseline.ts';
import { checkBaseline, findBaseline } from '../../src/main/history/baseline.ts';
import { heldOf } from '../../src/main/history/held.ts';
import type { Kept } from '../../src/main/history/kept-run.ts';
import { keepRun } from '../../src/main/history/run-folder.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { baselineSentences } from '../../src/main/reporters/baseline-text.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { summarizePlan } from '../../src/main/summary/plan-summary.ts';
import { requestsDigest } from '../../src/main/summary/requests-digest.ts';
import { AGENT } from '../support/agent-summary.ts';
import { comparisonWith } from '../support/comparisons.ts';
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
    expect(
      againstBaseline(now, {
        source: 'last',
        otherHost: null,
        result: heldOf(before),
        earlier: earlier.map(heldOf),
      }),
    ).toMatchObject({
      outcome,
      failsMore,
    });
  });

  test('in words, with what they can say', () => {
    const earlier = [ran(10), ran(10.5), ran(9.5)];
    const words = (now: Summary): string[] =>
      baselineSentences(
        againstBaseline(now, {
          source: 'last',
          otherHost: null,
          result: heldOf(ran(10)),
          earlier: earlier.map(heldOf),
        }),
      );
    expect(words(ran(13))).toEqual([
      'slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, 13.0 ms now (+30.0 %); 3 good ones of this plan were between 9.50 and 10.5 ms.',
      'runs at different times also differ by what else the machine did: to be sure, measure both in turns with volley compare URL URL.',
    ]);
    expect(words(ran(9))).toEqual([
      'not slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, 9.00 ms now (−10.0 %); 3 good ones of this plan were between 9.50 and 10.5 ms.',
    ]);
    expect(words(ran(null))[0]).toBe(
      'unknown whether it is slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, – now, and a result without a p50 shows no change; 3 good ones of this plan were between 9.50 and 10.5 ms.',
    );
    expect(words(ran(9, failing(30)))[0]).toMatch(
      /^failing more than last .*: 0\.0 % of the requests then, 30\.0 % now\.$/,
    );
  });
});

describe('with how it stands to its baseline, a result', () => {
  const held = (now: Summary, failsIfSlower: boolean): Summary => ({
    ...now,
    baseline: againstBaseline(
      now,
      { source: 'last', otherHost: null, result: heldOf(ran(10)), earlier: [] },
      failsIfSlower,
    ),
  });

  test('is JSON that is read again, and fails the command where that was asked for', () => {
    expect(exitCodeOf(held(ran(13), true), false)).toBe(1);
    expect(exitCodeOf(held(ran(13), false), false)).toBe(0);
    expect(exitCodeOf(held(ran(9), true), false)).toBe(0);
    const redirected = held(ran(9, { statuses: { '302': 100 } }), true);
    expect(redirected.baseline).toMatchObject({
      outcome: 'not-slower',
      answersDiffer: { statuses: '3xx', aShare: 1, bShare: 0 },
      isFailure: true,
    });
    expect(baselineSentences(redirected.baseline)[0]).toMatch(
      /^answered differently from last .*: 0\.0 % of the good answers were 3xx then, 100\.0 % are now\.$/,
    );
    expect(exitCodeOf(redirected, false)).toBe(1);
    expect(wrongPart(JSON.parse(JSON.stringify(redirected)))).toBeNull();
    expect(wrongPart(JSON.parse(JSON.stringify(held(ran(13), true))))).toBeNull();
    expect(wrongPart({ ...ran(13), baseline: { source: 1 } })).toBe('baseline.source is not text');
  });

  test('says so in every form for people, and in JUnit as a case of its own', () => {
    const slower = held(ran(13), true);
    const sentence = 'slower than last (2026-03-01 09:05 UTC): service time p50 10.0 ms then, 13.0 ms now';
    for (const form of ['text', 'markdown'] as const)
      expect(REPORTERS[form](slower, PLAIN_VIEW).replace(/\n> ?|\s+/g, ' ')).toContain(sentence);
    expect(renderHtml(slower).replaceAll('\u00a0', ' ')).toContain(
      `<p class="notice">${sentence.replace('slower', 'Slower')}`,
    );
    const junit = REPORTERS.junit(slower, PLAIN_VIEW);
    expect(junit).toContain('name="not slower than last"');
    expect(junit).toContain(`<failure type="baseline" message="${sentence}`);
    expect(REPORTERS.junit(held(ran(13), false), PLAIN_VIEW)).not.toContain('<failure');
  });
});

describe('what a result is not held against, or is of another machine', () => {
  const file = (otherHost: string | null, before: Summary): Summary => ({
    ...ran(10),
    baseline: againstBaseline(ran(10), {
      source: 'old.json',
      otherHost,
      result: heldOf(before),
      earlier: [],
    }),
  });

  test.each<[string, Summary, string | null]>([
    ['this machine', file(null, ran(10)), null],
    ['one of another name', file('there', ran(10)), 'there'],
    [
      'one that is another to see',
      file(null, ran(10, { tool: { ...summaryWith().tool, platform: 'linux arm64', cores: 96 } })),
      `linux arm64, 96 cores, ${summaryWith().tool.cpuModel}`,
    ],
    [
      'one that an older result does not tell',
      file(null, ran(10, { tool: { version: '0.0.1' } as Summary['tool'] })),
      null,
    ],
  ])('%s', (_name, result, otherMachine) => {
    expect(result.baseline!.otherMachine).toBe(otherMachine);
    const text = REPORTERS.text(result, PLAIN_VIEW).replace(/\s+/g, ' ');
    expect(text.includes('old.json was measured on another machine')).toBe(otherMachine !== null);
    if (otherMachine !== null) expect(text).toContain(`(${otherMachine}): that alone may be the difference.`);
    expect(wrongPart(JSON.parse(JSON.stringify(result)))).toBeNull();
  });

  test('that nothing was kept to hold it against stands in the result too, and is no case that passes', () => {
    const alone: Summary = { ...ran(10), baseline: null };
    const sentence = /ot compared with an earlier result as asked/;
    expect(wrongPart(JSON.parse(JSON.stringify(alone)))).toBeNull();
    expect(exitCodeOf(alone, false)).toBe(0);
    for (const form of ['text', 'markdown'] as const)
      expect(REPORTERS[form](alone, PLAIN_VIEW).replace(/\n> ?|\s+/g, ' ')).toMatch(sentence);
    expect(renderHtml(alone).replaceAll('\u00a0', ' ')).toMatch(sentence);
    expect(REPORTERS.junit(alone, PLAIN_VIEW)).not.toContain('slower');
    expect(baselineSentences(undefined)).toEqual([]);
  });
});

test('rounds are held against rounds, by their medians', async () => {
  const folder = inFolder('rounds');
  const plan = await resolvePlan({
    url: 'http://127.0.0.1:9/',
    requests: '10',
    workers: 1,
    concurrency: 2,
    seed: 5,
  });
  const rounds = (p50: number): Kept => {
    const ofPlan = { plan: { ...summarizePlan(plan), seed: 9 }, mix: [] };
    const cost = { peakMemoryBytes: 1, memoryKind: 'resident' as const };
    const summaries = [-0.1, 0, 0, 0, 0, 0.1].map((by) => ({ summary: ran(p50 * (1 + by), ofPlan), cost }));
    const comparison = { ...comparisonWith('repeat', ['run'], 2), arms: [armOf('run', summaries)!] };
    return { ...comparison, origin: { host: hostname(), revision: null, branch: null, hasChanges: null } };
  };
  for (const [minute, p50] of [10, 10.4].entries())
    await keepRun(JSON.stringify(rounds(p50)), new Date(Date.UTC(2026, 0, 1, 0, minute)), { folder });
  await keepRun(JSON.stringify({ ...ran(1), origin: { host: hostname() } }), new Date(), { folder });
  const baseline = (await findBaseline('last', plan, 6, folder))!;
  expect(againstBaseline(rounds(20), baseline, true)).toMatchObject({
    ...{ p50Ms: 20, baselineP50Ms: 10.4, outcome: 'slower', isFailure: true },
  });
  expect(againstBaseline(rounds(10.5), baseline, true)).toMatchObject({
    outcome: 'not-slower',
    isFailure: false,
  });
  expect(await findBaseline('last', plan, 5, folder)).toBeNull();
  const path = await keepRun(JSON.stringify(ran(1)), new Date(), { folder: inFolder('run') });
  await expect(findBaseline(path, plan, 6, folder)).rejects.toThrow(/it is not a result of --repeat/);
});

test('plans are alike by headers, bodies and what is expected, whatever the secrets, the place and the boundary', async () => {
  const digestOf = async (options: Partial<Parameters<typeof resolvePlan>[0]>): Promise<string> =>
    requestsDigest(await resolvePlan({ url: 'http://127.0.0.1:9/', requests: '10', ...options }));
  const form = { form: ['a=1'] };
  const plain = await digestOf({});
  expect(plain).toMatch(/^[0-9a-f]{16}$/);
  const alike = [
    {},
    { url: 'http://127.0.0.2:8/b' },
    { workers: 2, seed: 9 },
    { headers: ['cookie: s=secret-1'] },
  ];
  const [, elsewhere, more, cookie] = await Promise.all(alike.map(digestOf));
  expect([elsewhere, more]).toEqual([plain, plain]);
  expect(await digestOf({ headers: ['cookie: s=secret-2'] })).toBe(cookie);
  expect(await digestOf(form)).toBe(await digestOf(form));
  const others = await Promise.all(
    [
      {},
      { headers: ['x-a: 1'] },
      { headers: ['x-a: {{n}}'] },
      { body: 'a' },
      { body: 'ab' },
      { body: '{{n}}' },
      { method: 'POST' },
      { expectStatus: '404' },
      { location: true },
      { keepalive: false },
      form,
    ].map(digestOf),
  );
  expect(new Set([...others, cookie]).size).toBe(others.length + 1);
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
  expect(await findBaseline('last', plan, null, folder)).toBeNull();
  for (const [p50, more, host] of kept) {
    const result = {
      ...ran(p50, { plan: { ...shown, seed: 77 }, mix: [], ...more }),
      origin: { host, revision: null, branch: null, hasChanges: null },
    };
    await keepRun(JSON.stringify(result), new Date(Date.UTC(2026, 2, p50)), { folder });
  }
  const p50Of = async (asked: string): Promise<unknown> =>
    (await findBaseline(asked, plan, null, folder))?.result.p50Ms ?? null;
  expect(await Promise.all(['last', 'last~1', 'last~2'].map(p50Of))).toEqual([2, 1, null]);
  await expect(findBaseline('nowhere.json', plan, null, folder)).rejects.toMatchObject({
    code: 'VOLLEY_RESULT_FILE',
  });
  const other = inFolder('other');
  const path = await keepRun(
    JSON.stringify(ran(1, { plan: { ...shown, concurrency: 3 }, mix: [] })),
    new Date(),
    { folder: other },
  );
  await expect(findBaseline(path, plan, null, folder)).rejects.toMatchObject({
    message: `--baseline '${path}': it is the result of another plan (concurrency): give one of the same plan.`,
  });
});

test('an update of volley does not make another plan, though its user-agent names the version', async () => {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:1/', requests: 10 });
  const digestAs = (agent: string): string =>
    requestsDigest({
      ...plan,
      mix: plan.mix.map((request) => {
        const headers = request.message.headers.map((text) => text.replace(/^volley\/.*/, agent));
        expect(headers).toContain(agent);
        return { ...request, message: { ...request.message, headers } };
      }),
    });
  expect(digestAs('volley/0.0.1')).toBe(requestsDigest(plan));
  expect(digestAs('browser/1.0')).not.toBe(requestsDigest(plan));
});

test('a run over agents is held against runs over as many, whose workers were those of the agents', async () => {
  const folder = inFolder('agents');
  const asked = await resolvePlan({ url: 'http://127.0.0.1:9/', requests: '10', workers: 1, seed: 5 });
  const carriedOut = { ...asked, workers: 3 };
  // Which of them was the first says nothing about the others.
  const shown = { ...summarizePlan(carriedOut), mode: 'processes' as const };
  const over = (count: number | null): Kept => ({
    ...ran(count ?? 9, { plan: shown, mix: [] }),
    ...(count === null ? {} : { agents: Array.from({ length: count }, () => AGENT) }),
    origin: { host: hostname(), revision: null, branch: null, hasChanges: null },
  });
  const paths: string[] = [];
  for (const [minute, count] of [3, 2, null].entries())
    paths.push(
      await keepRun(JSON.stringify(over(count)), new Date(Date.UTC(2026, 0, 1, 0, minute)), { folder }),
    );
  const lastP50 = async (agents?: number): Promise<unknown> =>
    (await findBaseline('last', { ...carriedOut, ...(agents === undefined ? {} : { agents }) }, null, folder))
      ?.result.p50Ms ?? null;
  expect(await Promise.all([lastP50(3), lastP50(2), lastP50(4), lastP50()])).toEqual([3, 2, null, null]);
  // Before they have joined their workers are not known, but everything else is.
  const [ofThree = '', , ofNone = ''] = paths;
  await expect(checkBaseline(ofThree, { ...asked, agents: 3 })).resolves.toBeUndefined();
  await expect(checkBaseline('last', { ...asked, agents: 3 })).resolves.toBeUndefined();
  await expect(checkBaseline(ofNone, { ...asked, agents: 3 })).rejects.toThrow(/another plan \(agents\)/);
  await expect(checkBaseline(ofThree, { ...asked, agents: 3, timeoutMs: 1 })).rejects.toThrow(
    /another plan \(timeoutMs\)/,
  );
});
