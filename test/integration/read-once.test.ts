import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { compare, run } from '../../src/api/index.ts';
import { BIN } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { listening } from '../support/target.ts';

const inFolder = useFolder();
const ANSWER = `data: ${JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const asked = new Set<string>();
/** Called when the server is asked which models it has, which is between two checks of the options. */
let onModels = (): void => {};
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (request.method === 'GET') {
      onModels();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data: [{ id: 'm' }] }));
      return;
    }
    const { messages } = JSON.parse(text) as { messages: readonly { content: string }[] };
    asked.add(messages[0]?.content ?? '');
    response.setHeader('content-type', 'text/event-stream');
    response.end(ANSWER);
  });
  url = `http://127.0.0.1:${await listening(server)}/`;
});
afterAll(() => void server.close());
beforeEach(() => asked.clear());

const options = { preset: 'openai-chat', tokens: 'events', mode: 'inline', requests: 4 } as const;

test('a file of prompts, or a trace, is read once, though the server is asked before the run which model it has', async () => {
  const prompts = inFolder('prompts.txt');
  const fill = (path: string, ...lines: readonly string[]): void => writeFileSync(path, lines.join('\n'));
  fill(prompts, 'one', 'two');
  onModels = () => fill(prompts, 'three');
  await run({ url, ...options, prompts });
  expect([...asked].sort()).toEqual(['one', 'two']);

  asked.clear();
  const trace = inFolder('trace.jsonl');
  const line = (prompt: string): string => JSON.stringify({ timestamp: 0, prompt, output_length: 1 });
  fill(trace, line('one'), line('two'));
  onModels = () => fill(trace, line('three'));
  await run({ url, ...options, requests: undefined, trace });
  expect([...asked].sort()).toEqual(['one', 'two']);

  asked.clear();
  fill(prompts, 'one', 'two');
  onModels = () => fill(prompts, 'three');
  const load = { url, ...options, prompts };
  await compare(load, { ...load, client: 'wire' }, { rounds: 2 });
  expect([...asked].sort()).toEqual(['one', 'two']);
});

const unlessWindows = process.platform === 'win32' ? test.skip : test;
unlessWindows('what comes through a pipe, which can be read only once, is sent', async () => {
  const words = `--preset openai-chat --tokens events --mode inline -n 2 -c 1 -q`;
  const ask = (more: string) =>
    promisify(execFile)('bash', ['-c', `"${process.execPath}" "${BIN}" ${url} ${words} ${more}`]);
  await Promise.all([ask(`--prompt @<(echo one)`), ask(`--prompts <(printf 'two\\nthree\\n')`)]);
  expect([...asked].sort()).toEqual(['one\n', 'three', 'two']);
});
