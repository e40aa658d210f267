import { describe, expect, test } from '@jest/globals';
import type { WorkerChannel, WorkerMessage } from '../../src/protocol/messages.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { columnsOf, layoutOf } from '../../src/protocol/samples.ts';
import type { Exchange } from '../../src/workers/exchange/exchange.ts';
import { Recorder } from '../../src/workers/record/recorder.ts';

type Block = Extract<WorkerMessage, { type: 'block' }>;

/** Only the marks matter to a recorder. */
function exchange(intendedMs: number): Exchange {
  const marks = {
    intendedMs,
    dispatchedMs: intendedMs + 1,
    sentMs: intendedMs + 3,
    firstByteMs: intendedMs + 6,
    status: 200,
    bodyBytes: 11,
    requestIndex: 1,
  };
  return marks as Exchange;
}

function record(
  count: number,
  ack: boolean,
  mix: readonly unknown[] = [1],
): { blocks: Block[]; recorder: Recorder; roomMade: () => number } {
  const blocks: Block[] = [];
  let room = 0;
  const channel: WorkerChannel = {
    post: (message) => {
      if (message.type !== 'block') return;
      blocks.push(structuredClone(message));
      if (ack) recorder.folded(message.block.buffer);
    },
    onMessage: () => {},
    close: () => {},
  };
  const recorder = new Recorder(channel, layoutOf({ mix }), () => room++);
  for (let i = 0; i < count; i++) recorder.add(exchange(100 + i), 110 + i, OUTCOME.ok, 100);
  return { blocks, recorder, roomMade: () => room };
}

describe('the recorder', () => {
  test('loses no row, and keeps their order, over full and partial blocks', () => {
    const { blocks, recorder } = record(5_000, true);
    recorder.close();
    expect(recorder.samples).toBe(5_000);
    const intended = blocks.flatMap(({ block }) => [...columnsOf(block).intendedMs.subarray(0, block.count)]);
    expect(intended).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
    // A few rows travel in a small buffer.
    expect(blocks.at(-1)!.block.capacity).toBe(5_000 % 2_048);
  });

  test('a row is relative to the window, and its parts are differences of marks', () => {
    const { blocks, recorder } = record(1, true);
    recorder.close();
    const columns = columnsOf(blocks[0]!.block);
    expect([
      columns.intendedMs[0],
      columns.startLagMs[0],
      columns.waitMs[0],
      columns.firstByteMs[0],
      columns.serviceMs[0],
    ]).toEqual([0, 1, 2, 3, 7]);
    expect([columns.status[0], columns.outcome[0], columns.bodyBytes[0]]).toEqual([200, OUTCOME.ok, 11]);
  });

  test.each([
    ['one request', 1, undefined],
    ['several', 2, [1, 1]],
  ])('of %s, rows say which it was only where that is a question', (_what, requests, expected) => {
    const { blocks, recorder } = record(2, true, Array(requests).fill(1));
    recorder.close();
    const { block } = blocks[0]!;
    const { request, outcome } = columnsOf(block);
    expect(request && [...request]).toEqual(expected);
    expect([outcome.length, block.buffer.byteLength]).toEqual([2, 2 * (requests === 1 ? 51 : 53)]);
  });

  test('errors travel once, with the next block', () => {
    const { blocks, recorder } = record(0, true);
    recorder.addError({ kind: 'reset', code: 'A', count: 1, example: 'x' }, 7);
    recorder.addError({ kind: 'reset', code: 'A', count: 1, example: 'y' }, 5);
    recorder.add(exchange(100), 101, OUTCOME.reset, 100);
    recorder.flush();
    recorder.add(exchange(100), 101, OUTCOME.ok, 100);
    recorder.close();
    expect(blocks.map(({ errors }) => errors)).toEqual([
      [{ kind: 'reset', code: 'A', count: 2, example: 'x', firstAtMs: 5, lastAtMs: 7, varies: true }],
      [],
    ]);
  });

  test('is full when 64 blocks are under way, and says so when there is room again', () => {
    const { blocks, recorder, roomMade } = record(64 * 2_048 - 1, false);
    expect(recorder.isFull).toBe(false);
    recorder.add(exchange(0), 1, OUTCOME.ok, 0);
    expect(recorder.isFull).toBe(true);
    expect(blocks).toHaveLength(64);
    recorder.folded(null);
    expect([recorder.isFull, roomMade()]).toEqual([false, 1]);
    recorder.folded(null);
    expect(roomMade()).toBe(1);
    recorder.close();
  });
});
