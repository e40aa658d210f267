import type { LatencySummary, Summary } from '../../src/api/index.ts';
import { forEachStreamTime } from '../../src/protocol/stream.ts';

/** Streamed answers, each time of which is the same. */
export function streamed(times: LatencySummary): NonNullable<Summary['streams']> {
  return {
    timesMs: forEachStreamTime(() => times),
    answers: 100,
    notStreamed: 3,
    tokens: {
      ...{ total: 2_000, events: 1_000, perEvent: 2, countedAnswers: 100, countedByServer: 100 },
      ...{ perSecond: 512, perUserPerSecond: 48.5 },
    },
    gaps: { count: 900, coalescedShare: 0.25 },
    goodput: {
      objectives: [{ latency: 'ttft', name: 'ttft', limitMs: 500 }],
      ...{ good: 97, share: 0.97, perSecond: 24.25 },
    },
  };
}

/** Users who came one each second and went again, with failures of every kind. */
export function visited(times: LatencySummary): NonNullable<Summary['scenarios']> {
  const row = {
    ...{ name: 'shop', scheduled: 109, started: 100, completed: 90, failed: 7, interrupted: 3 },
    ...{ dropped: 4, notStarted: 5, responseMs: times, durationMs: times, startLagMs: times, thinkMs: 900 },
    errors: [{ kind: 'script', code: 'TypeError shop.ts:3:1', count: 7, example: 'TypeError' } as const],
  };
  return {
    total: { ...row, name: '(all)' },
    scenarios: [row, { ...row, name: 'look', errors: [] }],
    groups: [{ name: 'a > b', entered: 9, left: 6, failed: 2, interrupted: 1, responseMs: times }],
    checks: [{ name: '<three> items', made: 1_000, passed: 990, failed: 10 }],
    metrics: [
      { name: 'orders', kind: 'counter', count: 12 },
      { name: 'big', kind: 'rate', share: 0.25, good: 1, of: 4 },
      { name: 'left', kind: 'gauge', value: null },
      { name: 'total', kind: 'trend', values: times },
    ],
    code: {
      ms: 9,
      share: 0.2,
      blockedShare: 0.1,
      longestMs: 52,
      longestOf: { scenario: 'shop', after: 'GET /a' },
    },
    teardownFailure: 'teardown failed: Error: no',
    users: {
      ...{ ever: 60, max: 30 },
      series: Array.from({ length: 60 }, (_, index) => ({
        atMs: index * 1_000,
        users: Math.min(index, 60 - index),
      })),
      setupFailures: { count: 2, example: 'Error: no login' },
      teardownFailures: null,
    },
  };
}

/** One agent that could not keep up and one that was lost, with this text wherever they have words of their own. */
export function agentsWith(text: string): NonNullable<Summary['agents']> {
  const one = {
    ...{ name: text, address: text, workers: 2, connections: 8, planned: 1_200, rttMs: 0.4 },
    ...{ startLateMs: 1.5, mostLagMs: 42, p50Ms: 4, p99Ms: 90 },
  };
  return [
    {
      ...{
        ...one,
        state: 'finished',
        because: null,
        lostAtMs: null,
        sent: 1_200,
        missing: 0,
        unknownAtMost: 0,
      },
      ...{ driftMs: 0.01, verdict: 'generator-limited', reasons: [text] },
    },
    {
      ...{
        ...one,
        state: 'lost',
        because: text,
        lostAtMs: 31_400,
        sent: 700,
        missing: 500,
        unknownAtMost: 60,
      },
      ...{ driftMs: null, verdict: null, reasons: [] },
    },
  ];
}
