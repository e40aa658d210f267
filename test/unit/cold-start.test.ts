import { describe, expect, test } from '@jest/globals';
import { distributionOf } from '../../src/main/collect/merged-distribution.ts';
import { StartRecord } from '../../src/main/collect/start-record.ts';
import { COLD_START_LIMITS, findColdStart, withoutStart } from '../../src/main/summary/cold-start.ts';
import { sentenceOf } from '../../src/main/text/findings.ts';
import { Distribution } from '../../src/metrics/distribution.ts';
import { LATENCY } from '../support/summary.ts';

const { fewestLater, fewest, share, ratio } = COLD_START_LIMITS;

/** A run whose first requests took these times, and whose later ones 1 to 2 ms. */
function runOf(startMs: readonly number[], later: number) {
  const start = new StartRecord();
  const all = new Distribution();
  for (const ms of startMs) {
    start.add(ms, ms / 2, ms / 2, ms);
    all.add(ms, false);
  }
  for (let k = 0; k < later; k++) all.add(1 + k / later, false);
  return { start, all: distributionOf(all) };
}
const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe('a cold start', () => {
  test.each<[string, number[], number, boolean]>([
    ['thirty slow ones at 1,000 a second', [...times(30, 15), ...times(70, 1.5)], 1_900, true],
    ['in a run so short that they are its p99 themselves', [...times(30, 15), ...times(70, 1.5)], 900, true],
    ['none slow', times(100, 1.5), 1_900, false],
    ['few slow', [...times(fewest - 1, 15), ...times(5, 1.5)], 1_900, false],
    ['just enough', [...times(fewest, 15), ...times(5, 1.5)], 1_900, true],
    ['a share below the line', [...times(fewest, 15), ...times(fewest / share, 1.5)], 1_900, false],
    ['a share on it', [...times(fewest, 15), ...times(fewest / share - fewest, 1.5)], 1_900, true],
    ['slow, but not by much', times(50, 1.9 * ratio), 1_900, false],
    ['too few later ones to tell', times(30, 15), fewestLater - 1, false],
    ['just enough of them', times(30, 15), fewestLater, true],
  ])('%s', (_name, startMs, later, standsOut) => {
    const { start, all } = runOf(startMs, later);
    expect(findColdStart(start, all) !== null).toBe(standsOut);
  });

  test('is not looked for after a warm-up', () => {
    expect(findColdStart(null, runOf(times(30, 15), 1_000).all)).toBeNull();
  });

  test('a target that is as slow all along has none', () => {
    const { start, all } = runOf(times(60, 15), 1_000);
    const slow = new Distribution();
    for (const ms of [...times(60, 15), ...times(900, 1.5), ...times(100, 15)]) slow.add(ms, false);
    expect(findColdStart(start, all)).not.toBeNull();
    expect(findColdStart(start, distributionOf(slow))).toBeNull();
  });

  test('is told with its figures, and what to do', () => {
    const { start, all } = runOf([...times(30, 15), ...times(70, 1.5)], 1_900);
    const note = sentenceOf(findColdStart(start, all)!);
    expect(note).toMatch(
      /^30 of the 100 requests due in the first 100 ms took longer than 99 % of the later ones \(up to 15\.0 ms; later p99 (1\.98|1\.99) ms\)\./,
    );
    expect(note).toContain('--warmup 1s');
  });

  test('is not in the means by which the target is judged', () => {
    const start = new StartRecord();
    start.add(100, 90, 10, 100);
    const of = (mean: number) => ({ ...LATENCY, count: 10, mean });
    const latencies = {
      response: of(19),
      service: of(10),
      startLag: of(0),
      wait: of(9),
      firstByte: of(1),
    };
    const rest = withoutStart(latencies, start);
    expect([rest.response.mean, rest.service.mean, rest.wait.mean]).toEqual([10, 10, 0]);
    expect(rest.startLag).toBe(latencies.startLag);
  });
});
