import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { batch, type RunOptions, run } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { listening } from '../support/target.ts';

const inFolder = useFolder();
const ANSWER = `data: ${JSON.stringify({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const came: { readonly line: string; readonly type: string; readonly body: string }[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    came.push({
      line: `${request.method} ${request.url}`,
      type: request.headers['content-type'] ?? '',
      body,
    });
    response.setHeader(
      'content-type',
      request.url?.includes('predictions') ? 'text/plain' : 'text/event-stream',
    );
    response.end(ANSWER);
  });
  url = `http://127.0.0.1:${await listening(server)}/`;
});
afterAll(() => void server.close());
beforeEach(() => void came.splice(0));

const ask = (options: Partial<RunOptions>) => run({ url, mode: 'inline', requests: 1, ...options });
const json = { model: 'mine', temperature: 0, messages: [{ role: 'user', content: 'Hi' }], stream: true };

test('a body of one’s own goes where the preset says, is read as it says, and nothing is asked beforehand', async () => {
  const { streams, requests } = await ask({ preset: 'openai-chat', json });
  expect([requests.ok, streams?.tokens.events]).toEqual([1, 1]);
  expect(came).toEqual([
    { line: 'POST /v1/chat/completions', type: 'application/json', body: JSON.stringify(json) },
  ]);
});

test('a handler of TorchServe gets what it takes, such as the parts of a form', async () => {
  writeFileSync(inFolder('cat.jpg'), 'meow');
  const { streams } = await ask({
    preset: 'torchserve',
    model: 'squeezenet',
    form: [`data=@${inFolder('cat.jpg')}`],
  });
  expect(streams?.answers).toBe(1);
  const bare = await ask({ preset: 'torchserve', model: 'squeezenet', bodyFile: inFolder('cat.jpg') });
  expect(bare.streams?.answers).toBe(1);
  expect(came.splice(1)).toMatchObject([{ line: 'POST /predictions/squeezenet', body: 'meow' }]);
  expect(came).toEqual([
    {
      line: 'POST /predictions/squeezenet',
      type: expect.stringContaining('multipart/form-data'),
      body: expect.stringContaining('meow'),
    },
  ]);
});

test('each row of a batch may fill in a body of one’s own', async () => {
  const rows = inFolder('rows.csv');
  writeFileSync(rows, 'text\none\n');
  const body = '{"messages":[{"role":"user","content":"{{text}}"}],"stream":true}';
  const how = {
    url,
    rows,
    out: inFolder('out.jsonl'),
    mode: 'inline',
    preset: 'openai-chat',
    json: body,
  } as const;
  expect((await batch(how)).rows).toMatchObject({ ok: 1 });
  expect(came.map(({ body: text }) => text)).toEqual([body.replace('{{text}}', 'one')]);
});

test('what the body says is not said again', async () => {
  const said = {
    preset: 'openai-chat',
    json,
    model: 'm',
    prompt: 'Hi',
    maxTokens: 5,
    sharedPrefix: 3,
  } as const;
  await expect(ask(said)).rejects.toMatchObject({
    problems: [
      { message: "prompt 'Hi' with json: the body says what is asked: leave one of them out." },
      { message: "sharedPrefix '3' with json: the body says what is asked: leave one of them out." },
      { message: "maxTokens '5' with json: the body says what is asked: leave one of them out." },
      { message: "model 'm' with json: the body says what is asked: leave one of them out." },
    ],
  });
  await expect(ask({ preset: 'torchserve', body: 'x' })).rejects.toThrow(
    'model is missing: say which model to ask.',
  );
  await expect(ask({ preset: 'tgi', method: 'PUT' })).rejects.toThrow('the preset says what is sent');
  expect(came).toEqual([]);
});
