import { describe, expect, test } from '@jest/globals';
import { underLoad } from '../../src/main/plan/load-parts.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { renderSweep } from '../../src/main/reporters/sweep-text.ts';
import { PLAIN_VIEW } from '../../src/main/reporters/view.ts';
import { LevelSearch } from '../../src/main/sweep/level-search.ts';
import { capacityOf, kneeOf } from '../../src/main/sweep/levels.ts';
import { sweep } from '../../src/main/sweep/sweep.ts';
import { rulesText } from '../../src/main/text/sweep-sentences.ts';
import type { NextStep } from '../../src/protocol/finding.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import type { Sweep, SweepLevel } from '../../src/protocol/sweep.ts';
import { streamed } from '../support/parts.ts';
import { fc } from '../support/properties.ts';
import { summaryWith } from '../support/summary.ts';

const IN_80_COLUMNS = `volley 0.1.0  sweep of GET http://127.0.0.1:8080/
8 to 16 connections, threads, undici

connections   ok/s      p50      p99     verdict                       ok/s
8            800/s  1.00 ms  12.5 ms  ✓  ok                 ████████████████
10           800/s  1.00 ms  12.5 ms  ✓  ok                 ████████████████
11           800/s  1.00 ms  12.5 ms  ?  generator-limited  ████████████████
12           800/s  1.00 ms  12.5 ms  ✗  ok                 ████████████████
16           800/s  1.00 ms  12.5 ms  ✗  ok                 ████████████████

✗ 12 connections: p99<50ms did not hold: 51.6 ms.
✗ 16 connections: p99<50ms did not hold: 68.8 ms.

Knee: 8 connections (answers 800/s): twice the load brought nothing more.
Capacity: 10 connections (answers 800/s): up to there the target did not fail;
no longer at 12 connections.
Stopped: at 11 connections (marked ?) volley itself was the limit both times, so
its figures there say little about the target. No core.
`;
const IN_120_COLUMNS = `volley 0.1.0  sweep of GET http://127.0.0.1:8080/
8 to 16 connections, threads, undici

connections   ok/s      p50      p99  failed     verdict                       ok/s
8            800/s  1.00 ms  12.5 ms   0.0 %  ✓  ok                 ████████████████
10           800/s  1.00 ms  12.5 ms   0.0 %  ✓  ok                 ████████████████
11           800/s  1.00 ms  12.5 ms   0.0 %  ?  generator-limited  ████████████████
12           800/s  1.00 ms  12.5 ms   0.0 %  ✗  ok                 ████████████████
16           800/s  1.00 ms  12.5 ms   0.0 %  ✗  ok                 ████████████████

✗ 12 connections: p99<50ms did not hold: 51.6 ms.
✗ 16 connections: p99<50ms did not hold: 68.8 ms.

Knee: 8 connections (answers 800/s): twice the load brought nothing more.
Capacity: 10 connections (answers 800/s): up to there the target did not fail; no longer at 12 connections.
Stopped: at 11 connections (marked ?) volley itself was the limit both times, so its figures there say little about the
target. No core.
`;

/** What is tried where everything up to `capacity` is good. */
function tried(from: number, to: number, capacity: number): number[] {
  const search = new LevelSearch(from, to);
  const levels: number[] = [];
  for (let level = search.next; level !== null; level = search.next) {
    levels.push(level);
    search.tell(level <= capacity);
  }
  return levels;
}

describe('which levels are tried', () => {
  test('by doubling, the end included; then the middle between the last good one and the first bad one', () => {
    expect(tried(1, 64, 100)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(tried(1, 50, 100)).toEqual([1, 2, 4, 8, 16, 32, 50]);
    expect(tried(1, 64, 11)).toEqual([1, 2, 4, 8, 16, 12, 10, 11]);
    expect(tried(1, 64, 8)).toEqual([1, 2, 4, 8, 16, 12, 10, 9]);
    expect(tried(4, 64, 0)).toEqual([4]);
    expect(tried(100, 1_000, 300)).toEqual([100, 200, 400, 300, 350, 325, 312]);
  });

  test('whatever the range: few levels, none twice, and the capacity to 5 % or to one', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 1_000_000 }));
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 1_000_000 }), ([from, more], capacity) => {
        const levels = tried(from, from + more, capacity);
        expect(new Set(levels).size).toBe(levels.length);
        expect(levels.length).toBeLessThan(40);
        const good = Math.max(...levels.filter((level) => level <= capacity), 0);
        const bad = Math.min(...levels.filter((level) => level > capacity), Number.POSITIVE_INFINITY);
        if (bad === Number.POSITIVE_INFINITY) expect(good).toBe(from + more);
        else if (good > 0) expect(bad - good).toBeLessThanOrEqual(Math.max(1, 0.05 * good));
      }),
    );
  });
});

const level = (at: number, throughputPerSecond: number, isGood = true): SweepLevel =>
  ({ level: at, throughputPerSecond, isGood }) as SweepLevel;

test('the knee is the first level whose doubling gains less than 5 %', () => {
  expect(kneeOf([level(1, 100), level(2, 200), level(4, 380), level(8, 395), level(16, 420)])).toEqual({
    level: 4,
    throughputPerSecond: 380,
    gain: 395 / 380 - 1,
  });
  expect(kneeOf([level(1, 100), level(2, 190), level(4, 210)])).toBeNull();
  // Levels between two doublings are no doublings.
  expect(kneeOf([level(4, 100), level(5, 101), level(6, 101)])).toBeNull();
  expect(kneeOf([level(1, 0), level(2, 0)])).toBeNull();
});

test('the capacity is the highest level with only good ones below it', () => {
  expect(capacityOf([level(1, 10), level(2, 20), level(3, 25, false), level(4, 30)])).toEqual({
    level: 2,
    throughputPerSecond: 20,
    firstBad: 3,
  });
  expect(capacityOf([level(1, 10), level(2, 20)])).toEqual({
    level: 2,
    throughputPerSecond: 20,
    firstBad: null,
  });
  expect(capacityOf([level(1, 10, false)])).toBeNull();
});

const PLAN = {
  warmupMs: 0,
  stop: { durationMs: 1_000, requests: null },
  thresholds: [],
} as unknown as RunPlan;

describe('a sweep', () => {
  const fine = summaryWith();

  /** A target that gives 100/s for each connection, up to 8 of them, and bears 11. */
  const at = (level: number, changes: Partial<Summary> = {}): Summary =>
    summaryWith({
      rate: { ...fine.rate, throughputPerSecond: 100 * Math.min(8, level) },
      thresholds: [{ expression: 'p99<50ms', measured: level * 4.3, isLowerBound: false, ok: level <= 11 }],
      ...changes,
    });

  const swept = (
    measure: (level: number, isAgain: boolean) => Summary | null | 'budget',
    budgetMs = 60_000,
    [from, to] = [1, 64],
    over: Sweep['over'] = 'concurrency',
  ): Promise<Sweep> =>
    sweep({
      ...{ over, from, to, budgetMs },
      planOf: () => PLAN,
      measure: async (_plan, level, _longestMs, isAgain) => measure(level, isAgain) ?? 'interrupted',
      onLevel: async () => {},
    });

  test('finds the knee and the capacity', async () => {
    const result = await swept((level) => at(level));
    expect(result.levels.map(({ level, isGood }) => (isGood ? level : -level))).toEqual([
      1, 2, 4, 8, 10, 11, -12, -16,
    ]);
    expect(result).toMatchObject({
      knee: { level: 8, gain: 0 },
      capacity: { level: 11, throughputPerSecond: 800, firstBad: 12 },
      endedBy: 'found',
      conclusions: [
        'Knee: 8 connections (answers 800/s): twice the load brought nothing more.',
        'Capacity: 11 connections (answers 800/s): up to there the target did not fail; no longer at 12 connections.',
      ],
    });
    expect(
      renderSweep(result)
        .split('\n')
        .filter((line) => line.startsWith('✗')),
    ).toEqual([
      '✗ 12 connections: p99<50ms did not hold: 51.6 ms.',
      '✗ 16 connections: p99<50ms did not hold: 68.8 ms.',
    ]);
  });

  test.each([
    [80, IN_80_COLUMNS],
    [120, IN_120_COLUMNS],
  ])('as text, exactly, in %i columns', async (width, text) => {
    const generator = { ...fine.generator, verdict: 'generator-limited' as const, reasons: ['No core.'] };
    const result = await swept((level) => at(level, level === 11 ? { generator } : {}), 60_000, [8, 16]);
    expect(renderSweep(result, { ...PLAIN_VIEW, width })).toBe(text);
  });

  test('says why it ended', async () => {
    const limited = summaryWith({
      generator: { ...fine.generator, verdict: 'generator-limited', reasons: ['No core.'] },
    });
    const cases: readonly (readonly [string, Sweep, number[], string])[] = [
      [
        'range',
        await swept((level) => at(level), 60_000, [1, 3]),
        [1, 2, 3],
        'Capacity: at least 3 connections (answers 300/s): the target failed at no level.',
      ],
      [
        'generator',
        await swept((level) => (level > 2 ? limited : at(level))),
        [1, 2],
        'Stopped: at 4 connections (marked ?) volley itself was the limit both times, so its figures there say little about the target. No core.',
      ],
      [
        'generator',
        await swept(() => limited),
        [],
        'Stopped: at 1 connection (marked ?) volley itself was the limit both times, so its figures there say little about the target. No core.',
      ],
      [
        'budget',
        await swept((level) => at(level), 100),
        [1],
        'Stopped: --budget left too little time for another level: raise it, or use a shorter -d.',
      ],
      [
        'budget',
        await swept((level) => (level > 2 ? 'budget' : at(level))),
        [1, 2],
        'Stopped: --budget left too little time for another level: raise it, or use a shorter -d.',
      ],
      [
        'interrupted',
        await swept((level) => (level > 1 ? null : at(level))),
        [1],
        'Stopped early by an interrupt: the unfinished level is left out.',
      ],
      ['failing', await swept(() => at(99)), [1], 'Stopped: a rule did not hold at the first level.'],
    ];
    for (const [endedBy, result, levels, sentence] of cases) {
      expect([result.endedBy, result.levels.map(({ level }) => level), result.conclusions.at(-1)]).toEqual([
        endedBy,
        levels,
        sentence,
      ]);
      expect(result.interrupted).toBe(endedBy === 'interrupted');
    }
  });

  test('a level at which volley was the limit is measured once more, and shown if it is so again', async () => {
    const limited = (level: number): Summary =>
      at(level, { generator: { ...fine.generator, verdict: 'generator-limited', reasons: ['No core.'] } });
    const tries: string[] = [];
    const noting = (level: number, isAgain: boolean): void =>
      void tries.push(`${level}${isAgain ? '!' : ''}`);
    const once = await swept(
      (level, isAgain) => {
        noting(level, isAgain);
        return level === 2 && !isAgain ? limited(level) : at(level);
      },
      60_000,
      [1, 3],
    );
    expect(tries).toEqual(['1', '2', '2!', '3']);
    expect([once.endedBy, once.generatorLimit]).toEqual(['range', null]);
    const twice = await swept((level) => (level === 2 ? limited(level) : at(level)));
    expect(twice.generatorLimit).toMatchObject({ level: 2, tries: 2, measured: { level: 2 } });
    expect([twice.levels.map(({ level }) => level), twice.capacity?.level]).toEqual([[1], 1]);
    const rows = renderSweep(twice).split('\n');
    expect(rows.filter((row) => /^\d+ {2,}/.test(row)).map((row) => row.split(/ {2,}/))).toEqual([
      expect.arrayContaining(['1', '✓', '100/s']),
      expect.arrayContaining(['2', '?', '200/s', 'generator-limited']),
    ]);
    // No time for another try: what was measured is shown all the same.
    const late = await swept(limited, 100);
    expect(late.generatorLimit).toMatchObject({ tries: 1, measured: { level: 1 } });
    const cut = await swept((level, isAgain) => (isAgain ? 'budget' : limited(level)));
    expect([cut.endedBy, cut.generatorLimit?.tries]).toEqual(['generator', 1]);
    expect((await swept((level, isAgain) => (isAgain ? null : limited(level)))).endedBy).toBe('interrupted');
  });

  test('a level that fails shows the most frequent error, whose words say what to do', async () => {
    const failing = { ...fine.generator, verdict: 'failing' as const, reasons: ['All failed.'] };
    const error = {
      kind: 'tls',
      code: 'X',
      count: 2,
      example: 'self-signed: use --cacert,\n or -k',
    } as const;
    const result = await swept(() => at(1, { generator: failing, errors: [error] }));
    expect(renderSweep(result)).toContain('✗ 1 connection: For example: self-signed: use --cacert, or -k.\n');
  });

  test('a first level that cannot be judged is not called a failing target', async () => {
    const rule = (expression: string, measured: number | null): Summary['thresholds'][number] => {
      return { expression, measured, isLowerBound: false, ok: false };
    };
    const told = async (...thresholds: Summary['thresholds']): Promise<readonly string[]> =>
      (await swept((level) => at(level, { thresholds }))).conclusions.slice(1);
    expect(await told(rule('p99<50ms', null))).toEqual([
      'Capacity: unknown.',
      'Stopped: the first level had too few requests to tell whether p99<50ms holds: use a longer -d.',
    ]);
    expect((await told(rule('p99<50ms', null), rule('p50<9ms', 12))).at(-1)).toBe(
      'Stopped: a rule did not hold at the first level.',
    );
  });

  test('says at which levels redirects were measured', async () => {
    const figures = { redirects: 20, answered: 20, location: '/login', isFollowing: false };
    const findings = { degraded: [], notes: [{ code: 'redirects-not-followed', figures } as const] };
    const told = async (from: number): Promise<string | undefined> =>
      (await swept((level) => at(level, level < from ? {} : { findings }), 60_000, [1, 2])).conclusions.at(
        -1,
      );
    expect(await told(1)).toMatch(/^At every level: All 40 answers were redirects \(to '\/login'\)/);
    expect(await told(2)).toMatch(/^At 2 connections: All 20 answers were redirects/);
    expect(await told(3)).toMatch(/^Capacity: at least 2 connections/);
  });

  test('a level without an answer, or with requests that got no connection, is not sustained', async () => {
    for (const requests of [
      { ...fine.requests, ok: 0 },
      { ...fine.requests, dropped: 1 },
    ])
      expect((await swept(() => at(1, { requests }))).capacity).toBeNull();
    const failing = { ...fine.generator, verdict: 'failing' as const, reasons: ['It failed.'] };
    expect((await swept(() => at(1, { generator: failing }))).endedBy).toBe('failing');
  });
});

describe('a sweep by rate', () => {
  const fine = summaryWith();
  const limited = (verdict: 'target-limited' | 'connection-limited', nextStep: NextStep): Summary =>
    summaryWith({
      generator: {
        ...fine.generator,
        ...{ verdict, reasons: ['It grew.', 'Do something.'] },
        finding: { code: 'backlog-grew', figures: { first: 1, last: 99 }, nextStep },
      },
    });
  /** From 100/s on the level is this one. */
  const swept = (from100: Summary): Promise<Sweep> =>
    sweep({
      ...{ over: 'rate', from: 50, to: 200, budgetMs: 60_000 },
      planOf: () => PLAN,
      measure: async (_plan, level) => (level < 100 ? fine : from100),
      onLevel: async () => {},
    });

  test('bears no rate that the target cannot keep up with, whatever becomes of it in the end', async () => {
    for (const summary of [
      limited('target-limited', 'lower-rate'),
      limited('connection-limited', 'raise-max-in-flight'),
    ]) {
      const result = await swept(summary);
      expect(result.capacity?.firstBad).toBeLessThanOrEqual(100);
      expect(result.conclusions[1]).toMatch(/up to there the target kept up; no longer at [\d.]+\/s\.$/);
      expect(renderSweep(result)).toContain('/s: It grew.');
    }
    // Connections that do not last are the target's way, and no line that grows.
    expect((await swept(limited('connection-limited', 'let-target-keep-alive'))).endedBy).toBe('range');
    const first = await sweep({
      ...{ over: 'rate', from: 50, to: 200, budgetMs: 60_000 },
      planOf: () => PLAN,
      measure: async () => limited('target-limited', 'lower-rate'),
      onLevel: async () => {},
    });
    expect(first.conclusions.slice(1)).toEqual([
      'Capacity: none: the target did not keep up even with the first level.',
      'Stopped: the target did not keep up with the first level.',
    ]);
  });
});

test('of a rule on goodput it is said what a good answer is', () => {
  const objectives = [
    { latency: 'ttft', name: 'ttft', limitMs: 100 },
    { latency: 'tpot', name: 'tpot', limitMs: 15 },
  ] as const;
  const streams = streamed(summaryWith().latencyMs.response);
  const goodput = { objectives, good: 1, share: 1, perSecond: 1 };
  const summary = summaryWith({ streams: { ...streams, goodput } });
  const level = { level: 1, throughputPerSecond: 1, isGood: true, summary };
  expect(rulesText(['p99<1s', 'goodput>=95%'], level)).toBe(
    'p99<1s, goodput>=95% (ttft<100 ms, tpot<15.0 ms)',
  );
  expect(rulesText(['p99<1s'], undefined)).toBe('p99<1s');
});

test('the plan of a level is the first one under another load: nothing is read or looked up again', async () => {
  const options = { url: 'http://127.0.0.1:1/', mode: 'inline', seed: 3, maxInFlight: undefined } as const;
  const first = await resolvePlan({ ...options, rate: 5, every: undefined });
  const level = underLoad(first, { ...options, rate: 40 });
  expect(level).toEqual({
    ...first,
    load: {
      ...first.load,
      stages: [
        { durationMs: null, from: { requests: 40, periodMs: 1_000 }, to: { requests: 40, periodMs: 1_000 } },
      ],
    },
  });
  expect([level.mix, level.supplies]).toEqual([first.mix, first.supplies]);
  expect(level.mix).toBe(first.mix);
  const closed = underLoad(first, { ...options, concurrency: 7 });
  expect([closed.load, closed.concurrency, closed.workers]).toEqual([{ model: 'closed' }, 7, 1]);
  expect(() => underLoad(first, { ...options, concurrency: 2, workers: 3 })).toThrow(
    "--workers '3' with --mode inline",
  );
});
