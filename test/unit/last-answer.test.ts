import { describe, expect, test } from '@jest/globals';
import { LastAnswer } from '../../src/main/collect/last-answer.ts';
import { OUTCOME } from '../../src/protocol/report.ts';

type Row = readonly [dueMs: number, endMs: number, outcome: keyof typeof OUTCOME, status?: number];

function after(...rows: readonly Row[]): LastAnswer {
  const last = new LastAnswer();
  for (const [dueMs, endMs, outcome, status = 0] of rows) last.add(dueMs, endMs, OUTCOME[outcome], status);
  return last;
}
const OK: Row = [10, 15, 'ok', 200];

describe('what follows the last answer', () => {
  test.each<[string, readonly Row[], object | null]>([
    ['nothing', [OK], null],
    ['no answer at all', [[10, 15, 'timeout']], null],
    [
      'no answer',
      [OK, [11, 1_011, 'timeout'], [12, 1_012, 'reset']],
      { sinceMs: 15, forMs: 997, requests: 2, refused: 1 },
    ],
    ['what was due before it', [OK, [9, 1_009, 'timeout']], null],
    [
      'an answer after all',
      [
        [11, 1_011, 'timeout'],
        [12, 13, 'ok', 200],
      ],
      null,
    ],
    [
      'errors of the server',
      [OK, [20, 21, 'status', 503], [20, 22, 'expectation', 500]],
      { sinceMs: 15, forMs: 7, requests: 2, refused: 2 },
    ],
    ['other statuses', [OK, [20, 21, 'status', 404]], null],
    ['answers that were not as expected', [OK, [20, 21, 'expectation', 200]], null],
    [
      'what is not the target',
      [OK, [20, 21, 'generator'], [20, 21, 'request'], [20, 21, 'cancelled'], [20, 21, 'dropped']],
      null,
    ],
    [
      'what was not waited for',
      [OK, [20, 40, 'unfinished']],
      { sinceMs: 15, forMs: 25, requests: 1, refused: 0 },
    ],
    [
      'failures at once while a slow answer still comes',
      [
        [10, 30, 'ok', 200],
        [20, 21, 'reset'],
        [20, 31, 'connect'],
        [20, 120, 'stalled'],
      ],
      { sinceMs: 30, forMs: 90, requests: 3, refused: 1 },
    ],
  ])('%s', (_what, rows, silence) => {
    expect(after(...rows).silence(0)).toEqual(silence);
  });

  test('in the open model, what was cut off does not count', () => {
    expect(after(OK, [20, 40, 'unfinished']).silence(Number.POSITIVE_INFINITY)).toBeNull();
    expect(after(OK, [20, 40, 'unfinished']).silence(21)).toBeNull();
    expect(after(OK, [20, 40, 'unfinished']).silence(20)).not.toBeNull();
  });

  test('parts say together what the whole would, in any order', () => {
    const rows: readonly Row[] = [OK, [20, 120, 'timeout'], [30, 35, 'ok', 200], [40, 140, 'timeout']];
    for (const order of [rows, rows.toReversed()]) {
      const sum = new LastAnswer();
      for (const row of order) sum.addPortable(after(row).portable);
      expect(sum.silence(0)).toEqual(after(...rows).silence(0));
    }
  });

  test('thousands of failures are counted as many, and keep their times', () => {
    const many = Array.from({ length: 10_000 }, (_, at): Row => [20 + at, 1_020 + at, 'timeout']);
    const silence = after(OK, ...many).silence(0)!;
    expect(silence.requests).toBeGreaterThan(200);
    expect(silence.requests).toBeLessThan(1_000);
    expect(silence.forMs).toBe(11_019 - 15);
  });
});
