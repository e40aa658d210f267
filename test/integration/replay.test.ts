import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { readTrace, type Trace } from '../../src/main/plan/models/trace.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { targetText } from '../../src/main/text/target-text.ts';
import { cellOf } from '../../src/requests/row-table.ts';
import { ArrivalStream } from '../../src/time/schedule.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

function read(
  name: string,
  text: string,
  more: { holds?: 'prompts' | 'requests'; speed?: number; most?: number; shared?: number } = {},
): Trace | string[] {
  const path = inFolder(name);
  writeFileSync(path, text);
  const problems = new Problems();
  const options = { holds: 'prompts' as const, speed: 1, most: null, seed: 1, shared: 0, ...more };
  const trace = readTrace(
    path,
    options,
    { delimiter: ',', isDelimiterAssumed: true, skipped: null },
    problems,
  );
  return trace ?? problems.sentences.map((sentence) => sentence.replaceAll(path, name));
}

const cellsOf = ({ cells }: Trace): string[][] =>
  Array.from({ length: cells.rowCount }, (_, row) =>
    cells.columns.map((_name, at) => cellOf(cells, row, at)),
  );

const rowsOf = ({ cells }: Trace): (readonly [string, string])[] =>
  Array.from({ length: cells.rowCount }, (_, row) => [cellOf(cells, row, 0), cellOf(cells, row, 1)]);

test('a trace: its times from the first on, in order, and its lengths', () => {
  const mooncake = [
    { timestamp: 3_000, input_length: 1_100, output_length: 5, hash_ids: [1, 2, 3] },
    { timestamp: 1_000, input_length: 600, output_length: 7, hash_ids: [1, 9] },
    { timestamp: 1_000, prompt: 'Why?', output_length: 9 },
  ];
  const trace = read('m.jsonl', mooncake.map((line) => JSON.stringify(line)).join('\n'), {
    speed: 2,
  }) as Trace;
  expect(trace.timesMs).toEqual([0, 0, 1_000]);
  const [first, second, third] = rowsOf(trace).map(
    ([prompt, tokens]) => [prompt.split(' '), tokens] as const,
  );
  expect([first![0].length, first![1], second![0], second![1], third![0].length]).toEqual([
    600,
    '7',
    ['Why?'],
    '9',
    1_100,
  ]);
  // They have the block 1 in common, and no other.
  expect(first![0].slice(0, 512)).toEqual(third![0].slice(0, 512));
  expect(first![0].slice(512, 600)).not.toEqual(third![0].slice(512, 600));
  const azure =
    'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,4,10\n2023-11-16 18:15:50.9951690,3,11\n';
  const dated = read('a.csv', azure, {}) as Trace;
  expect(dated.timesMs.map(Math.round)).toEqual([0, 4_315]);
  expect(rowsOf(dated).map(([prompt, tokens]) => [prompt.split(' ').length, tokens])).toEqual([
    [4, '10'],
    [3, '11'],
  ]);
  expect((read('a.csv', azure, { most: 1 }) as Trace).timesMs).toEqual([0]);
});

test('prompts begin alike as far as the trace says: blocks of any size, whatever their ids, and a shared beginning', () => {
  const wordsIn = (trace: Trace | string[]): string[][] =>
    rowsOf(trace as Trace).map(([prompt]) => prompt.split(' '));
  const alike = ([a = [], b = []]: string[][]): number => a.findIndex((word, at) => word !== b[at]);
  const lines = (...prompts: readonly (readonly [tokens: number, ids: unknown])[]): string =>
    prompts
      .map(
        ([input_length, ids], timestamp) =>
          `{"timestamp":${timestamp},"input_length":${input_length},"output_length":1,"hash_ids":${String(ids)}}`,
      )
      .join('\n');
  // As many ids as whole blocks, or one more for the rest: 50 tokens are three blocks of 16, or four.
  for (const [ids, others] of [
    ['[1,2,3]', '[1,2,9]'],
    ['[1,2,3,4]', '[1,2,9,8]'],
    ['["a","b","c"]', '["a","b","z"]'],
    ['[90071992547409931,90071992547409932,3]', '[90071992547409931,90071992547409932,4]'],
  ]) {
    const words = wordsIn(
      read(
        'p.jsonl',
        lines([50, ids], [50, others], [800, `[${Array.from({ length: 50 }, (_, at) => at + 100).join()}]`]),
      ),
    );
    expect([words[0]?.length, words[1]?.length]).toEqual([50, 50]);
    // A word of the next block may happen to be the same.
    expect([32, 33, 34]).toContain(alike(words));
  }
  // Ids that are alike but for their last digits are not the same.
  expect(
    alike(wordsIn(read('q.jsonl', lines([600, '[90071992547409931,1]'], [600, '[90071992547409932,1]'])))),
  ).toBeLessThan(3);
  const csv = 'timestamp,input_length,output_length,hash_ids\n0,700,1,"[7, 8]"\n1,700,1,"[7, 9]"\n2,700,1,\n';
  expect([512, 513, 514]).toContain(alike(wordsIn(read('r.csv', csv))));
  expect(read('s.jsonl', lines([5, '7']))).toEqual([
    "--trace 's.jsonl': line 1 has the hash_ids '7': give a list such as [1,2].",
  ]);

  // Within the length that the trace says, before what its ids say.
  const shared = wordsIn(read('t.jsonl', lines([30, null], [40, null], [10, null]), { shared: 20 }));
  expect(shared.map(({ length }) => length)).toEqual([30, 40, 10]);
  expect([20, 21, 22]).toContain(alike(shared));
  expect(shared[0]?.slice(0, 10)).toEqual(shared[2]);
});

test('what is wrong with a trace is named by its line', () => {
  const bad =
    '{"timestamp":1,"input_length":2,"output_length":3}\n{"input_length":1}\n[]\n{"timestamp":-1}\n';
  expect(
    read('b.jsonl', `${bad}{"timestamp":1,"output_length":1}\n{"timestamp":1,"input_length":1}`),
  ).toEqual([
    "--trace 'b.jsonl': line 3 is not a JSON object: give one with a field for each column.",
    "--trace 'b.jsonl': line 2 has no timestamp: give milliseconds, or a date with its time.",
    "--trace 'b.jsonl': line 4 has the timestamp '-1': give milliseconds from 0 to 9007199254740991, or a date with its time.",
    "--trace 'b.jsonl': line 5 has neither input_length nor prompt: give one of them.",
    "--trace 'b.jsonl': line 6 has no output_length: give how many tokens the answer had.",
  ]);
  expect(read('c.jsonl', '\n')).toEqual([expect.stringContaining("--trace 'c.jsonl'")]);
  const long = '{"timestamp":1,"input_length":30000000,"output_length":3}';
  expect(read('d.jsonl', long)).toEqual([
    expect.stringMatching(/some 172 MiB, and may have 128: ask for fewer/),
  ]);
});

test('a time that nobody can wait for is named with its line and its limit', () => {
  const lines = (...times: readonly string[]): string =>
    times.map((time) => `{"timestamp":${time},"input_length":2,"output_length":1}`).join('\n');
  const wrong = (line: number, time: string): string =>
    `--trace 'n.jsonl': line ${line} has the timestamp '${time}': give milliseconds from 0 to 9007199254740991, or a date with its time.`;
  const dates = ['"-5"', '"12:30"', '"2026-01-01"', '"soon, at 12:30 in 2026"'];
  expect(read('n.jsonl', lines('0', '-5', '1e300', '10000000000000000', 'true', ...dates))).toEqual([
    ...['-5', '1e300', '10000000000000000', 'true'].map((time, at) => wrong(at + 2, time)),
    ...dates.map((time, at) => wrong(at + 6, JSON.parse(time) as string)),
  ]);
  expect(read('n.csv', 'timestamp,input_length,output_length\n-5,2,1\n')).toEqual([
    expect.stringContaining("line 2 has the timestamp '-5'"),
  ]);

  const far = lines('0', '604800000', '9999999999', '604800001');
  const tooLate = (line: number, time: string, after: string, first: number): string =>
    `--trace 'far.jsonl': line ${line} has the timestamp '${time}', ${after} after that of line ${first}, and 168 h is the most: replay it faster, or ask for fewer requests.`;
  expect(read('far.jsonl', far)).toEqual([tooLate(4, '604800001', '168 h', 1)]);
  expect(read('far.jsonl', far, { speed: 0.5, most: 2 })).toEqual([tooLate(2, '604800000', '336 h', 1)]);
  expect(read('far.jsonl', lines('9999999999', '1'))).toEqual([
    tooLate(1, '9999999999', '2,777 h 47 min', 2),
  ]);
  // However late the first one is: times count from there.
  expect((read('far.jsonl', far, { most: 2 }) as Trace).timesMs).toEqual([0, 604_800_000]);
  expect((read('far.jsonl', far, { speed: 1_000 }) as Trace).timesMs.at(-1)).toBeCloseTo(9_999_999.999, 6);
  expect((read('far.jsonl', lines('9999999999')) as Trace).timesMs).toEqual([0]);
  const csv = 'timestamp,input_length,output_length\n1.5e3,2,1\n+1.7E3,2,1\n';
  expect((read('e.csv', csv) as Trace).timesMs).toEqual([0, 200]);
});

test('a trace of whole requests: paths without hosts, the method a body implies, and bodies as they are', () => {
  const lines = [
    '{"timestamp":1500.5,"url":"https://shop.example:444/cart?id=1#top","method":"DELETE","body":null}',
    '{"timestamp":1000.0,"url":"/orders","body":{"n":10000000000000000001,"text":"{{n}}"}}',
    '{"timestamp":1000.25,"url":"/","method":"put","body":"a,b"}',
    '{"timestamp":1700.1234567890123456,"url":"/a b"}',
  ];
  const trace = read('r.jsonl', lines.join('\n'), { holds: 'requests' }) as Trace;
  expect(trace.timesMs.map((timeMs) => Math.round(100 * timeMs) / 100)).toEqual([0, 0.25, 500.5, 700.12]);
  expect(cellsOf(trace)).toEqual([
    ['orders', 'POST', '{"n":10000000000000000001,"text":"{{n}}"}'],
    ['', 'put', 'a,b'],
    ['cart?id=1', 'DELETE', ''],
    ['a%20b', 'GET', ''],
  ]);
  const csv =
    'timestamp,url,method,body\n2026-01-01T00:00:01Z,/b,,\n2026-01-01T00:00:00Z,/a,POST,"x,""y"""\n';
  const dated = read('r.csv', csv, { holds: 'requests' }) as Trace;
  expect([dated.timesMs, cellsOf(dated)]).toEqual([
    [0, 1_000],
    [
      ['a', 'POST', 'x,"y"'],
      ['b', 'GET', ''],
    ],
  ]);
  const bad = [
    '{"timestamp":1,"input_length":5,"output_length":1}',
    '{"timestamp":1,"url":"orders"}',
    '{"timestamp":1,"url":"http://a:b/"}',
    '{"timestamp":1,"url":"/","method":"CONNECT"}',
    '{"timestamp":1,"url":"/","method":"GET /x"}',
  ].join('\n');
  expect(read('w.jsonl', bad, { holds: 'requests' })).toEqual([
    "--trace 'w.jsonl': line 1 has no url: give the path that was asked for, or name the preset that its prompts are for.",
    "--trace 'w.jsonl': line 2 has the url 'orders': give a path such as /search?q=1, or a whole URL.",
    "--trace 'w.jsonl': line 3 has the url 'http://a:b/': give a path such as /search?q=1, or a whole URL.",
    "--trace 'w.jsonl': line 4 has the method 'CONNECT': give one such as GET or POST.",
    "--trace 'w.jsonl': line 5 has the method 'GET /x': give one such as GET or POST.",
  ]);
  expect(read('p.jsonl', '{"timestamp":1,"url":"/a"}')).toEqual([
    "--trace 'p.jsonl': line 1 has a url, but neither input_length nor prompt: a trace of whole requests is sent without a preset.",
  ]);
});

test('numbers in a trace may be written with zeros behind the point, as Python writes them', () => {
  const trace = read('z.jsonl', '{"timestamp":10.0,"input_length":2.0,"output_length":3.0}') as Trace;
  expect([trace.timesMs, rowsOf(trace)[0]![1]]).toEqual([[0], '3']);
});

test.each([
  ['wire', 'h1'],
  ['undici', 'h1'],
  ['wire', 'h2c'],
  ['undici', 'h2c'],
] as const)('whole requests of a trace arrive as recorded, each once: %s, %s', async (client, protocol) => {
  const came: string[] = [];
  const handle = async (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    came.push(`${request.method} ${request.url} ${text}`);
    response.end();
  };
  const server = protocol === 'h2c' ? createHttp2Server(handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const path = inFolder(`whole-${client}-${protocol}.csv`);
  const lines = [
    '0,/a?x=1,GET,',
    '600,/b,POST,"{""k"":""{{n}}""}"',
    '300,http://else.where/c,DELETE,',
    '900,/d,HEAD,',
    '1200,/e,PUT,é',
  ];
  writeFileSync(path, `timestamp,url,method,body\n${lines.join('\n')}\n`);
  const ask = (more: Partial<RunOptions> = {}) =>
    run({
      ...{ url: `${origin}/v1/`, trace: path, mode: 'inline', client, h2c: protocol === 'h2c' },
      ...more,
    });
  try {
    const { requests, plan } = await ask();
    expect(requests).toMatchObject({ scheduled: 5, sent: 5, ok: 5, failed: 0, dropped: 0 });
    expect(plan.load).toMatchObject({ model: 'open', arrivals: 'recorded' });
    expect(targetText(plan)).toBe(`the requests of a trace to ${origin}/v1/`);
    expect(came).toEqual([
      'GET /v1/a?x=1 ',
      'DELETE /v1/c ',
      'POST /v1/b {"k":"{{n}}"}',
      'HEAD /v1/d ',
      'PUT /v1/e é',
    ]);
    await expect(ask({ method: 'GET', json: '{}' })).rejects.toThrow(
      'with method, json: the trace says what is sent: leave one of them out.',
    );
    await expect(ask({ url: `${origin}/?a=1` })).rejects.toThrow('with a query in the URL');
    expect(came).toHaveLength(5);
  } finally {
    server.close();
  }
});

test.each(['wire', 'undici'] as const)(
  'a failure names the path that was asked for, without its secrets: %s',
  async (client) => {
    const server = createServer((request, response) => {
      response.statusCode = request.url?.startsWith('/v1/away') === true ? 404 : 200;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const path = inFolder(`failing-${client}.csv`);
    const long = 'x'.repeat(900);
    writeFileSync(
      path,
      `timestamp,url,method,body\n0,/here,GET,\n1,/away?token=not-to-be-told&page=2&${long},DELETE,\n`,
    );
    try {
      const { errors } = await run({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
        ...{ trace: path, mode: 'inline', client },
      });
      expect(errors.map(({ kind, code, count }) => [kind, code, count])).toEqual([['status', '404', 1]]);
      expect(errors[0]!.example).toMatch(
        /^DELETE \/v1\/away\?token=…&page=2&x{100,200}… was answered with 404$/,
      );
    } finally {
      server.close();
    }
  },
);

test('requests are due when the trace has them, and ask for as much', async () => {
  const came: { readonly atMs: number; readonly maxTokens: unknown; readonly prompt: string }[] = [];
  const server = createServer(async (request, response) => {
    const atMs = performance.now();
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as { max_tokens: unknown; messages: { content: string }[] };
    came.push({ atMs, maxTokens: body.max_tokens, prompt: body.messages[0]!.content });
    response.setHeader('content-type', 'text/event-stream');
    response.end('data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const path = inFolder('t.jsonl');
  const times = [0, 0, 0, 2_700, 3_000, 5_400];
  const lines = times.map((timestamp, at) => ({ timestamp, input_length: at + 1, output_length: 10 + at }));
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  const ask = (more: Partial<RunOptions> = {}) =>
    run({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ preset: 'openai-chat', model: 'm', tokens: 'events', workers: 2, mode: 'threads' },
      ...{ trace: path, speed: 3, ...more },
    });
  try {
    const { requests, plan } = await ask();
    expect(requests).toMatchObject({ scheduled: 6, sent: 6, ok: 6, dropped: 0, notStarted: 0 });
    expect(plan.load).toMatchObject({ model: 'open', arrivals: 'recorded' });
    expect(came.map(({ maxTokens }) => maxTokens).sort()).toEqual([10, 11, 12, 13, 14, 15]);
    for (const { maxTokens, prompt } of came) expect(prompt.split(' ').length).toBe(Number(maxTokens) - 9);
    const first = Math.min(...came.map(({ atMs }) => atMs));
    const last = came.find(({ maxTokens }) => maxTokens === 15)!.atMs - first;
    // 1.8 s as asked for, where none is late; 5.4 s as recorded.
    expect(last).toBeGreaterThan(600);
    expect(last).toBeLessThan(5_000);
    expect((await ask({ requests: 4 })).requests).toMatchObject({ scheduled: 4, ok: 4 });
    await expect(ask({ rate: 5 })).rejects.toThrow('rate and trace each say what the rate is');
    await expect(ask({ maxTokens: 5 })).rejects.toThrow("maxTokens '5' with trace: the trace has it");
    await expect(ask({ speed: 'fast' })).rejects.toThrow("speed 'fast': give how much faster than recorded");
    await expect(ask({ warmup: '1s' })).rejects.toThrow('warmup with trace');
    await expect(ask({ trace: undefined, every: '1s' })).rejects.toThrow("speed '3' without trace");
  } finally {
    server.close();
  }
});

test('recorded arrivals are those and no others', () => {
  const stages = [{ durationMs: 10, from: { requests: 3, periodMs: 10 }, to: { requests: 3, periodMs: 10 } }];
  const stream = new ArrivalStream({ stages, arrivals: 'recorded', timesMs: [0, 0, 7.5] }, 0, 1);
  expect([1, 2, 3, 4].map(() => stream.nextMs())).toEqual([0, 0, 7.5, Number.POSITIVE_INFINITY]);
});
