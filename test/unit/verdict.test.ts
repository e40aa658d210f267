import { describe, expect, test } from '@jest/globals';
import type { LatencySummary } from '../../src/main/index.ts';
import { judge, VERDICT_LIMITS, type VerdictFacts } from '../../src/main/summary/verdict.ts';
import { Backlog } from '../../src/metrics/backlog.ts';
import { LATENCY } from '../support/summary.ts';

const latency = (mean: number, p99: number): LatencySummary => ({
  ...LATENCY,
  mean,
  percentiles: { '99': p99 },
});

const QUIET: VerdictFacts = {
  load: { model: 'open', pacing: 'precise', maxInFlight: 10 },
  concurrency: 5,
  latencies: {
    response: latency(10, 20),
    service: latency(10, 20),
    startLag: latency(0, 0.1),
    wait: latency(0, 0.1),
    firstByte: latency(9, 19),
  },
  errors: [],
  loopBusy: 1,
  outstanding: [10, 10, 10, 10],
  isTargetLocal: false,
};
const closed = (changes: Partial<VerdictFacts>): VerdictFacts => ({
  ...QUIET,
  load: { model: 'closed' },
  loopBusy: 0.1,
  outstanding: [],
  ...changes,
});
const withLatencies = (changes: Partial<VerdictFacts['latencies']>): Partial<VerdictFacts> => ({
  latencies: { ...QUIET.latencies, ...changes },
});
const { startLagP99Ms, startLagShare, loopBusy, waitShare, waitMs, growthByQuarter, growth } = VERDICT_LIMITS;

describe('the verdict, on each side of each line', () => {
  test.each<[string, VerdictFacts, string]>([
    ['open and quiet', QUIET, 'ok'],
    ['closed and quiet', closed({}), 'ok'],
    [
      'precise lag on the line',
      { ...QUIET, ...withLatencies({ startLag: latency(0, startLagP99Ms.precise) }) },
      'ok',
    ],
    [
      'precise lag above it',
      { ...QUIET, ...withLatencies({ startLag: latency(0, startLagP99Ms.precise + 0.01) }) },
      'generator-limited',
    ],
    [
      'eco lag on the line',
      {
        ...QUIET,
        load: { model: 'open', pacing: 'eco', maxInFlight: 1 },
        ...withLatencies({ startLag: latency(0, startLagP99Ms.eco) }),
      },
      'ok',
    ],
    [
      'eco lag above it',
      {
        ...QUIET,
        load: { model: 'open', pacing: 'eco', maxInFlight: 1 },
        ...withLatencies({ startLag: latency(0, startLagP99Ms.eco + 0.01) }),
      },
      'generator-limited',
    ],
    [
      'a lag that is a small share of the response',
      { ...QUIET, ...withLatencies({ startLag: latency(0, 5), response: latency(10, 5 / startLagShare) }) },
      'ok',
    ],
    [
      'a lag that is just more than that share',
      {
        ...QUIET,
        ...withLatencies({ startLag: latency(0, 5), response: latency(10, 5 / startLagShare - 0.1) }),
      },
      'generator-limited',
    ],
    ['a busy loop in the open model proves nothing', { ...QUIET, loopBusy: 1 }, 'ok'],
    ['a loop on the line', closed({ loopBusy }), 'ok'],
    ['a loop above it', closed({ loopBusy: loopBusy + 0.001 }), 'generator-limited'],
    [
      'a wait of half the response',
      { ...QUIET, ...withLatencies({ wait: latency(10 * waitShare, 9) }) },
      'ok',
    ],
    [
      'a wait of more',
      { ...QUIET, ...withLatencies({ wait: latency(10 * waitShare + 0.01, 9) }) },
      'connection-limited',
    ],
    [
      'the same in the closed model',
      closed(withLatencies({ wait: latency(10 * waitShare + 0.01, 9) })),
      'connection-limited',
    ],
    [
      'a wait too short to matter',
      { ...QUIET, ...withLatencies({ wait: latency(waitMs, 1), response: latency(waitMs, 1) }) },
      'ok',
    ],
    ['steady growth', { ...QUIET, outstanding: [100, 200, 300, 400] }, 'target-limited'],
    ['growth that pauses', { ...QUIET, outstanding: [100, 200, 200, 400] }, 'ok'],
    ['growth on the line', { ...QUIET, outstanding: [100, 100 * growthByQuarter, 200, 400] }, 'ok'],
    ['growth by a few requests', { ...QUIET, outstanding: [1, 3, 5, growth] }, 'ok'],
    ['growth by just enough', { ...QUIET, outstanding: [1, 3, 5, growth + 1] }, 'target-limited'],
    ['growth means nothing in the closed model', closed({ outstanding: [1, 100, 200, 400] }), 'ok'],
    [
      'this machine ran out',
      closed({ errors: [{ kind: 'generator', code: 'EMFILE', count: 1, example: '' }] }),
      'generator-limited',
    ],
    [
      'the target refused',
      closed({ errors: [{ kind: 'connect', code: 'ECONNREFUSED', count: 1, example: '' }] }),
      'ok',
    ],
    [
      'late starts outrank waiting',
      { ...QUIET, ...withLatencies({ startLag: latency(5, 15), wait: latency(9, 9) }) },
      'generator-limited',
    ],
    [
      'waiting outranks growth',
      { ...QUIET, outstanding: [1, 100, 200, 400], ...withLatencies({ wait: latency(9, 9) }) },
      'connection-limited',
    ],
  ])('%s', (_name, facts, verdict) => {
    expect(judge(facts).verdict).toBe(verdict);
    expect(judge(facts).reasons.length).toBeGreaterThan(0);
  });

  test('the figures are quoted, and what to do is said', () => {
    const facts = { ...QUIET, ...withLatencies({ wait: latency(9, 9) }), isTargetLocal: true };
    expect(judge(facts).reasons).toEqual([
      'Requests waited 9.00 ms of a mean response of 10.0 ms for a connection.',
      'Raise --max-in-flight (10), unless the target takes no more connections.',
      'Target and generator share this machine and its cores.',
    ]);
  });

  test('where nothing was answered, nothing is claimed', () => {
    const empty = { ...LATENCY, count: 0, mean: null, percentiles: { '99': null } };
    const latencies = { response: empty, service: empty, startLag: empty, wait: empty, firstByte: empty };
    expect(judge({ ...QUIET, latencies }).reasons).toEqual([
      'No request was answered: nothing can be said of limits.',
    ]);
  });
});

describe('the backlog', () => {
  test('of requests that are answered at once is flat', () => {
    const backlog = new Backlog(1_000);
    for (let k = 0; k < 1_000; k++) backlog.add(k, k + 100);
    const [, second, third, last] = backlog.quarters(1_000);
    expect(second).toBeCloseTo(100, 0);
    expect(third).toBeCloseTo(100, 0);
    expect(last).toBeCloseTo(100, 0);
  });

  test('of a target that serves every other one grows evenly', () => {
    const backlog = new Backlog(10_000);
    for (let k = 0; k < 10_000; k++) backlog.add(k, 2 * k);
    const quarters = backlog.quarters(10_000);
    for (const [quarter, eighths] of [1, 3, 5, 7].entries())
      expect(quarters[quarter]! / 5_000).toBeCloseTo(eighths / 8, 1);
  });

  test('of an interrupted run is that of the time until then', () => {
    const backlog = new Backlog(10_000);
    for (let k = 0; k < 2_000; k++) backlog.add(k, 1e9);
    expect(backlog.quarters(2_000)).toHaveLength(4);
    expect(backlog.quarters(2_000)[3]).toBeGreaterThan(1_500);
    expect(backlog.quarters(10)).toEqual([]);
  });
});
