import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileNameOf } from '../../src/machine/file-names.ts';
import { AppendQueue } from '../../src/main/batch/append-queue.ts';
import { emptySelections, renderBatchProgress } from '../../src/main/batch/batch-text.ts';
import { Dealer } from '../../src/main/batch/dealer.ts';
import { Journal, JournalReader } from '../../src/main/batch/journal.ts';
import { InputError } from '../../src/main/batch/line-blocks.ts';
import { type AnsweredRow, RecordWriter } from '../../src/main/batch/record.ts';
import type { Batch } from '../../src/main/batch/resolve-batch.ts';
import type { InputRow } from '../../src/main/batch/row.ts';
import { RowReader } from '../../src/main/batch/row-reader.ts';
import { Results } from '../../src/main/batch/row-results.ts';
import type { BatchResult } from '../../src/main/batch/run-batch.ts';
import { DoneRows, UndoneRows } from '../../src/main/batch/undone-rows.ts';
import type { CoordinatorMessage } from '../../src/protocol/messages.ts';
import { HIDE_NOTHING } from '../../src/requests/secrets.ts';
import { isWorthRetrying, retryPauseMs } from '../../src/workers/jobs/retry.ts';
import { Selector } from '../../src/workers/jobs/row-values.ts';
import { ChunkSize } from '../../src/workers/loads/chunk-size.ts';
import { StartLimit } from '../../src/workers/loads/start-limit.ts';

const folder = mkdtempSync(join(tmpdir(), 'volley-batch-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answered = (row: number, over: Partial<AnsweredRow> = {}): AnsweredRow => ({
  row,
  status: 200,
  latencyMs: 1.5,
  attempts: 1,
  error: '',
  values: [],
  own: [String(row)],
  ...over,
});

async function* chunks(...texts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function allRows(reader: RowReader): Promise<InputRow[]> {
  const all: InputRow[] = [];
  for (let rows = await reader.next(3); rows.length > 0; rows = await reader.next(3)) all.push(...rows);
  return all;
}

describe('rows are read', () => {
  test('from CSV, whatever the chunks, with a byte order mark and quoted line ends', async () => {
    const reader = await RowReader.open(chunks('\uFEFFid,na', 'me\n1,"a\n', 'b"\n\n2,"c""d"\n3,é'), 'csv');
    expect(reader.columns).toEqual(['id', 'name']);
    expect((await allRows(reader)).map(({ number, cells }) => [number, ...cells])).toEqual([
      [1, '1', 'a\nb'],
      [2, '2', 'c"d'],
      [3, '3', 'é'],
    ]);
  });

  test('from JSON lines, with their types', async () => {
    const reader = await RowReader.open(
      chunks('\uFEFF{"id":1,"x":{"y"', ':[2]}}\r\n\n{"x":null,"id":"b"}'),
      null,
    );
    expect(reader.format).toBe('jsonl');
    expect((await allRows(reader)).map(({ cells, values }) => [cells, values])).toEqual([
      [
        ['1', '{"y":[2]}'],
        [1, { y: [2] }],
      ],
      [
        ['b', ''],
        ['b', null],
      ],
    ]);
  });

  test.each([
    [
      'a name that is there twice',
      'a,b,a\n1,2,3\n',
      "two columns are called 'a': give each a name of its own",
    ],
    [
      'names that are missing',
      'a,, \n1,2,3\n',
      'column 2 and 3 has no name: name every column in the first line',
    ],
    [
      'a note to Excel',
      'sep=,\na,b\n1,2\n',
      'the first line is a note that only Excel reads (sep=): leave it out',
    ],
    ['a cell too many', 'a,b\n1,2\n1,2,3\n', 'line 3 has 3 cells, and the first line names 2 columns'],
    ['an open quote', 'a,b\n1,"2\n', 'a quote is opened and never closed'],
    ['nothing', '', 'there is no line of column names'],
  ])('%s is an error that says where', async (_what, text, message) => {
    await expect(RowReader.open(chunks(text), 'csv').then(allRows)).rejects.toThrow(message);
  });

  test('what is not UTF-8 is an error that names its line', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n1\n2'), Buffer.from([0xff]), Buffer.from('\n3\n')]);
    await expect(RowReader.open(chunks(bytes), 'csv').then(allRows)).rejects.toThrow(
      'line 3 is not UTF-8: save the file as UTF-8, in Excel as CSV UTF-8',
    );
  });

  test.each([
    ['UTF-16', Buffer.from('\ufeffa\n1\n', 'utf16le'), 'it looks like UTF-16: save the file as UTF-8'],
    ['a workbook', Buffer.from('PK\x03\x04\x14\xff', 'latin1'), 'it looks like a workbook: save it as CSV'],
  ])('%s is called so', async (_what, bytes, advice) => {
    await expect(RowReader.open(chunks(bytes), 'csv').then(allRows)).rejects.toThrow(
      `line 1 is not UTF-8: ${advice}`,
    );
  });

  test.each([
    ['{"a":1}\n{"b":1}\n', "line 2 lacks 'a', which the first row has"],
    ['{"a":1}\n{"a":1,"b":2}\n', "line 2 has 'b', which the first row does not have"],
    ['{"a":1}\nnope\n', 'line 2 is not JSON'],
    ['{"a":1}\n\n[1]\n', 'line 3 is not a JSON object'],
  ])('%j is an error', async (text, message) => {
    await expect(RowReader.open(chunks(text), 'jsonl').then(allRows)).rejects.toThrow(message);
  });
});

describe('the output', () => {
  const options = {
    columns: ['id'],
    selected: ['price'],
    byDefault: 'none',
    isCsvSafe: false,
    hasMark: false,
    delimiter: ',',
  };

  test('is quoted as RFC 4180 says', () => {
    const writer = new RecordWriter({ ...options, format: 'csv' });
    expect(writer.heading).toBe('id,volley_status,volley_latency_ms,volley_attempts,volley_error,price\n');
    expect(writer.line(answered(1, { own: ['a,"b"\nc'], values: ['{"x":1}'] }))).toBe(
      '"a,""b""\nc",200,1.5,1,,"{""x"":1}"\n',
    );
    expect(
      writer.line(
        answered(2, { status: 0, latencyMs: null, attempts: 0, error: 'reset: gone', values: [null] }),
      ),
    ).toBe('2,,,0,reset: gone,none\n');
  });

  test('has no formulas where that is asked for; numbers stay numbers', () => {
    const writer = new RecordWriter({ ...options, format: 'csv', isCsvSafe: true, delimiter: ',' });
    expect(writer.line(answered(1, { own: ['=1+1'], values: ['"@x"'] }))).toBe("'=1+1,200,1.5,1,,'@x\n");
    expect(writer.line(answered(1, { own: ['-1.5'], values: ['"+1"'] }))).toBe('-1.5,200,1.5,1,,+1\n');
    expect(writer.line(answered(1, { own: ['-1+2'], values: ['"\\t="'] }))).toBe("'-1+2,200,1.5,1,,'\t=\n");
  });

  test('keeps types in JSON', () => {
    const writer = new RecordWriter({ ...options, format: 'jsonl' });
    expect(writer.heading).toBe('');
    expect(JSON.parse(writer.line(answered(1, { own: [{ a: 1 }], values: ['7'] })))).toEqual({
      id: { a: 1 },
      volley_status: 200,
      volley_latency_ms: 1.5,
      volley_attempts: 1,
      volley_error: null,
      price: 7,
    });
  });

  test.each([
    ['input', [3, 1, 2, 4], [1, 2, 3, 4]],
    ['completion', [3, 1, 2, 4], [3, 1, 2, 4]],
  ] as const)('%s order', async (order, came, written) => {
    const pieces: string[] = [];
    const queue = new AppendQueue(
      async (some) => {
        pieces.push(...some);
      },
      0,
      () => {},
    );
    const results = new Results(
      new RecordWriter({
        format: 'jsonl',
        columns: ['id'],
        selected: [],
        byDefault: null,
        isCsvSafe: false,
        hasMark: false,
        delimiter: ',',
      }),
      queue,
      order,
    );
    for (const row of came) results.place(answered(row));
    await queue.flush();
    expect(pieces.map((line) => Number(JSON.parse(line).id))).toEqual(written);
    expect(results.counts).toMatchObject({ done: 4, ok: 4, failed: 0 });
  });

  test('a reordering buffer that is full stops dealing until its first row comes', () => {
    const queue = new AppendQueue(
      async () => {},
      0,
      () => {},
    );
    const results = new Results(
      new RecordWriter({
        format: 'csv',
        columns: ['id'],
        selected: [],
        byDefault: null,
        isCsvSafe: false,
        hasMark: false,
        delimiter: ',',
      }),
      queue,
      'input',
    );
    let rooms = 0;
    results.onRoom = () => rooms++;
    for (let row = 2; row <= 50_001; row++) results.place(answered(row));
    expect(results.isFull).toBe(true);
    results.place(answered(1));
    expect(results.isFull).toBe(false);
    expect(rooms).toBe(1);
  });
});

describe('dealing', () => {
  const row = (number: number): InputRow => ({ number, cells: [String(number)], values: [String(number)] });
  const sourceOf = (count: number) => {
    let at = 0;
    return {
      columns: ['id'],
      next: async (most: number) => Array.from({ length: Math.min(most, count - at) }, () => row(++at)),
    };
  };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const dealtTo = (posted: readonly [number, CoordinatorMessage][]): string[] =>
    posted.map(([worker, message]) =>
      message.type === 'rows'
        ? `${worker}: ${[...message.chunk.numbers].join(' ')}`
        : `${worker}: ${message.type}`,
    );
  const answer = (number: number) => ({
    row: number,
    status: 200,
    latencyMs: 1,
    attempts: 1,
    error: '',
    values: [],
  });

  test('gives rows to who asks, what a lost worker held to the others, and ends when all are answered', async () => {
    const sunk: number[] = [];
    const sink = {
      isFull: false,
      isBehind: false,
      onRoom: () => {},
      add: ({ number }: InputRow) => sunk.push(number),
    };
    const dealer = new Dealer(sourceOf(5), sink, () => {});
    const posted: [number, CoordinatorMessage][] = [];
    dealer.begin((index, message) => posted.push([index, message]), 2);
    dealer.onMessage(0, { type: 'wants-rows', rows: 3 });
    dealer.onMessage(1, { type: 'wants-rows', rows: 9 });
    await turn();
    expect(dealtTo(posted.splice(0))).toEqual(['0: 1 2 3', '1: 4 5']);
    dealer.onMessage(0, { type: 'answers', answers: [answer(2)], valuesLength: null });
    dealer.onMessage(1, { type: 'answers', answers: [answer(4), answer(5)], valuesLength: null });
    dealer.onMessage(1, { type: 'wants-rows', rows: 1 });
    dealer.onEnd(0);
    await turn();
    expect(dealtTo(posted.splice(0))).toEqual(['1: 1']);
    expect(dealer.isComplete).toBe(false);
    dealer.onMessage(1, { type: 'wants-rows', rows: 9 });
    dealer.onMessage(1, { type: 'answers', answers: [answer(1), answer(1)], valuesLength: null });
    await turn();
    expect(dealtTo(posted.splice(0))).toEqual(['1: 3']);
    dealer.onMessage(1, { type: 'answers', answers: [answer(3)], valuesLength: null });
    await turn();
    expect(dealtTo(posted)).toEqual(['0: no-more-rows', '1: no-more-rows']);
    expect(sunk).toEqual([2, 4, 5, 1, 3]);
    expect(dealer).toMatchObject({ isComplete: true, returned: 2 });
  });

  test('waits for room', async () => {
    const sink = { isFull: false, isBehind: true, onRoom: () => {}, add: () => {} };
    const dealer = new Dealer(sourceOf(5), sink, () => {});
    const posted: [number, CoordinatorMessage][] = [];
    dealer.begin((index, message) => posted.push([index, message]), 1);
    dealer.onMessage(0, { type: 'wants-rows', rows: 2 });
    await turn();
    expect(posted).toEqual([]);
    sink.isBehind = false;
    sink.onRoom();
    await turn();
    expect(dealtTo(posted)).toEqual(['0: 1 2']);
  });

  test('while rows wait for one before them, deals that one again where it was lost, and nothing new', async () => {
    const sink = { isFull: false, isBehind: false, onRoom: () => {}, add: () => {} };
    const dealer = new Dealer(sourceOf(5), sink, () => {});
    const posted: [number, CoordinatorMessage][] = [];
    dealer.begin((index, message) => posted.push([index, message]), 3);
    dealer.onMessage(0, { type: 'wants-rows', rows: 1 });
    dealer.onMessage(1, { type: 'wants-rows', rows: 2 });
    await turn();
    sink.isFull = true;
    dealer.onMessage(2, { type: 'wants-rows', rows: 2 });
    await turn();
    expect(dealtTo(posted.splice(0))).toEqual(['0: 1', '1: 2 3']);
    dealer.onEnd(0);
    await turn();
    expect(dealtTo(posted)).toEqual(['2: 1']);
  });

  test('stops where the input cannot be read on', async () => {
    let troubles = 0;
    const source = {
      columns: ['id'],
      next: () => Promise.reject(new InputError('line 7 is bad', 'not-json', { line: 7 })),
    };
    const dealer = new Dealer(
      source,
      { isFull: false, isBehind: false, onRoom: () => {}, add: () => {} },
      () => troubles++,
    );
    dealer.begin(() => {}, 1);
    dealer.onMessage(0, { type: 'wants-rows', rows: 2 });
    await turn();
    expect(dealer.trouble).toEqual({
      code: 'rows-unreadable',
      figures: { wrong: 'not-json', line: 7, row: null, error: null },
      message: 'line 7 is bad',
    });
    expect(troubles).toBe(1);
  });
});

describe('the journal', () => {
  const header = { request: 'r', input: null, seed: 7, files: {} };

  test('gives back what was written, without a torn end, and goes on after it', async () => {
    const path = join(folder, 'a.journal');
    let read = 2;
    const checkpoint = () => ({ rows: read, digest: 5 });
    const journal = await Journal.create(path, header, checkpoint, () => {});
    journal.add(answered(2, { own: ['line\nend'] }));
    await journal.close();
    writeFileSync(path, Buffer.from([9, 0, 0, 0, 1, 2, 3, 4, 5]), { flag: 'a' });

    const reader = (await JournalReader.open(path))!;
    expect(await reader.header()).toEqual({ volleyJournal: 2, ...header });
    expect(await reader.rows()).toEqual([answered(2, { own: ['line\nend'] })]);
    expect(await reader.rows()).toBeNull();
    expect(reader.checkpoint).toEqual({ rows: 2, digest: 5 });
    read = 3;
    const again = await Journal.reopen(reader, checkpoint, () => {});
    again.add(answered(1));
    await again.close();

    const second = (await JournalReader.open(path))!;
    await second.header();
    expect(await second.rows()).toHaveLength(1);
    expect(await second.rows()).toEqual([answered(1)]);
    expect(await second.rows()).toBeNull();
    expect(second.checkpoint.rows).toBe(3);
    await second.file.close();
  });

  test.each(['cut', 'zeros', 'flipped'])('a last frame that is %s is left out', async (how) => {
    const path = join(folder, `${how}.journal`);
    const journal = await Journal.create(
      path,
      header,
      () => ({ rows: 1, digest: 0 }),
      () => {},
    );
    journal.add(answered(1));
    await journal.close();
    const whole = (await JournalReader.open(path))!;
    await whole.header();
    const headerEnd = whole.end;
    await whole.rows();
    await whole.file.close();
    if (how === 'cut') truncateSync(path, whole.end - 1);
    if (how === 'zeros') {
      truncateSync(path, headerEnd);
      truncateSync(path, whole.end);
    }
    if (how === 'flipped') {
      const { open } = await import('node:fs/promises');
      const file = await open(path, 'r+');
      await file.write(Buffer.from('X'), 0, 1, whole.end - 3);
      await file.close();
    }
    const reader = (await JournalReader.open(path))!;
    await reader.header();
    expect(await reader.rows()).toBeNull();
    expect(reader.end).toBe(headerEnd);
    await reader.file.close();
  });

  test('is made only where there is none', async () => {
    const path = join(folder, 'b.journal');
    await (
      await Journal.create(
        path,
        header,
        () => ({ rows: 0, digest: 0 }),
        () => {},
      )
    ).close();
    await expect(
      Journal.create(
        path,
        header,
        () => ({ rows: 0, digest: 0 }),
        () => {},
      ),
    ).rejects.toMatchObject({
      code: 'EEXIST',
    });
  });

  test('rows without an answer are those between and after the answered ones', async () => {
    const done = new DoneRows();
    expect([3, 1, 1, 3].map((row) => done.add(row))).toEqual([true, true, false, false]);
    expect([1, 2, 3, 4].map((row) => done.has(row))).toEqual([true, false, true, false]);
    const text = 'id\na\nb\nc\nd\ne\n';
    const before = await RowReader.open(chunks(text), 'csv');
    await before.next(4);
    const checkpoint = { rows: 4, digest: before.digest };
    const undone = new UndoneRows(await RowReader.open(chunks(text), 'csv'), done, checkpoint);
    expect((await undone.next(1)).map(({ number }) => number)).toEqual([2]);
    expect((await undone.next(9)).map(({ number }) => number)).toEqual([4]);
    expect((await undone.next(9)).map(({ number }) => number)).toEqual([5]);
    for (const changed of ['id\na\nX\nc\nd\n', 'id\na\n']) {
      const other = new UndoneRows(await RowReader.open(chunks(changed), 'csv'), done, checkpoint);
      await expect(other.next(1)).rejects.toThrow('it is not the input that the journal belongs to');
    }
  });
});

describe('a worker', () => {
  test.each([
    ['connect', 0, true],
    ['reset', 0, true],
    ['truncated', 200, true],
    ['timeout', 0, true],
    ['stalled', 200, true],
    ['status', 429, true],
    ['status', 503, true],
    ['status', 404, false],
    ['expectation', 200, false],
    ['protocol', 0, false],
    ['stream', 200, true, 'STREAM_ERROR'],
    ['stream', 200, true, 'STREAM_UNREADABLE'],
    ['stream', 200, false, 'STREAM_EMPTY'],
  ] as const)('%s with status %d: retried? %s', (kind, status, isRetried, code: string = 'X') => {
    expect(isWorthRetrying({ kind, code }, status)).toBe(isRetried);
  });

  test('waits longer each time, up to half a minute, and as long as the target asks', () => {
    const pauses = [1, 2, 3, 9].map((attempts) => retryPauseMs(attempts, null, () => 0, 0));
    expect(pauses).toEqual([250, 500, 1_000, 30_000]);
    expect(retryPauseMs(1, null, () => 1, 0)).toBe(125);
    expect(retryPauseMs(1, '2', () => 0, 0)).toBe(2_000);
    expect(retryPauseMs(1, new Date(7_000).toUTCString(), () => 0, 2_000)).toBe(5_000);
    expect(retryPauseMs(1, 'soon', () => 0, 0)).toBe(250);
    expect(retryPauseMs(1, '999999', () => 0, 0)).toBe(300_000);
  });

  test('asks for as many rows as last 20 ms, or as many as it is told', () => {
    const size = new ChunkSize(null);
    expect(size.rows).toBe(1);
    for (let at = 1_000; at <= 1_100; at += 0.1) size.sent(at);
    expect(size.rows).toBeGreaterThan(190);
    expect(size.rows).toBeLessThan(210);
    for (let at = 2_000; at <= 4_000; at += 100) size.sent(at);
    expect(size.rows).toBe(1);
    const fixed = new ChunkSize(7);
    fixed.sent(1);
    expect(fixed.rows).toBe(7);
  });

  test('spaces its starts, and does not catch up with what is long past', () => {
    const limit = new StartLimit({ requests: 10, periodMs: 1_000 }, 1, 2);
    limit.begin(0);
    expect(limit.pauseMs(0)).toBe(100);
    limit.took(105);
    expect(limit.pauseMs(105)).toBe(195);
    limit.took(5_000);
    expect(limit.pauseMs(5_000)).toBe(180);
    const none = new StartLimit(null, 0, 1);
    none.begin(0);
    none.took(0);
    expect(none.pauseMs(0)).toBe(0);
  });

  test.each([
    ['7.jpg', '7.jpg'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['a\\b:c*?', 'a%5Cb%3Ac%2A%3F'],
    ['nul\0', 'nul%00'],
    ['naïve name', 'naïve name'],
    ['', ''],
  ])('a file called %j is %j', (text, name) => {
    expect(fileNameOf(text)).toBe(name);
  });

  test('takes values out of JSON', () => {
    const selector = new Selector([
      { name: 'a', path: 'x[1]' },
      { name: 'b', path: '$' },
    ]);
    const answered = (...pieces: readonly string[]) => ({
      bodyBytes: pieces.join('').length,
      body: Buffer.from(pieces.join('')),
      contentEncoding: null,
      contentType: null,
    });
    expect(selector.valuesIn(answered('{"x":', '[1,2.0]}'), HIDE_NOTHING)).toEqual({
      values: ['2.0', '{"x":[1,2.0]}'],
      error: '',
    });
    expect(selector.valuesIn(answered('<html>'), HIDE_NOTHING)).toEqual({
      values: [null, null],
      error: "select: expected JSON, got '<html>'",
    });
  });
});

test('progress says how much time is left, where the number of rows is known', () => {
  const failedAs = [{ name: 'status 500', count: 3 }];
  const at = { elapsedMs: 10_000, done: 1_500, doneBefore: 500, failed: 3, failedAs };
  expect(renderBatchProgress({ ...at, rowCount: 2_000 })).toBe(
    ' 75%  10.0 s  1,500 of 2,000 rows  100/s  3 failed (0.2 %): status 500  5 s left',
  );
  expect(renderBatchProgress({ ...at, rowCount: null })).toBe(
    '10.0 s  1,500 rows  100/s  3 failed (0.2 %): status 500',
  );
});

test.each([
  [90, ' 75%  10.0 s  1,500 of 2,000 rows  100/s  150 failed (10.0 %): reset  5 s left'],
  [60, ' 75%  1,500 of 2,000 rows  150 failed (10.0 %)  5 s left'],
  [50, ' 75%  1,500 of 2,000 rows  150 failed (10.0 %)'],
  [40, ' 75%  1,500 rows  150 failed (10.0 %)'],
  [30, ' 75%  150 failed (10.0 %)'],
])('progress in %d columns has whole figures, and the failing share last', (width, line) => {
  const at = {
    elapsedMs: 10_000,
    done: 1_500,
    doneBefore: 500,
    failed: 150,
    rowCount: 2_000,
    failedAs: [{ name: 'reset', count: 150 }],
  };
  expect(renderBatchProgress(at, width)).toBe(line);
});

test('a selection that looks like two, and finds nothing, is told how two are given', () => {
  const result = { counts: { ok: 5, valued: [0] } } as unknown as BatchResult;
  const told = (path: string): string[] =>
    emptySelections(result, { select: [{ name: 'price', path }], added: ['price'] } as unknown as Batch);
  expect(told('plan.price,name=name')).toEqual([
    "--select 'price=plan.price,name=name': none of 5 good answers has a value there. Give --select once for each value.",
  ]);
  expect(told('plan.price')).toEqual([
    "--select 'price=plan.price': none of 5 good answers has a value there.",
  ]);
});
