import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess(false);
const inFolder = useFolder();
let servers: readonly ReferenceServer[];
beforeAll(async () => {
  const model = { firstTokenMs: 20, gapMs: 2, tokens: 6 };
  servers = [await createReferenceServer({ model }), await createReferenceServer({ model, h2c: true })];
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

const CHAT = ['--preset', 'openai-chat', '--model', 'mock', '--tokens', 'events'];

describe.each([
  ['undici', 'HTTP/1.1'],
  ['wire', 'HTTP/1.1'],
  ['undici', 'HTTP/2'],
  ['wire', 'HTTP/2'],
])('--once of a stream, %s, %s', (client, version) => {
  const isHttp2 = version === 'HTTP/2';
  const once = (query: string, ...more: string[]) => {
    const url = `${servers[isHttp2 ? 1 : 0]?.url}${query}`;
    const words = [...CHAT, '--once', '--client', client, ...(isHttp2 ? ['--h2c'] : []), ...more];
    return volley(url, ...words);
  };

  test('its tokens are told', async () => {
    const { code, stdout } = await once('?gap=2');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n\* first byte after .*\n\* first token after [\d.]+ m?s, 6 tokens in 6 events, [\d.]+ [mµ]?s for each after the first, the last after [\d.]+ m?s\n$/,
    );
  });

  test('an answer that fails as a stream is no success, whatever its status', async () => {
    for (const [fault, failed] of [
      ['error', '* failed: stream (STREAM_ERROR): the mock model was told to fail'],
      ['fin', '* failed: truncated (STREAM_CUT): the answer ended after 3 token events'],
      ['stall', '* failed: stalled (STALLED): no byte for 300 ms'],
    ] as const) {
      const { code, stdout } = await once(`?fault=${fault}&fault-after=3`, '--stall-timeout', '300ms');
      expect([fault, code, stdout]).toEqual([fault, 1, expect.stringContaining(failed)]);
      expect(stdout).toContain('3 tokens in 3 events');
    }
  });
});

test('--once of a batch and of scenarios judges streams too', async () => {
  const url = `${servers[0]?.url}?fault=fin&fault-after=3`;
  writeFileSync(inFolder('rows.csv'), 'prompt\nhello\n');
  const row = await volley('batch', inFolder('rows.csv'), url, ...CHAT, '--once');
  expect([row.code, row.stdout]).toEqual([1, expect.stringContaining('truncated (STREAM_CUT)')]);

  const module = join(ROOT, 'test/fixtures/scenarios/streams.mjs');
  const good = await volley.with({ MODEL: servers[0]?.url ?? '' }, ['run', module, '--once']);
  expect(good.stdout).toContain('* check ✓ has its tokens');
  expect(good.stdout).toContain('first token after');
  expect([good.code, good.stdout.includes('✗')]).toEqual([0, false]);

  const chat = inFolder('chat.mjs');
  writeFileSync(
    chat,
    `import { scenario } from 'volley';
const options = { executor: 'shared-iterations', vus: 1, iterations: 1, streams: { preset: 'openai-chat' } };
export default scenario({ ...options, baseURL: process.env.MODEL }, async (vu) => {
  const json = { model: 'mock', stream: true, messages: [{ role: 'user', content: 'hi' }] };
  await vu.http.post('/v1/chat/completions?fault=error&fault-after=2', { json, stream: true });
});
`,
  );
  const bad = await volley.with({ MODEL: servers[0]?.url ?? '' }, ['run', chat, '--once']);
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining('the mock model was told to fail')]);
});
