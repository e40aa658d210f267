import { afterAll, beforeAll, expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';

// A client that nobody here wrote holds the mock to the format that it claims to speak.

let server: ReferenceServer;
let client: OpenAI;
beforeAll(async () => {
  server = await createReferenceServer({ model: { firstTokenMs: 2, gapMs: 1, tokens: null } });
  client = new OpenAI({ baseURL: `${server.url}v1`, apiKey: 'x', maxRetries: 0 });
});
afterAll(() => server.close());

const CHAT = { model: 'mock', messages: [{ role: 'user' as const, content: 'Hi' }], max_tokens: 5 };

test('chat completions: as a stream, gathered from one, and in one piece', async () => {
  const stream = await client.chat.completions.create({
    ...CHAT,
    stream: true,
    stream_options: { include_usage: true },
  });
  const words: string[] = [];
  const counts: number[] = [];
  for await (const { choices, usage } of stream) {
    const content = choices[0]?.delta.content ?? '';
    if (content !== '') words.push(content);
    if (usage) counts.push(usage.completion_tokens);
  }
  expect([words.length, counts]).toEqual([5, [5]]);
  expect(await client.chat.completions.stream(CHAT).finalContent()).toBe(words.join(''));
  const inPieces = client.chat.completions.stream(CHAT, { query: { 'piece-bytes': 3 } });
  expect(await inPieces.finalContent()).toBe(words.join(''));
  const whole = await client.chat.completions.create(CHAT);
  expect([whole.choices[0]?.message.content, whole.usage?.completion_tokens]).toEqual([words.join(''), 5]);
});

test('completions and responses', async () => {
  const pieces: string[] = [];
  const completion = await client.completions.create({
    ...{ model: 'mock', prompt: 'Hi', max_tokens: 4, stream: true as const },
  });
  for await (const { choices } of completion) pieces.push(choices[0]?.text ?? '');
  expect(pieces.filter((text) => text !== '')).toHaveLength(4);
  const asked = { model: 'mock', input: 'Hi', max_output_tokens: 4 };
  const gathered = await client.responses.stream(asked).finalResponse();
  expect([gathered.status, gathered.output_text]).toEqual(['completed', pieces.join('')]);
  const whole = await client.responses.create(asked);
  expect([whole.output_text, whole.usage?.output_tokens]).toEqual([pieces.join(''), 4]);
});

test('which models there are, a model that does not exist, and an error within a stream', async () => {
  const names: string[] = [];
  for await (const { id } of await client.models.list()) names.push(id);
  expect(names).toEqual(['mock']);
  await expect(client.chat.completions.create({ ...CHAT, model: 'unknown-7b' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    message: expect.stringContaining("The model 'unknown-7b' does not exist"),
  });
  const failing = await client.chat.completions.create(
    { ...CHAT, stream: true },
    { query: { fault: 'error' } },
  );
  const read = async (): Promise<number> => {
    let chunks = 0;
    for await (const _chunk of failing) chunks++;
    return chunks;
  };
  await expect(read()).rejects.toThrow('the mock model was told to fail');
});
