import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { batch } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { listening } from '../support/target.ts';

const inFolder = useFolder();

/** Prompts that the server has been asked, in their order. */
const asked: string[] = [];
let onAsked = (): void => {};
/** Failing prompts are answered well. */
let isMended = false;
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  url = `http://127.0.0.1:${await listening(server)}/`;
});
afterAll(() => void server.close());

/** A chat model that says the words of its prompt backwards, a token each, and does what the first of them says. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { messages } = JSON.parse(body) as { messages: { content: string }[] };
  const prompt = messages[0]?.content ?? '';
  asked.push(prompt);
  onAsked();
  const [how, ...words] = prompt.split(' ');
  const tokens = words.reverse().map((word) => `${word} `);
  if (how === 'whole') {
    response.setHeader('content-type', 'application/json');
    const said = { choices: [{ message: { content: tokens.join('') } }], usage: { completion_tokens: 9 } };
    response.end(JSON.stringify(said));
    return;
  }
  if (how === 'nothing' || how === 'calls') {
    response.setHeader('content-type', 'application/json');
    const call = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"up":1}' } };
    const tool_calls = how === 'calls' ? [call] : [];
    response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: '', tool_calls } }] }));
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  const event = (delta: object, rest: object = {}): string =>
    `data: ${JSON.stringify({ choices: [{ delta, ...rest }] })}\r\n\r\n`;
  const text = [
    event({ role: 'assistant', content: '' }),
    event({ reasoning_content: 'hm' }),
    ...tokens.map((content) => event({ content })),
  ].join('');
  if (!isMended && how === 'cut') return void response.end(text);
  if (!isMended && how === 'fails')
    return void response.end(`${text}data: {"error":{"message":"no room"}}\n\n`);
  const end = `${event({}, { finish_reason: 'stop' })}data: {"choices":[],"usage":{"completion_tokens":42}}\n\ndata: [DONE]\n\n`;
  // Cut anywhere, also within a character.
  const bytes = Buffer.from(text + end);
  for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
  response.end();
}

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (path: string): Row[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

/** What does not depend on how long anything took. */
const saidIn = (rows: readonly Row[]): unknown[] =>
  rows.map((row) => [row['id'], row['volley_error'], row['volley_text'], row['volley_tokens']]);

const PROMPTS = ['ok käse "quoted" 🧀', 'cut one two', 'whole a b', 'fails early', 'ok {{id}}'];
const options = {
  url: '',
  preset: 'openai-chat',
  model: 'm',
  mode: 'inline',
  concurrency: 2,
} as const;

function writeRows(name: string, prompts: readonly string[], column: string): string {
  const path = inFolder(name);
  writeFileSync(
    path,
    prompts.map((prompt, at) => `${JSON.stringify({ id: at + 1, [column]: prompt })}\n`).join(''),
  );
  return path;
}

test('each row has its text, its tokens and its times; those that failed are sent again', async () => {
  const [out, again] = [inFolder('answers.jsonl'), inFolder('again.jsonl')];
  const rows = writeRows('prompts.jsonl', PROMPTS, 'prompt');
  asked.length = 0;
  const { summary, rows: counts } = await batch({ ...options, url, rows, out });
  expect(counts).toEqual({ done: 5, ok: 3, failed: 2 });
  // A prompt may do something: it is not sent again unasked. A short one goes ahead, for how usage is asked.
  expect(asked.filter((prompt) => prompt !== 'Hi').sort()).toEqual([...PROMPTS].sort());
  expect(summary!.streams).toMatchObject({ answers: 3, notStreamed: 1, tokens: { total: 42 + 42 + 9 } });
  expect(saidIn(rowsOf(out))).toEqual([
    [1, null, '🧀 "quoted" käse ', 42],
    [2, 'truncated: the answer ended after 3 token events, without the mark that ends a stream', null, null],
    [3, null, 'b a ', 9],
    [4, 'stream: no room', null, null],
    [5, null, '{{id}} ', 42],
  ]);
  const [first, cut, whole] = rowsOf(out);
  expect(Object.keys(first ?? {}).slice(2)).toEqual([
    'volley_status',
    'volley_latency_ms',
    'volley_attempts',
    'volley_error',
    'volley_text',
    'volley_tokens',
    'volley_ttft_ms',
    'volley_tpot_ms',
  ]);
  expect(first?.['volley_ttft_ms']).toBeGreaterThan(0);
  expect(first?.['volley_tpot_ms']).toBeGreaterThanOrEqual(0);
  for (const row of [cut, whole])
    expect([row?.['volley_ttft_ms'], row?.['volley_tpot_ms']]).toEqual([null, null]);
  isMended = true;
  asked.length = 0;
  const mended = await batch({ ...options, url, rows: out, out: again, retryFailed: true, tokens: 'events' });
  isMended = false;
  expect(mended.rows).toEqual({ done: 2, ok: 2, failed: 0 });
  expect(asked.sort()).toEqual(['cut one two', 'fails early']);
  expect(saidIn(rowsOf(again))).toEqual([
    [2, null, 'two one ', 3],
    [4, null, 'early ', 2],
  ]);
});

test('a row whose answer is one JSON text with nothing in it fails; a call of a tool is something', async () => {
  const out = inFolder('nothing.jsonl');
  const rows = writeRows('nothings.jsonl', ['nothing', 'calls'], 'prompt');
  const { rows: counts } = await batch({ ...options, url, rows, out, tokens: 'events' });
  expect(counts).toEqual({ done: 2, ok: 1, failed: 1 });
  expect(saidIn(rowsOf(out))).toEqual([
    [
      1,
      expect.stringMatching(/^stream: the answer is JSON without what was asked for: \{"choices"/),
      null,
      null,
    ],
    [2, null, '{"up":1}', null],
  ]);
});

test('failing streams are sent again where that is harmless, and a text that is JSON is taken apart', async () => {
  const out = inFolder('selected.jsonl');
  const rows = writeRows('data.jsonl', ['{"a":"ok"}', 'fails x'], 'text');
  const prompt = 'ok {{text}}';
  asked.length = 0;
  const retried = { retries: 1, retryUnsafe: true, tokens: 'events' } as const;
  await batch({ ...options, url, rows, out, prompt, select: { a: 'a' }, ...retried });
  expect(asked.sort()).toEqual(['ok fails x', 'ok {"a":"ok"}']);
  expect(rowsOf(out).map((row) => [row['volley_text'], row['a'], row['volley_error']])).toEqual([
    ['{"a":"ok"} ', 'ok', null],
    ['x fails ', null, expect.stringContaining('select: ')],
  ]);
  asked.length = 0;
  const prompts = writeRows('failing.jsonl', ['fails x'], 'prompt');
  await batch({ ...options, url, rows: prompts, out: inFolder('retried.jsonl'), ...retried });
  expect(asked).toEqual(['fails x', 'fails x']);
});

test('a batch that was stopped goes on where it was, and asks nothing twice', async () => {
  const out = inFolder('resumed.jsonl');
  const prompts = Array.from({ length: 30 }, (_, at) => `ok number ${at}`);
  const rows = writeRows('many.jsonl', prompts, 'prompt');
  const stop = new AbortController();
  asked.length = 0;
  onAsked = (): void => (asked.length === 10 ? stop.abort() : undefined);
  const all = { ...options, url, rows, out, tokens: 'events' } as const;
  const first = await batch(all, { signal: stop.signal });
  onAsked = (): void => {};
  expect(first.isComplete).toBe(false);
  const before = first.rows.done;
  expect(before).toBeLessThan(30);
  await expect(batch({ ...all, resume: true, model: 'other' })).rejects.toThrow(
    'differ from those of the journal',
  );
  const second = await batch({ ...all, resume: true, stallTimeout: '9s' });
  expect(second.rows).toEqual({ done: 30, ok: 30, failed: 0 });
  const third = await batch({ ...all, resume: true });
  expect(third).toEqual({ summary: null, rows: second.rows, isComplete: true, trouble: null });
  expect([...asked].sort()).toEqual([...prompts].sort());
  expect(rowsOf(out).map((row) => row['volley_text'])).toEqual(prompts.map((_, at) => `${at} number `));
});

test.each<[object, string | RegExp]>([
  [{ cancel: '10%@first' }, 'each row needs its answer'],
  [{ prompts: 'x.txt' }, 'the rows say what is asked'],
  [{ prompt: 'Sum up: {{nothing}}' }, "prompt: '{{nothing}}' is not a placeholder"],
  [
    { prompt: undefined },
    // Once, and not as a placeholder too.
    /^preset 'openai-chat': the rows have no column prompt: say with prompt what is asked, as in prompt 'Sum up: {{id}}'\.$/,
  ],
  [{ retries: 2, prompt: 'x' }, 'it might take effect twice'],
])('%o is refused, and nothing is sent', async (said, sentence) => {
  const rows = writeRows('refused.jsonl', ['x'], 'text');
  asked.length = 0;
  await expect(batch({ ...options, url, rows, out: inFolder('refused-out.jsonl'), ...said })).rejects.toThrow(
    sentence,
  );
  expect(asked).toEqual([]);
});

test('a batch whose output or journal is there asks the server nothing; nor does one that has ended', async () => {
  const paths: string[] = [];
  const lists = createServer((request, response) => {
    paths.push(request.url ?? '');
    response.setHeader('content-type', 'application/json').end('{"data":[{"id":"tiny"}]}');
  });
  const base = `http://127.0.0.1:${await listening(lists)}/`;
  const { model: _left, ...unnamed } = options;
  const rows = writeRows('there.jsonl', ['x'], 'prompt');
  const out = inFolder('there-out.jsonl');
  const again = (more: object = {}) => batch({ ...unnamed, url: base, rows, out, ...more });
  try {
    await expect(again({ select: ['id'] })).rejects.toThrow("select 'id': give name=path, such as id=id.");
    writeFileSync(out, '{"an":"earlier result"}\n');
    await expect(again()).rejects.toThrow(
      `out '${out}' already exists: add force to replace it, or give another name.`,
    );
    writeFileSync(`${out}.journal`, 'x');
    await expect(again()).rejects.toThrow(
      'of an unfinished batch exists: add resume to continue it, or delete it',
    );
    await expect(again({ force: true })).rejects.toThrow('of an unfinished batch exists');
    rmSync(`${out}.journal`);
    await expect(again({ resume: true })).rejects.toThrow(
      /^resume with out '.*is not the output of this batch .*: add force to replace it/,
    );
    expect(paths).toEqual([]);
    const nowhere = join(out, 'no', 'folder.jsonl');
    await expect(again({ out: nowhere, model: 'tiny' })).rejects.toThrow(/^(?!.*--).*\bout\b/);
  } finally {
    lists.close();
  }
});
