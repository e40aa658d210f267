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

test.each(['undici', 'wire'])('what fails after redirects is told, and ends, with %s', async (client) => {
  const [module, out] = [file(`${client}.mjs`), file(`${client}.json`)];
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    module,
    `import { defineTest } from 'volley';
const headers = { authorization: 'Bearer 0123456789abcdef' };
export default defineTest({ baseURL: 'http://127.0.0.1:${port}', scenarios: { one: {
  load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 },
  async exec(vu) {
    await vu.http.get('/loop/0', { redirects: 2, headers }).catch(() => {});
    await vu.http.get('/to/wrong', { headers }).catch(() => {});
    await vu.http.get('/to/fine', { expect: 204, headers }).catch(() => {});
  } } } });`,
  );
  await volley.with({}, ['run', module, '-w', '1', '--client', client, '--out', out]);
  const { errors, requests } = JSON.parse(readFileSync(out, 'utf8')) as Summary;
  expect([requests.sent, requests.ok]).toEqual([3, 0]);
  expect(errors.map(({ kind, code, count }) => [kind, code, count]).sort()).toEqual([
    ['expectation', 'REDIRECT', 1],
    ['expectation', 'STATUS', 1],
    ['status', '500', 1],
  ]);
});
