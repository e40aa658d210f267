import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { readSettled } from '../../src/main/once/settled.ts';

/** What came, and how a server that is told so answers. */
const came: {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
}[] = [];
let models: unknown;
/** How the list of models is answered. */
let listed: { readonly status: number; readonly location?: string };
let refuses: (body: Record<string, unknown>) => boolean | string;
/** Which paths are never answered. */
let stalls: (path: string) => boolean;
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    came.push({ path: request.url ?? '', key: request.headers.authorization, body });
    if (stalls(request.url ?? '')) return;
    if (request.method === 'GET') {
      const { status, location } = request.url === '/elsewhere' ? { status: 200 } : listed;
      response.writeHead(status, { 'content-type': 'application/json', ...(location ? { location } : {}) });
      const text = typeof models === 'string' ? models : JSON.stringify(models);
      response.end(status === 308 ? '' : text);
      return;
    }
    const refused = refuses(body);
    if (refused !== false) {
      response.statusCode = 400;
      const message = refused === true ? 'no such field' : refused;
      response.end(JSON.stringify({ error: { message } }));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    response.end('data: {"choices":[{"delta":{"content":"a"},"text":"a"}]}\n\ndata: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  came.length = 0;
  models = { data: [{ id: 'tiny-1' }, { id: 'tiny-2' }] };
  listed = { status: 200 };
  refuses = () => false;
  stalls = () => false;
});

const ask = (options: Partial<RunOptions>) =>
  run({ url, preset: 'openai-chat', mode: 'inline', requests: 3, concurrency: 1, ...options });

test.each(['undici', 'wire'] as const)(
  '%s: what is left out is asked for, once, and said',
  async (client) => {
    process.env['TEST_MODEL_KEY'] = 'secret-key-1';
    refuses = (body) => 'stream_options' in body;
    const summary = await ask({ client, apiKeyEnv: 'TEST_MODEL_KEY', url: `${url}/v1/chat/completions?x=1` });
    expect(summary.requests).toMatchObject({ sent: 3, ok: 3 });
    expect(came.map(({ path }) => path)).toEqual([
      '/v1/models?x=1',
      ...Array.from({ length: 5 }, () => '/v1/chat/completions?x=1'),
    ]);
    expect(came.every(({ key }) => key === 'Bearer secret-key-1')).toBe(true);
    const [, first, second, ...load] = came;
    expect([first!.body['max_tokens'], 'stream_options' in first!.body]).toEqual([1, true]);
    expect([second!.body['max_tokens'], 'stream_options' in second!.body]).toEqual([1, false]);
    for (const { body } of load)
      expect([body['model'], body['max_tokens'], 'stream_options' in body]).toEqual(['tiny-1', 128, false]);
    const notes = (summary.notes ?? []).join('\n');
    expect(notes).toContain(`The model is 'tiny-1', the first that ${url}/v1/models?x=1 names.`);
    expect(notes).toContain('The server refuses stream_options.include_usage');
  },
);

test.each([
  ['alone', () => false],
  ['and the request for usage', (body: Record<string, unknown>) => 'stream_options' in body],
] as const)('a server that takes the limit of tokens under its newer name: %s', async (_what, also) => {
  refuses = (body) =>
    'max_tokens' in body
      ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
      : also(body);
  const { requests, notes = [] } = await ask({ model: 'm', maxTokens: 50 });
  const refusesUsage = also({ stream_options: {} });
  expect(requests).toMatchObject({ sent: 3, ok: 3 });
  expect(came).toHaveLength(refusesUsage ? 6 : 5);
  for (const { body } of came.slice(-3))
    expect([body['max_completion_tokens'], 'max_tokens' in body, 'stream_options' in body]).toEqual([
      50,
      false,
      !refusesUsage,
    ]);
  expect(notes.join('\n')).toContain('The server takes max_completion_tokens in place of max_tokens');
  expect(notes.join('\n').includes('include_usage')).toBe(refusesUsage);
});

test('a server that refuses everything is no server that refuses usage', async () => {
  refuses = () => true;
  const { requests, errors } = await ask({ model: 'm' });
  expect([requests.failed, errors[0]?.example]).toEqual([
    3,
    'POST /v1/chat/completions was answered with 400: no such field',
  ]);
  expect(came.slice(2).every(({ body }) => 'stream_options' in body)).toBe(true);
});

test('a key that a server sends back is not shown, also where what it says is cut', async () => {
  process.env['TEST_MODEL_KEY'] = 'secret-key-of-a-model-server';
  refuses = () => `${'x'.repeat(190)} ${process.env['TEST_MODEL_KEY']}`;
  const { errors } = await ask({ model: 'm', apiKeyEnv: 'TEST_MODEL_KEY' });
  expect(errors[0]?.example).toMatch(/was answered with 400: x{190} …$/);
});

test('who counts events asks for nothing', async () => {
  await ask({ model: 'm', tokens: 'events' });
  expect(came.map(({ body }) => 'stream_options' in body)).toEqual([false, false, false]);
});

test('what a server says instead of its models is told, without the key', async () => {
  process.env['TEST_MODEL_KEY'] = 'secret-key-of-a-model-server';
  listed = { status: 401 };
  models = { error: { message: `Incorrect API key provided: ${process.env['TEST_MODEL_KEY']}` } };
  await expect(ask({ apiKeyEnv: 'TEST_MODEL_KEY' })).rejects.toThrow(
    /names none \(status 401: Incorrect API key provided: …\): check apiKeyEnv, or say which model to ask\.$/,
  );
  listed = { status: 200 };
  models = '<html>Welcome</html>';
  await expect(ask({})).rejects.toThrow('names none (its answer is not JSON): say which model to ask.');
  listed = { status: 308, location: '/elsewhere' };
  models = { data: [{ id: 'far-1' }] };
  await expect(ask({})).rejects.toThrow('names none (it redirects, with status 308)');
  await ask({ location: 2 });
  expect(came.at(-1)?.body['model']).toBe('far-1');
});

test.each([
  ['openai-chat', '/openai/deployments/g/chat/completions?api-version=1', 'm'],
  ['openai-chat', '/chat/completions', 'm'],
  ['torchserve', '/predictions/own-1', undefined],
  ['kserve', '/v2/models/own-1/generate_stream', 'own-1'],
] as const)('%s: a URL that is whole stays as it is: %s', async (preset, path, model) => {
  await ask({ preset, url: url + path, tokens: 'events', ...(model === undefined ? {} : { model }) });
  expect(came.map((request) => request.path)).toEqual([path, path, path]);
});

test('a server that names no model is quoted, and nothing else is sent', async () => {
  models = { data: [] };
  await expect(ask({})).rejects.toThrow(
    `model is missing, and GET ${url}/v1/models names none (it names none at data[0].id): say which model to ask.`,
  );
  await expect(ask({ url: 'http://127.0.0.1:1/' })).rejects.toThrow(/names none \(connect .*ECONNREFUSED/);
  expect(came).toHaveLength(1);
  // What is wrong with the options comes before any question.
  await expect(ask({ slo: 'ttft<5' })).rejects.toThrow("slo 'ttft<5'");
  await expect(ask({ preset: 'kserve' })).rejects.toThrow("preset 'kserve' without model: say which model");
  expect(came).toHaveLength(1);
});

test('a server that stalls holds a run up for a few seconds at most, and what is waited for is said', async () => {
  const told: string[] = [];
  const settle = (options: { readonly model?: string }) =>
    readSettled(
      { url, preset: 'openai-chat', timeout: '10m', ...options },
      [],
      [],
      (sentence) => void told.push(sentence),
    );
  stalls = () => true;
  const startedAt = performance.now();
  const [named, counted] = await Promise.allSettled([settle({}), settle({ model: 'm' })]);
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(named).toMatchObject({
    status: 'rejected',
    reason: expect.objectContaining({
      message: expect.stringMatching(/names none \(.*within 5 s\): say which model to ask/),
    }),
  });
  // That it does not answer is no refusal: the run asks, and shows what becomes of it.
  expect(counted).toMatchObject({ status: 'fulfilled', value: { notes: [] } });
  expect(told.sort()).toEqual([
    `Waiting for GET ${url}/v1/models to say which model there is (for 5 s at most; not asked if you name a model).`,
    `Waiting for ${url} to answer a request of one token, which shows whether it counts tokens (for 5 s at most; not asked if events are counted as tokens).`,
  ]);
});

test('presets of one’s own: like another, or from nothing', async () => {
  await ask({
    preset: 'ours',
    prompt: 'the sea',
    maxTokens: 7,
    presets: {
      ours: {
        like: 'openai-chat',
        path: '/llm',
        headers: 'x-team: search',
        body: { m: '$model', ask: 'Say: $prompt!', n: '$maxTokens', constructor: 'constructor' },
        modelsPath: '/list',
        modelsAt: 'data[1].id',
      },
    },
  });
  expect(came.map(({ path }) => path)).toEqual(['/list', '/llm', '/llm', '/llm']);
  expect(came[1]!.body).toEqual({ m: 'tiny-2', ask: 'Say: the sea!', n: 7, constructor: 'constructor' });
  came.length = 0;
  const { streams } = await ask({
    url: `${url}/as/it/is/`,
    preset: 'bare',
    presets: { bare: { body: { q: '$prompt' }, stream: 'sse', tokenPath: 'choices[0].text' } },
  });
  expect(came.map(({ path }) => path)).toEqual(['/as/it/is/', '/as/it/is/', '/as/it/is/']);
  expect([streams?.answers, streams?.tokens.total]).toEqual([3, 3]);
});

test('what is wrong with a preset of one’s own', async () => {
  const told = async (preset: object): Promise<string> =>
    ask({ preset: 'ours', presets: { ours: preset } }).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  expect(await told({ tokenpath: 'a' })).toContain(
    "The preset 'ours' has no field 'tokenpath': did you mean tokenPath?",
  );
  expect(await told({ body: [] })).toContain("The preset 'ours': body '[]': give an object.");
  expect(await told({ like: 'openai' })).toMatch(
    /The preset 'ours': like 'openai': choose one of .*openai-chat/,
  );
  expect(await told({ path: 'x', stream: 'ssse', tokenPath: 'a[' }).then((text) => text.split('\n'))).toEqual(
    [
      expect.stringContaining("The preset 'ours': stream 'ssse': choose one of sse, ndjson, chunks, auto"),
      "The preset 'ours': path 'x': give a path that begins with /.",
      expect.stringContaining("The preset 'ours': tokenPath 'a[':"),
    ],
  );
  await expect(ask({ preset: 'ours', prompt: 'x', presets: { ours: { body: { a: 1 } } } })).rejects.toThrow(
    "prompt 'x' with preset 'ours': it sends no prompt",
  );
  expect(came).toEqual([]);
});
