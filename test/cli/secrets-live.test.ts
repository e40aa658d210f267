import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startVolley } from '../support/cli.ts';
import { listening } from '../support/target.ts';

const SECRETS = {
  user: 'Sx7q-of-user',
  query: 'Sx7q-of-query',
  header: 'Sx7q-of-header',
  variable: 'Sx7q-of-variable',
  environment: 'Sx7q-of-environment',
  answer: 'Sx7q-of-answer',
};
const MARK = 'Sx7q';
/** A terminal obeys them, or they change the direction of writing. */
const CONTROLS = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u0000';
const CONTROL = /[^\P{Cc}\n\t]|\p{Cf}/u;
const ENV = { VOLLEY_LIVE_SECRET: SECRETS.environment, NO_COLOR: '1' };
let server: Server;
let at = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const sent = [
      request.url,
      ...request.rawHeaders,
      Buffer.from(String(request.headers.authorization).slice(6), 'base64'),
    ];
    response.setHeader('x-echo', encodeURI(sent.join(' ')));
    response.setHeader('content-type', 'application/json');
    const body = JSON.stringify({ access_token: SECRETS.answer, all: sent.join(' ') }) + CONTROLS;
    setTimeout(() => response.end(body), 5);
  });
  at = `127.0.0.1:${await listening(server)}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const asked = (): string[] => [
  ...[`http://${at}/x%1B?token=${SECRETS.query}&v={{of}}&e={{env VOLLEY_LIVE_SECRET}}`],
  ...['-u', `me:${SECRETS.user}`, '-H', `x-api-key: ${SECRETS.header}`, '--set', `of=${SECRETS.variable}`],
  ...['--expect-body', 'NOWHERE', '-d', '60s', '-c', '2', '-w', '1'],
];

/** Fails with what stands around it. */
function expectClean(text: string): void {
  expect(text.length).toBeGreaterThan(0);
  const from = text.search(MARK);
  expect(from < 0 ? '' : text.slice(Math.max(0, from - 80), from + 30)).toBe('');
  for (const secret of Object.values(SECRETS))
    expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 12));
  const control = text.search(CONTROL);
  expect(control < 0 ? '' : JSON.stringify(text.slice(Math.max(0, control - 80), control + 30))).toBe('');
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}

test('the page of a run that goes on shows no secret and no control, nor do its updates', async () => {
  const run = startVolley([...asked(), '--live', 'web'], { env: ENV });
  const url = /http:\S+/.exec(await run.stderrHas('the page of the run'))?.[0] ?? '';
  expectClean(await textOf(url));
  const [events] = (await once(get(`${url}events`), 'response')) as [IncomingMessage];
  let updates = '';
  let count = 0;
  for await (const chunk of events.setEncoding('utf8')) {
    updates += String(chunk);
    count = updates.split('\n\n').length;
    if (count === 4) run.child.kill('SIGINT');
  }
  expect(count).toBeGreaterThanOrEqual(4);
  // What failed, and where to, is told.
  expect(updates).toContain('token=…');
  expect(updates).toContain('NOWHERE');
  expectClean(updates);
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(130);
  expectClean(stdout);
  expectClean(stderr);
});

test('what is scraped of a run has no secret and no control', async () => {
  const run = startVolley([...asked(), '--live', 'prometheus:0'], { env: ENV });
  const url = /http:\S+/.exec(await run.stderrHas('/metrics'))?.[0] ?? '';
  let text = '';
  for (let tries = 0; tries < 200 && !/outcome="failed"\} [1-9]/.test(text); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    text = await textOf(url);
  }
  expect(text).toMatch(/outcome="failed"\} [1-9]/);
  expect(text).toContain('token=…');
  expectClean(text);
  run.child.kill('SIGINT');
  const { stdout, stderr } = await run.ended;
  expectClean(stdout + stderr);
});

test('doctor repeats no control of a word that it does not know, and nothing of the environment', async () => {
  const controls = CONTROLS.replaceAll('\0', '');
  const env = { ...ENV, HTTP_PROXY: `http://me:${SECRETS.user}@127.0.0.1:9`, TERM: `x${controls}` };
  const slip = await startVolley(['doctor', '--client', `${controls}x`], { env }).ended;
  expect(slip.code).toBe(2);
  expectClean(slip.stderr);
});
