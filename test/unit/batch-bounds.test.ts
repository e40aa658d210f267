import { describe, expect, test } from '@jest/globals';
import { AppendQueue } from '../../src/main/batch/append-queue.ts';
import { RecordWriter } from '../../src/main/batch/record.ts';
import { Results } from '../../src/main/batch/row-results.ts';
import type { RowAnswer } from '../../src/protocol/batch.ts';
import type { WorkerMessage } from '../../src/protocol/messages.ts';
import { AnswerBox } from '../../src/workers/jobs/answer-box.ts';
import { AnswerRoom } from '../../src/workers/jobs/answer-room.ts';
import { ChunkSize } from '../../src/workers/loads/chunk-size.ts';

const MEBI = 2 ** 20;
const answer = (row: number, value: string): RowAnswer => ({
  row,
  status: 200,
  latencyMs: 1,
  attempts: 1,
  error: '',
  values: [JSON.stringify(value)],
});

describe('long values are bounded in all', () => {
  test('what waits for the disk is written in pieces, in order, and room is told once there is some', async () => {
    const written: number[] = [];
    let rooms = 0;
    const failed: unknown[] = [];
    const queue = new AppendQueue(
      async (pieces) => {
        written.push(...pieces.map((piece) => piece.length));
        expect(pieces.length === 1 || pieces.join('').length <= 4 * MEBI).toBe(true);
        await new Promise((resolve) => setImmediate(resolve));
      },
      0,
      (error) => failed.push(error),
    );
    queue.onRoom = () => rooms++;
    const lengths = [1, 3 * MEBI, 1, 9 * MEBI, 2, 3, 3 * MEBI];
    for (const length of lengths) queue.add('x'.repeat(length));
    expect(queue.isBehind).toBe(true);
    await queue.flush();
    expect(written).toEqual(lengths);
    expect(queue.isBehind).toBe(false);
    expect(rooms).toBe(1);
    expect(failed).toEqual([]);
  });

  test('room is told too where the queue came to be behind during a write', async () => {
    let rooms = 0;
    const queue = new AppendQueue(
      () => new Promise((resolve) => setImmediate(resolve)),
      0,
      () => {},
    );
    queue.onRoom = () => rooms++;
    queue.add('x'.repeat(4 * MEBI));
    const flushed = queue.flush();
    queue.add('x'.repeat(5 * MEBI));
    expect(queue.isBehind).toBe(true);
    await flushed;
    expect(rooms).toBe(1);
  });

  test('rows that wait for one before them stop the dealing by their length', () => {
    const options = {
      format: 'csv',
      columns: ['id'],
      selected: ['v'],
      byDefault: null,
      isCsvSafe: false,
      hasMark: false,
      delimiter: ',',
    } as const;
    const output = new AppendQueue(
      async () => {},
      0,
      () => {},
    );
    const results = new Results(new RecordWriter(options), output, 'input');
    const row = (number: number) => ({ number, cells: [String(number)], values: [String(number)] });
    const long = 'x'.repeat(8 * MEBI - 1);
    for (let number = 2; number < 10; number++) results.add(row(number), answer(number, long));
    expect(results.isFull).toBe(true);
    results.add(row(1), answer(1, 'x'));
    expect(results.isFull).toBe(false);
  });

  test('a worker sends long values at once', () => {
    const posted: WorkerMessage[] = [];
    const sent: number[] = [];
    const box = new AnswerBox(
      { post: (message) => posted.push(message), onMessage: () => {}, close: () => {} },
      { sent: (length) => sent.push(length) },
    );
    box.add(answer(1, 'short'));
    expect(posted).toHaveLength(0);
    box.add(answer(2, 'x'.repeat(MEBI)));
    expect(posted).toHaveLength(1);
    box.add(answer(3, 'short'));
    expect(posted).toHaveLength(1);
    box.flush();
    expect(posted).toHaveLength(2);
    expect(sent).toEqual([MEBI + 9]);
    expect(posted.map((message) => 'valuesLength' in message && message.valuesLength)).toEqual([
      ...sent,
      null,
    ]);
  });

  test.each([
    [null, 100, 512],
    [null, 4 * MEBI, 4],
    [null, 16 * MEBI, 1],
    [100, 100, 100],
    [100, 4 * MEBI, 4],
  ])('and asks for fewer rows: --chunk %p, values of %d characters', (fixed, length, rows) => {
    const chunk = new ChunkSize(fixed);
    for (let count = 0; count < 2_000; count++) chunk.sent(0);
    chunk.sent(20);
    chunk.took(['x'.repeat(length), null]);
    expect(chunk.rows).toBe(rows);
  });
});

describe('answers that all connections of a worker hold', () => {
  const receiver = () => {
    const state = { isRead: true };
    return { ...state, holdBack: () => (state.isRead = false), readOn: () => (state.isRead = true), state };
  };

  test('what does not fit is left in the network; the one that began first is always read', () => {
    const room = new AnswerRoom(1, () => {});
    const [first, second, third] = [receiver(), receiver(), receiver()];
    const areRead = () => [first, second, third].map(({ state }) => state.isRead);
    for (const one of [first, second, third]) room.received(one, 8 * MEBI);
    expect(areRead()).toEqual([true, true, true]);
    room.received(third, 10 * MEBI);
    room.received(second, MEBI);
    expect(areRead()).toEqual([true, false, false]);
    room.received(first, 8 * MEBI);
    expect(areRead()).toEqual([true, false, false]);
    room.sent(30 * MEBI);
    room.released(first);
    // The second is the first one now, although it was held back last; the third waits on.
    expect(areRead()).toEqual([true, true, false]);
    room.released(second);
    expect(areRead()).toEqual([true, true, true]);
  });

  test('requests start where an answer of the average size fits, small ones as before', () => {
    let rooms = 0;
    const room = new AnswerRoom(2, () => rooms++);
    expect(room.mayStart(1_000)).toBe(true);
    for (let count = 0; count < 100; count++) {
      const one = receiver();
      room.received(one, 4 * MEBI);
      room.released(one);
    }
    expect([0, 1, 2, 3, 4].map((underWay) => room.mayStart(underWay))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    room.sent(8 * MEBI);
    expect([0, 1, 2].map((underWay) => room.mayStart(underWay))).toEqual([true, true, false]);
    room.written(8 * MEBI);
    expect(room.mayStart(3)).toBe(true);
    expect(rooms).toBe(1);
    for (let count = 0; count < 100; count++) {
      const one = receiver();
      room.received(one, 100);
      room.released(one);
    }
    expect(room.mayStart(1_000)).toBe(true);
  });
});
