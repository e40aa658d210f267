import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunOptions, run, type Summary } from '../../src/api/index.ts';
import { listening } from '../support/target.ts';

type Piece = string | Uint8Array;

const chat = (delta: object, more: object = {}): string =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const sse = (...events: string[]): string => events.map((data) => `data: ${data}\n\n`).join('');
const word = (content: string): string => chat({ content });
const STOP = chat({}, { finish_reason: 'stop' });
const usage = (tokens: number): string =>
  JSON.stringify({ choices: [], usage: { completion_tokens: tokens } });

const byteByByte = (text: string): Uint8Array[] =>
  Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));

/** What servers answer, by path: its pieces are written one after another. */
const ANSWERS: Readonly<Record<string, { readonly type: string; readonly pieces: readonly Piece[] }>> = {
  'counted-high': { type: 'text/event-stream', pieces: [sse(word('a'), STOP, usage(9_000), '[DONE]')] },
  'one-byte': {
    type: 'text/event-stream',
    pieces: byteByByte(sse(word('zürich 🧀'), word('二'), STOP, usage(2), '[DONE]')),
  },
  crlf: {
    type: 'text/event-stream',
    pieces: [sse(word('a'), word('b'), STOP, '[DONE]').replaceAll('\n', '\r\n')],
  },
  'cr-alone': {
    type: 'text/event-stream',
    pieces: [sse(word('a'), word('b'), STOP, '[DONE]').replaceAll('\n', '\r')],
  },
  'byte-order-mark': { type: 'text/event-stream', pieces: [`\ufeff${sse(word('a'), STOP, '[DONE]')}`] },
  comments: {
    type: 'text/event-stream',
    pieces: [': ping\n\n', ': ping\n\n', sse(word('a')), ': ping\n\n', sse(STOP, '[DONE]')],
  },
  'comments-only': { type: 'text/event-stream', pieces: [': ping\n\n', ': ping\n\n'] },
  'no-mark': { type: 'text/event-stream', pieces: [sse(word('a'), word('b'), STOP)] },
  'no-end': { type: 'text/event-stream', pieces: [sse(word('a'), word('b'))] },
  'no-last-line': {
    type: 'text/event-stream',
    pieces: [`${sse(word('a'), STOP)}data: ${usage(7)}`],
  },
  'role-and-empty': {
    type: 'text/event-stream',
    pieces: [sse(chat({ role: 'assistant', content: '' }), chat({}), word(''), word('a'), STOP, '[DONE]')],
  },
  'tool-calls': {
    type: 'text/event-stream',
    pieces: [
      sse(
        chat({
          role: 'assistant',
          content: null,
          tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        chat({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
        chat({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
        chat({}, { finish_reason: 'tool_calls' }),
        '[DONE]',
      ),
    ],
  },
  'second-tool': {
    type: 'text/event-stream',
    pieces: [
      sse(
        chat({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
        chat({ tool_calls: [{ index: 1, function: { arguments: '{}' } }] }),
        chat({}, { finish_reason: 'tool_calls' }),
        '[DONE]',
      ),
    ],
  },
  reasoning: {
    type: 'text/event-stream',
    pieces: [sse(chat({ reasoning_content: 'hm' })), sse(word('a'), STOP, '[DONE]')],
  },
  'error-in-the-middle': {
    type: 'text/event-stream',
    pieces: [sse(word('a'), '{"error":{"message":"out of memory"}}', '[DONE]')],
  },
  'error-event': {
    type: 'text/event-stream',
    pieces: [sse(word('a')), 'event: error\ndata: overloaded\n\n'],
  },
  'error-type': {
    type: 'text/event-stream',
    pieces: [sse(word('a'), '{"type":"error","message":"overloaded"}', STOP, '[DONE]')],
  },
  'error-of-done': {
    type: 'text/event-stream',
    pieces: [sse(word('a'), STOP), 'event: error\ndata: [DONE]\n\n'],
  },
  'error-in-second': {
    type: 'text/event-stream',
    pieces: [
      sse(
        word('a'),
        JSON.stringify({
          choices: [
            { index: 0, delta: {}, finish_reason: 'stop' },
            { index: 1, delta: {}, finish_reason: 'server_error' },
          ],
        }),
        '[DONE]',
      ),
    ],
  },
  'long-line': {
    type: 'text/event-stream',
    pieces: [sse(word('x'.repeat(3_000_000)), word('b'), STOP, '[DONE]')],
  },
  html: { type: 'text/html', pieces: ['<html><body>Sign in</body></html>'] },
  'html-as-text': { type: 'text/plain', pieces: ['<!doctype html>\n<html>as a model writes it'] },
  'html-as-json': { type: 'application/json', pieces: ['<html><body>Sign in</body></html>'] },
  whole: {
    type: 'application/json',
    pieces: ['{"choices":[{"message":{"content":"a b"}}],"usage":{"completion_tokens":2}}'],
  },
  'error-as-json': { type: 'application/json', pieces: ['{"error":{"message":"no such thing"}}'] },
  'error-object': {
    type: 'text/event-stream',
    pieces: [sse(word('a'), '{"object":"error","message":"too long","code":400}', '[DONE]')],
  },
  'response-failed': {
    type: 'text/event-stream',
    pieces: [
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n',
      'event: response.failed\ndata: {"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"gone wrong"},"usage":null}}\n\n',
    ],
  },
  'response-incomplete': {
    type: 'text/event-stream',
    pieces: [
      'event: response.created\ndata: {"type":"response.created","response":{"status":"in_progress","error":null,"usage":null}}\n\n',
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n',
      'event: response.incomplete\ndata: {"type":"response.incomplete","response":{"error":null,"usage":{"output_tokens":3}}}\n\n',
    ],
  },
  nothing: { type: 'text/event-stream', pieces: [] },
};

type Response = Pick<ServerResponse, 'writeHead' | 'write' | 'end' | 'once'>;

async function say(response: Response, pieces: readonly Piece[]): Promise<void> {
  for (const piece of pieces) {
    response.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

/** A stream that goes on until nobody listens any more. */
function goOn(response: Response): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => response.write(sse(word('a'))), 5);
  response.once('close', () => clearInterval(timer));
}

function answer(url: string, response: Response): void {
  if (url.startsWith('/endless')) {
    goOn(response);
    return;
  }
  const said = ANSWERS[url.split('/')[1] ?? ''];
  if (said === undefined) throw new Error(`no such answer: ${url}`);
  response.writeHead(200, { 'content-type': said.type });
  void say(response, said.pieces);
}

let servers: readonly (Server | Http2Server)[];
let ports: { readonly http1: number; readonly http2: number };
beforeAll(async () => {
  const http1 = createServer((request, response) => answer(request.url ?? '', response)).on(
    'connection',
    (socket) => socket.setNoDelay(true),
  );
  const http2 = createHttp2Server((request, response) =>
    answer(request.url, response as unknown as Response),
  );
  servers = [http1, http2];
  ports = { http1: await listening(http1), http2: await listening(http2) };
});
afterAll(() => {
  for (const server of servers) server.close();
});

describe.each([
  { client: 'undici', version: 'http1' },
  { client: 'wire', version: 'http1' },
  { client: 'undici', version: 'http2' },
  { client: 'wire', version: 'http2' },
] as const)('odd servers, $client, $version', ({ client, version }) => {
  const ask = (path: string, options: Partial<RunOptions> = {}): Promise<Summary> =>
    run({
      url: `http://127.0.0.1:${ports[version]}/${path}`,
      ...(version === 'http2' ? { h2c: true } : {}),
      ...{ preset: 'openai-chat', model: 'm', mode: 'inline', client },
      ...{ requests: 2, concurrency: 1, timeout: '60s', ...options },
    });

  /** Token events, tokens and whether the server counted them, of each answer. */
  test.each<[path: string, events: number, tokens: number, isCounted: boolean]>([
    ['one-byte', 2, 2, true],
    ['crlf', 2, 2, false],
    ['cr-alone', 2, 2, false],
    ['byte-order-mark', 1, 1, false],
    ['comments', 1, 1, false],
    ['no-mark', 2, 2, false],
    ['no-last-line', 1, 7, true],
    ['role-and-empty', 1, 1, false],
    ['tool-calls', 2, 2, false],
    ['second-tool', 2, 2, false],
    ['reasoning', 2, 2, false],
    ['long-line', 2, 2, false],
  ])('%s is read', async (path, events, tokens, isCounted) => {
    const { requests, streams, errors } = await ask(path);
    expect(errors).toEqual([]);
    expect([requests.ok, streams?.answers, streams?.notStreamed]).toEqual([2, 2, 0]);
    expect(streams?.tokens).toMatchObject({
      events: 2 * events,
      total: 2 * tokens,
      countedByServer: isCounted ? 2 : 0,
    });
    expect(streams?.timesMs.ttft.count).toBe(2);
    expect(streams?.timesMs.gap.count).toBe(2 * (events - 1));
  });

  test('more tokens than bytes are noted, unless what came is counted', async () => {
    const { requests, bytes, findings } = await ask('counted-high');
    expect(requests.ok).toBe(2);
    const figures = { tokens: 18_000, bytes: bytes.received };
    expect(findings?.notes).toContainEqual({ code: 'tokens-beyond-bytes', figures });
    const byEvents = await ask('counted-high', { tokens: 'events' });
    expect(byEvents.findings?.notes.map(({ code }) => code)).not.toContain('tokens-beyond-bytes');
    const usual = await ask('one-byte');
    expect(usual.findings?.notes.map(({ code }) => code)).not.toContain('tokens-beyond-bytes');
  });

  test.each<[path: string, kind: string, code: string, example: string]>([
    ['comments-only', 'truncated', 'STREAM_CUT', 'ended without a token'],
    ['nothing', 'truncated', 'STREAM_CUT', 'nothing came'],
    ['no-end', 'truncated', 'STREAM_CUT', ''],
    ['error-in-the-middle', 'stream', 'STREAM_ERROR', 'out of memory'],
    ['error-event', 'stream', 'STREAM_ERROR', 'overloaded'],
    ['error-object', 'stream', 'STREAM_ERROR', 'too long'],
    ['error-type', 'stream', 'STREAM_ERROR', 'overloaded'],
    ['error-of-done', 'stream', 'STREAM_ERROR', 'of the type "error"'],
    ['error-in-second', 'stream', 'STREAM_ERROR', 'server_error'],
    ['html', 'stream', 'STREAM_EMPTY', 'a web page, not a stream of tokens: <html><body>Sign in'],
    ['html-as-json', 'stream', 'STREAM_EMPTY', '<html><body>Sign in'],
    ['error-as-json', 'stream', 'STREAM_ERROR', 'no such thing'],
  ])('%s is no answer', async (path, kind, code, example) => {
    const { requests, streams, errors } = await ask(path);
    expect([requests.failed, streams?.answers, streams?.timesMs.e2e.count]).toEqual([2, 0, 0]);
    expect(errors).toMatchObject([{ kind, code, example: expect.stringContaining(example) }]);
  });

  test('a web page is no stream of whatever is read, unlike text that only looks like one', async () => {
    for (const reading of [
      { preset: 'torchserve' },
      { preset: undefined, model: undefined, stream: 'auto' },
    ] as const) {
      const { requests, errors } = await ask('html', reading);
      expect([requests.failed, errors]).toEqual([
        2,
        [expect.objectContaining({ kind: 'stream', code: 'STREAM_EMPTY' })],
      ]);
    }
    expect((await ask('html-as-text', { preset: 'torchserve' })).requests.ok).toBe(2);
  });

  test('a response that failed has its message; one that reached its limit is complete', async () => {
    const failed = await ask('response-failed', { preset: 'openai-responses' });
    expect(failed.errors).toMatchObject([
      { kind: 'stream', code: 'STREAM_ERROR', example: expect.stringContaining('gone wrong') },
    ]);
    const { errors, streams } = await ask('response-incomplete', { preset: 'openai-responses' });
    expect([errors, streams?.tokens.total, streams?.tokens.events]).toEqual([[], 6, 2]);
  });

  test('a stream that never ends is cut off by the timeout, however much it says', async () => {
    const { requests, errors, streams } = await ask('endless', { timeout: '300ms', stallTimeout: '60s' });
    expect([requests.failed, errors.map(({ kind }) => kind)]).toEqual([2, ['timeout']]);
    expect([streams?.answers, streams?.timesMs.ttft.count, streams?.gaps.count]).toEqual([0, 0, 0]);
  });

  test('whole: its end and its tokens are known, and that it was no stream', async () => {
    const { requests, streams } = await ask('whole');
    expect([requests.ok, streams?.notStreamed, streams?.tokens.total]).toEqual([2, 2, 4]);
    expect([streams?.timesMs.ttft.count, streams?.timesMs.e2e.count]).toEqual([0, 2]);
  });
});
