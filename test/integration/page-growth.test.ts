import { expect, test } from '@jest/globals';
import type { Comparison, Summary } from '../../src/api/index.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { latencyOf, longRun, withTokens } from '../support/pages.ts';
import { streamed, visited } from '../support/parts.ts';
import { sweepWith } from '../support/sweeps.ts';

const TEN_MINUTES = longRun(600, 1_000);
const bytesOf = (result: Summary | Comparison | Sweep): number => Buffer.byteLength(renderHtml(result));
const PLAIN = bytesOf(TEN_MINUTES);

test('streams of tokens add at most 100 KB to the page of a run, which stays below 300 KB', () => {
  const streams = { ...withTokens(TEN_MINUTES), streams: streamed(TEN_MINUTES.latencyMs.service) };
  const all = bytesOf(streams);
  expect(all - PLAIN).toBeLessThan(100_000);
  expect(all).toBeLessThan(300_000);
});

test('each request and each group adds at most 2.3 KB', () => {
  const many = 50;
  const users = visited(TEN_MINUTES.latencyMs.service);
  const [request, group] = [TEN_MINUTES.mix[0]!, users.groups[0]!];
  const shop = {
    ...TEN_MINUTES,
    mix: Array.from({ length: many }, (_, index) => ({
      ...{ ...request, name: `GET /${index}`, latencyMs: latencyOf(index) },
    })),
    scenarios: {
      ...users,
      groups: Array.from({ length: many }, (_, index) => ({
        ...{ ...group, name: `group ${index}`, responseMs: latencyOf(many + index) },
      })),
    },
  };
  const few = { ...TEN_MINUTES, scenarios: { ...users, groups: [] }, mix: [] };
  expect((bytesOf(shop) - bytesOf(few)) / (2 * many)).toBeLessThan(2_300);
});

test.each([
  { what: 'a minute', intervals: 300, intervalMs: 200, most: 42_000 },
  { what: '10 s', intervals: 100, intervalMs: 100, most: 20_500 },
])('each round of $what adds at most $most bytes', ({ intervals, intervalMs, most }) => {
  const names = ['a', 'b', 'c'];
  const runs = Array.from({ length: 7 }, (_, index) => longRun(intervals + index, intervalMs));
  const bytesWith = (rounds: number): number => {
    const compared = comparisonWith('modes', names, rounds);
    return bytesOf({
      ...compared,
      arms: compared.arms.map((arm, at) => ({
        ...arm,
        rounds: arm.rounds.map((round, index) => {
          const { series, latencyMs, histogram } = runs[(at * rounds + index) % runs.length]!;
          return { ...round, series, latencyMs, histogram };
        }),
      })),
    });
  };
  expect((bytesWith(4) - bytesWith(2)) / (2 * names.length)).toBeLessThan(most);
});

test('each level of a sweep adds at most 19 KB', () => {
  const sweep = sweepWith({});
  const levels = Array.from({ length: 16 }, (_, index) => {
    const level = sweep.levels[index % sweep.levels.length]!;
    const { series, latencyMs, mix } = longRun(50 + index, 100);
    const { percentiles } = level.summary.latencyMs.response;
    const response = { ...latencyMs.response, percentiles };
    return {
      ...level,
      level: index + 1,
      summary: { ...level.summary, series, mix, latencyMs: { ...latencyMs, response } },
    };
  });
  expect(bytesOf({ ...sweep, levels }) / levels.length).toBeLessThan(19_000);
});
