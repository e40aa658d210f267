import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 2, gapMs: 1, tokens: 5 } });
});
afterAll(() => server.close());

type Json = Readonly<Record<string, unknown>>;

/** A client of OpenAI's chat completions that knows their published format alone, and holds a server to it. */
class ChatClient {
  async ask(body: Json): Promise<{ status: number; type: string; text: string }> {
    const answer = await fetch(`${server.url}v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
      body: JSON.stringify({ model: 'mock', messages: [{ role: 'user', content: 'Hi' }], ...body }),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      text: await answer.text(),
    };
  }

  /** The chunks of a stream, without its end mark. */
  async chunks(body: Json): Promise<Json[]> {
    const { status, type, text } = await this.ask({ ...body, stream: true });
    expect([status, type.split(';')[0]]).toEqual([200, 'text/event-stream']);
    const events = text.split('\n\n');
    expect(events.pop()).toBe('');
    for (const event of events) expect(event).toMatch(/^data: [^\n]*$/);
    const data = events.map((event) => event.slice('data: '.length));
    expect(data.pop()).toBe('[DONE]');
    return data.map((one) => JSON.parse(one) as Json);
  }
}

const USAGE = {
  prompt_tokens: expect.any(Number),
  completion_tokens: expect.any(Number),
  total_tokens: expect.any(Number),
};
const chunk = (more: Json): Json => ({
  id: expect.any(String),
  object: 'chat.completion.chunk',
  created: expect.any(Number),
  model: 'mock',
  ...more,
});
const choice = (delta: Json, finish: string | null = null): Json =>
  chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });

test('chat completions as their format is published: a stream, with usage and without', async () => {
  const client = new ChatClient();
  const words = Array.from({ length: 5 }, () => choice({ content: expect.any(String) }));
  const plain = [choice({ role: 'assistant', content: '' }), ...words, choice({}, 'stop')];
  const withoutUsage = await client.chunks({});
  expect(withoutUsage).toHaveLength(plain.length);
  for (const [index, one] of withoutUsage.entries()) expect(one).toMatchObject(plain[index] ?? {});
  const [id, ...others] = new Set(withoutUsage.map((one) => one['id']));
  expect([typeof id, others]).toEqual(['string', []]);
  const withUsage = await client.chunks({ stream_options: { include_usage: true } });
  expect(withUsage).toHaveLength(plain.length + 1);
  expect(withUsage.at(-1)).toEqual(chunk({ choices: [], usage: USAGE }));
  const usage = (withUsage.at(-1)?.['usage'] ?? {}) as Record<string, number>;
  expect(usage['completion_tokens']).toBe(5);
  expect(usage['total_tokens']).toBe((usage['prompt_tokens'] ?? 0) + 5);
});

test('each token has its own deadline, and says when it was due and made', async () => {
  const answer = await fetch(`${server.url}v1/chat/completions?ttft=20&gap=7.5&tokens=6`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mock', stream: true }),
  });
  const stamps = [...(await answer.text()).matchAll(/"mock":(\{[^}]*\})/g)].map(
    ([, json = '']) => JSON.parse(json) as { event: number; dueMs: number; madeMs: number },
  );
  expect(stamps.map(({ event }) => event)).toEqual([0, 1, 2, 3, 4, 5]);
  const [first] = stamps;
  for (const { event, dueMs, madeMs } of stamps) {
    // However late one is, the next is due when it was.
    expect(dueMs - (first?.dueMs ?? Number.NaN)).toBeCloseTo(7.5 * event, 6);
    expect(madeMs).toBeGreaterThanOrEqual(dueMs);
  }
});

test('who is told how many tokens there were', async () => {
  const told = async (query: string, body: Json): Promise<number | null | string> => {
    const answer = await fetch(`${server.url}v1/chat/completions?tokens=3&${query}`, {
      method: 'POST',
      body: JSON.stringify({ model: 'mock', stream: true, ...body }),
    });
    const text = await answer.text();
    if (answer.status !== 200) return `${answer.status} ${text}`;
    return Number(/"completion_tokens":(\d+)/.exec(text)?.[1] ?? Number.NaN);
  };
  const asked = { stream_options: { include_usage: true } };
  expect([await told('', {}), await told('', asked)]).toEqual([Number.NaN, 3]);
  expect([await told('usage=always', {}), await told('usage=never', asked)]).toEqual([3, Number.NaN]);
  expect(await told('usage=refused', {})).toBe(Number.NaN);
  expect(await told('usage=refused', asked)).toMatch(/^400 .*stream_options/);
  expect(await told('usage=sometimes', {})).toMatch(/^400 .*usage=sometimes: choose one of asked/);
});

test('predictions take whatever a handler takes, such as images; other APIs take JSON', async () => {
  const form = (): FormData => {
    const images = new FormData();
    for (const name of ['dogs.jpg', 'kitten.jpg']) images.append('data', new Blob([name]), name);
    return images;
  };
  const predicted = await fetch(`${server.url}predictions/squeezenet`, { method: 'POST', body: form() });
  expect([predicted.status, (await predicted.text()).trim().split(' ')]).toEqual([
    200,
    Array.from({ length: 5 }, () => 'word'),
  ]);
  const chat = await fetch(`${server.url}v1/chat/completions`, { method: 'POST', body: form() });
  expect([chat.status, await chat.text()]).toEqual([400, expect.stringContaining('is not a JSON object')]);
});

test('in one piece, what is wrong, and which models there are', async () => {
  const client = new ChatClient();
  const whole = await client.ask({});
  expect(JSON.parse(whole.text)).toMatchObject({
    object: 'chat.completion',
    choices: [
      { index: 0, message: { role: 'assistant', content: expect.any(String) }, finish_reason: 'stop' },
    ],
    usage: USAGE,
  });
  const unknown = await client.ask({ model: 'unknown-7b' });
  expect([unknown.status, JSON.parse(unknown.text)]).toEqual([
    404,
    {
      error: {
        message: "The model 'unknown-7b' does not exist",
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    },
  ]);
  expect(await (await fetch(`${server.url}v1/models`)).json()).toEqual({
    object: 'list',
    data: [{ id: 'mock', object: 'model', created: expect.any(Number), owned_by: expect.any(String) }],
  });
});

test('tokens that are all due at once are sent, however many; more than it makes are refused', async () => {
  const client = new ChatClient();
  const many = 20_000;
  const answer = await fetch(`${server.url}v1/chat/completions?ttft=0&gap=0&tokens=${many}`, {
    method: 'POST',
    body: JSON.stringify({ model: 'mock', stream: true }),
  });
  const text = await answer.text();
  expect([text.match(/word /g)?.length, text.endsWith('data: [DONE]\n\n')]).toEqual([many, true]);
  const own = await createReferenceServer({ model: { firstTokenMs: 0, gapMs: 0 } });
  try {
    for (const stream of [true, false]) {
      const refused = await fetch(`${own.url}v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'mock', stream, max_tokens: 1e12 }),
      });
      expect([refused.status, await refused.json()]).toEqual([
        400,
        { error: expect.objectContaining({ message: '1000000000000 tokens: ask for at most 1000000' }) },
      ]);
    }
  } finally {
    await own.close();
  }
  expect((await client.ask({})).status).toBe(200);
});

test.each(['//', 'http://['])(
  'a request for %s, which is no URL, is answered like any other',
  async (target) => {
    const { statusCode } = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port: server.port, path: target, agent: false }, resolve).once(
        'error',
        reject,
      );
    });
    expect([200, 404]).toContain(statusCode);
  },
);
