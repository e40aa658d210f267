import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess(false);
const file = useFolder();

/** `/loop/N` leads to the next number for ever, `/to/PATH` to a path; `/wrong` says what is wrong. */
const server = createServer(({ url = '' }, response) => {
  const [, kind, rest = ''] = url.split('/');
  const location = kind === 'loop' ? `/loop/${Number(rest) + 1}` : kind === 'to' ? `/${rest}` : null;
  if (location !== null) response.writeHead(302, { location }).end();
  else if (kind === 'wrong') response.writeHead(500).end('{"error":"token=abcdefgh12345 is wrong"}');
  else response.end('fine');
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each(['undici', 'wire'])(
  'what fails after redirects is told, and ends its iteration, with %s',
  async (client) => {
    const [module, out] = [file(`${client}.mjs`), file(`${client}.json`)];
    const { port } = server.address() as AddressInfo;
    writeFileSync(
      module,
      `import { defineTest } from 'volley';
// The bounds end the run if a request never does.
const bounds = { maxDuration: '3s', gracefulStop: '500ms' };
const load = { executor: 'per-vu-iterations', vus: 1, iterations: 1, ...bounds };
const headers = { authorization: 'Bearer 0123456789abcdef' };
export default defineTest({ baseURL: 'http://127.0.0.1:${port}', scenarios: {
  tooFar: { load, exec: (vu) => vu.http.get('/loop/0', { redirects: 2, headers }) },
  wrong: { load, exec: (vu) => vu.http.get('/to/wrong', { headers }) },
  unexpected: { load, exec: (vu) => vu.http.get('/to/fine', { expect: 204, headers }) },
  otherText: { load, exec: (vu) => vu.http.get('/to/fine', { expect: { body: 'welcome' } }) },
} });`,
    );
    const args = ['run', module, '-w', '1', '--mode', 'inline', '--client', client, '--out', out];
    const { code } = await volley.with({}, args);
    expect(code).toBe(1);
    const { errors, requests, scenarios } = JSON.parse(readFileSync(out, 'utf8')) as Summary;
    expect(requests).toMatchObject({ sent: 4, ok: 0, failed: 4, unfinished: 0 });
    expect(errors.map(({ kind, code, count }) => [kind, code, count]).sort()).toEqual([
      ['expectation', 'BODY_TEXT', 1],
      ['expectation', 'REDIRECT', 1],
      ['expectation', 'STATUS', 1],
      ['status', '500', 1],
    ]);
    expect(scenarios?.scenarios.map(({ name, failed, interrupted }) => [name, failed, interrupted])).toEqual([
      ['tooFar', 1, 0],
      ['wrong', 1, 0],
      ['unexpected', 1, 0],
      ['otherText', 1, 0],
    ]);
  },
);
