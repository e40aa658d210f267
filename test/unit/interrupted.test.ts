import { expect, test } from '@jest/globals';
import { CutOff } from '../../src/main/collect/interrupted.ts';
import { ScenarioTally } from '../../src/main/collect/scenario-tally.ts';
import { Snapshot } from '../../src/main/collect/snapshot.ts';
import { Tally } from '../../src/main/collect/tally.ts';
import { liveFamilies, renderLiveMetrics } from '../../src/main/live/prometheus-live.ts';
import { summarySoFar } from '../../src/main/live/summary-so-far.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { parseThresholds } from '../../src/main/plan/thresholds.ts';
import { renderCsv } from '../../src/main/reporters/csv.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { renderMarkdown } from '../../src/main/reporters/markdown.ts';
import { renderPrometheus } from '../../src/main/reporters/prometheus.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { rulesSoFar } from '../../src/main/run/so-far.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { blockOf, recordsOf, type Sample } from '../support/samples.ts';
import { MIX, summaryWith } from '../support/summary.ts';

test.each([
  ['late from twice the slowest good answer on', [0, 100, 199.9, 200, 1_000], [40, 100], 100, 3],
  ['judged by their own name, whatever else was slow', [0, 599.9, 600, 1_500], [300], 1_000, 2],
  ['judged by any name as far as a pause may last', [0, 199.9, 200, 499.9], [5], 100, 2],
  ['and no further', [0, 499.9, 500, 1_500], [5], 1_000, 2],
  ['judged by the whole run without a good answer of their name', [0, 150, 200], [], 100, 2],
  ['all late without any good answer', [0.1, 5], [], 0, 0],
])('requests that volley ended are %s', (_, tookMs, answeredMs, longestOfRunMs, interrupted) => {
  const cutOff = new CutOff();
  cutOff.add(0, tookMs);
  for (const ms of answeredMs) cutOff.answered(ms);
  expect(cutOff.interrupted(longestOfRunMs)).toBe(interrupted);
});

const NAMES = ['slow', 'quick', 'new'];

/** `slow` is answered in a second, `quick` at once, `new` never; each worker has its own numbers for them. */
function cutOffIn(workers: readonly number[], howMany: number): ScenarioTally {
  const tally = new ScenarioTally({ scenarios: [], metrics: {} }, howMany);
  for (const worker of workers) {
    const names = worker % 2 === 0 ? NAMES : [...NAMES].reverse();
    const place = { method: 'GET', url: 'http://127.0.0.1:9/' };
    for (const [number, name] of names.entries())
      tally.takeName(worker, { of: 'request', number, name, place });
    const [slow, quick, fresh] = NAMES.map((name) => names.indexOf(name));
    const of = (request: number | undefined, outcome: 'ok' | 'unfinished', serviceMs: number): Sample => ({
      ...{ request: request!, outcome, serviceMs },
    });
    const rows = [
      // Of the second worker alone.
      ...(worker === 1 ? [of(slow, 'ok', 1_000)] : []),
      ...[of(slow, 'unfinished', 1_900), of(slow, 'unfinished', 2_100)],
      ...[of(quick, 'ok', 3), of(quick, 'unfinished', 5), of(quick, 'unfinished', 1_500)],
      of(fresh, 'unfinished', 1_500),
      { ...of(fresh, 'unfinished', 1), intendedMs: -5 },
      { ...of(fresh, 'unfinished', 1), intendedMs: 9_000 },
    ];
    tally.takeRequests(worker, blockOf(rows), 5_000);
    for (const { request, outcome, intendedMs = 0 } of rows)
      if (intendedMs === 0) tally.requestsOf(worker)[request!]!.add(OUTCOME[outcome!], null);
  }
  return tally;
}

function interruptedIn(tally: ScenarioTally, workers: readonly number[]): unknown {
  return {
    all: tally.interrupted(),
    workers: workers.map((worker) => tally.interrupted(worker)),
    names: tally.requests.map(({ name, tally: { cutOff } }) => [name, cutOff.interrupted(tally.longestOkMs)]),
  };
}

test('what is slow under one name hides nothing under another, in no worker and no agent', () => {
  const whole = cutOffIn([0, 1, 2], 3);
  const counts = { all: 9, workers: [3, 3, 3], names: NAMES.map((name) => [name, 3]) };
  expect(interruptedIn(whole, [0, 1, 2])).toEqual(counts);
  expect(whole.laterRequests).toBe(3);
  // Two agents, the second of which has two workers whose numbers here are not those there.
  const agents = [
    { part: cutOffIn([0], 1), workers: [1] },
    { part: cutOffIn([0, 1], 2), workers: [2, 0] },
  ];
  const total = new ScenarioTally({ scenarios: [], metrics: {} }, 3);
  for (const { part, workers } of agents) total.addPortable(structuredClone(part.portable), workers);
  expect(interruptedIn(total, [0, 1, 2])).toEqual(counts);
  // The one without the slow answer goes by that of the other.
  const { part } = agents[0]!;
  expect(part.interrupted()).toBe(1);
  part.judgeBy(total);
  expect(part.interrupted()).toBe(3);
});

const { requests } = summaryWith();
const mix = MIX.map((row) => ({ ...row, interrupted: 7 }));
const CUT = summaryWith({ mix, requests: { ...requests, ok: 86, interrupted: 14 } });
const PLAIN = summaryWith({ mix: MIX });

/** The cells of the first table whose heading has this cell, by their heading. */
function cellOf(heading: string, separator: string, lines: readonly string[]): string | undefined {
  const cells = (line: string | undefined): string[] =>
    (line ?? '').split(separator).map((cell) => cell.trim());
  const at = lines.findIndex((line) => cells(line).includes(heading));
  const rows = lines.slice(at + 1).filter((line) => !/^\|[ :|-]+$/.test(line));
  return cells(rows[0])[cells(lines[at]).indexOf(heading)];
}

test('requests that were interrupted have their place in each form, and none where there are no users', () => {
  const csv = (summary: typeof CUT): string[] => renderCsv(summary).split('\n');
  expect(cellOf('interrupted_requests', ',', csv(CUT))).toBe('14');
  expect(csv(PLAIN)[0]).not.toContain('interrupted_requests');
  expect(cellOf('interrupted', '|', renderMarkdown(CUT).split('\n'))).toBe('14');
  expect(renderMarkdown(PLAIN)).not.toContain('interrupted');
  const all = renderPrometheus(CUT).split('\n');
  const series = all.filter((line) => line.includes('outcome="interrupted"'));
  expect(series.map((line) => [line.split('{')[0], line.split(' ').at(-1)])).toEqual([
    ['volley_requests_total', '14'],
    ['volley_mix_requests_total', '7'],
    ['volley_mix_requests_total', '7'],
  ]);
  expect(renderPrometheus(PLAIN)).not.toContain('outcome="interrupted"');
  expect(renderText(CUT)).toMatch(/^requests +100 sent in 1\.00 s, 86 ok, 0 failed, 14 interrupted$/m);
  expect(renderHtml(CUT)).toContain('14 interrupted with their iterations');
  expect(renderHtml(PLAIN)).not.toContain('interrupted with');
});

async function planOfUsers(): Promise<RunPlan> {
  const plain = await resolvePlan({ url: 'http://127.0.0.1:9/' });
  const planned = { scenarios: [], metrics: {}, pools: [], base: null } as unknown;
  return { ...plain, scenarios: planned as NonNullable<RunPlan['scenarios']> };
}

// A slower good answer makes fewer of them late, and the first one of a name may make more.
test.each([
  ['slow', 2_000, { unfinished: 2, interrupted: 8 }],
  ['new', 3, { unfinished: 6, interrupted: 4 }],
])(
  'no counter falls that scrapers and collectors see when %s is answered in %d ms',
  async (name, ms, after) => {
    const plan = await planOfUsers();
    const scenarios = cutOffIn([0, 1], 2);
    const tally = new Tally();
    for (const request of scenarios.requests) tally.addOutcomes(request.tally.outcomes);
    const shown = (): Map<string, readonly [type: string, value: number]> => {
      const families = liveFamilies(plan, new Snapshot([tally], recordsOf({ scenarios }), 1_000));
      const samples = families.flatMap(({ name, type, samples }) =>
        samples.map(([labels, value]) => [`${name} ${labels['outcome'] ?? ''}`, [type, value]] as const),
      );
      return new Map(samples);
    };
    const before = shown();
    scenarios.requests.find((request) => request.name === name)!.tally.cutOff.answered(ms);
    tally.outcomes[OUTCOME.ok]!++;
    const now = shown();
    for (const [outcome, count] of Object.entries(after))
      expect(now.get(`volley_requests_cut_off ${outcome}`)).toEqual(['gauge', count]);
    for (const [key, [type, value]] of before)
      if (type === 'counter') expect(now.get(key)![1]).toBeGreaterThanOrEqual(value);
    expect(now.get('volley_requests_total ok')).toEqual(['counter', 4]);
  },
);

test('views and rules of a run under way see them apart from those that were late', async () => {
  const scenarios = cutOffIn([0, 1], 2);
  const tallies = [0, 1].map((worker) => {
    const tally = new Tally();
    for (const { tally: request } of worker === 0 ? scenarios.requests : [])
      tally.addOutcomes(request.outcomes);
    return tally;
  });
  const rules = [...['error-rate<=1%', ...NAMES.map((name) => `error-rate{${name}}<=1%`)]];
  const plan = { ...(await planOfUsers()), thresholds: parseThresholds(rules, new Problems()) };
  const snapshot = new Snapshot(tallies, recordsOf({ scenarios }), 1_000);
  const shown = renderLiveMetrics(plan, snapshot);
  const counts = [...shown.matchAll(/(requests_\w+)\{.*outcome="(\w+)"\} (\d+)/g)];
  expect(counts.map((found) => found.slice(1).join(' '))).toEqual([
    ...['requests_total ok 3', 'requests_total failed 0', 'requests_total dropped 0'],
    ...['requests_cut_off unfinished 4', 'requests_cut_off interrupted 6'],
  ]);
  const soFar = summarySoFar(plan, snapshot, new Date(0));
  expect(soFar.requests).toMatchObject({ unfinished: 4, interrupted: 6 });
  expect(soFar.mix.map(({ name, unfinished, interrupted }) => [name, unfinished, interrupted])).toEqual([
    ['slow', 2, 2],
    ['quick', 2, 2],
    ['new', 0, 2],
  ]);
  expect(rulesSoFar(plan, snapshot).map(({ measured }) => measured)).toEqual([
    4 / 7,
    ...[2 / 3, 2 / 4, null],
  ]);
});
