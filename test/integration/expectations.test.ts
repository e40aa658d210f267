import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, run, type WorkerMode } from '../../src/api/index.ts';
import { readAnswered } from '../support/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening } from '../support/target.ts';

const inFolder = useFolder();
const volley = useKeptProcess();
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const BODY = '{"items":[{"id":1},{"id":2}],"state":"ready"}';
const SLOW_MS = 80;

/** A server that compresses what may be, answers `/slow` late, and counts what it was asked to accept. */
async function startServer(version: 1 | 2): Promise<{ url: string; accepted: Map<string, number> }> {
  const accepted = new Map<string, number>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const encodings = String(request.headers['accept-encoding'] ?? '');
    accepted.set(encodings, (accepted.get(encodings) ?? 0) + 1);
    response.setHeader('X-Cache', 'HIT');
    response.setHeader('X-Left', '12');
    response.setHeader('Set-Cookie', ['sid=1', 'lang=de']);
    if (encodings.includes('gzip')) response.setHeader('content-encoding', 'gzip');
    const body = encodings.includes('gzip') ? gzipSync(BODY) : BODY;
    setTimeout(() => response.end(body), request.url === '/slow' ? SLOW_MS : 0);
  };
  const server =
    version === 1
      ? createServer(answer)
      : createHttp2Server((request, response) =>
          answer(request as unknown as IncomingMessage, response as unknown as ServerResponse),
        );
  open.push(server);
  return { url: `http://127.0.0.1:${await listening(server)}/`, accepted };
}

const VARIANTS = (['undici', 'wire'] as const).flatMap((client) => [
  { client, version: 1 as const },
  { client, version: 2 as const },
]);

describe.each(VARIANTS)('what answers must be like, $client with HTTP/$version', ({ client, version }) => {
  const told = async (
    url: string,
    options: Partial<RunOptions>,
    mode: WorkerMode = 'inline',
  ): Promise<string> => {
    const { errors, requests } = await run({
      ...{ url, mode, client, h2c: version === 2, requests: 8, concurrency: 2, ...options },
    });
    expect(requests.ok + requests.failed).toBe(8);
    expect(errors.reduce((sum, { count }) => sum + count, 0)).toBe(requests.failed);
    return errors.map(({ kind, code, example }) => `${kind} ${code}: ${example}`).join('\n');
  };

  test('headers, encoded JSON and time', async () => {
    const { url, accepted } = await startServer(version);
    const good = {
      expectHeader: ['x-cache: HIT', 'x-left>11', 'set-cookie contains lang=', 'x-debug missing'],
      expectJson: ['items length 2', 'items[*].id>=1', 'state matches ^ready$', 'error missing'],
      expectTime: '5s',
    };
    expect(await told(url, good)).toBe('');
    expect([...accepted.keys()]).toEqual(['']);
    accepted.clear();
    expect(await told(url, { ...good, compressed: true }, 'processes')).toBe('');
    expect(Object.fromEntries(accepted)).toEqual({ 'gzip, deflate, br, zstd': 8 });

    expect(await told(url, { expectHeader: 'x-cache: MISS' })).toBe(
      "expectation HEADER: expected the header x-cache to be 'MISS', got 'HIT'",
    );
    expect(await told(url, { expectJson: 'items length>2', compressed: true })).toBe(
      'expectation BODY_JSON: expected items to have a length of more than 2, got 2',
    );
    expect(await told(`${url}slow`, { expectTime: SLOW_MS / 2, expectHeader: 'x-cache' })).toMatch(
      /^expectation TIME: expected an answer within 40 ms, got one after (?=[\d.]{1,5} )\d+(\.\d+)? ms$/,
    );
  });
});

test('each request of a plan has its own; so has a row of a batch, and a request that is sent once', async () => {
  const { url, accepted } = await startServer(1);
  const plan = inFolder('plan.yaml');
  writeFileSync(
    plan,
    `requests: 8
concurrency: 1
expect-header: x-cache
mix:
  - { name: quick, url: '${url}', expect-time: 5s, expect-json: ['state=ready', 'items length>=1'] }
  - { name: slow, url: '${url}slow', expect-time: 20ms, compressed: true, expect-header: ['x-cache contains H'] }
`,
  );
  const planned = await volley('run', plan, '-w', '1', '-o', 'json');
  expect([planned.code, planned.stderr]).toEqual([
    1,
    expect.stringContaining('error-rate<=0% did not hold: 50.0 %'),
  ]);
  const { mix, errors } = JSON.parse(planned.stdout) as {
    mix: { name: string; ok: number; failed: number }[];
    errors: { code: string; count: number; example: string }[];
  };
  expect(mix.map(({ name, ok, failed }) => [name, ok, failed])).toEqual([
    ['quick', 4, 0],
    ['slow', 0, 4],
  ]);
  expect(errors).toMatchObject([{ code: 'TIME', count: 4 }]);
  expect(errors[0]!.example).toMatch(/^slow: expected an answer within 20 ms/);
  expect(Object.fromEntries(accepted)).toEqual({ '': 4, 'gzip, deflate, br, zstd': 4 });

  const [rows, out] = [inFolder('rows.csv'), inFolder('out.csv')];
  writeFileSync(rows, 'path\nslow\nquick\n');
  const rules = ['--expect-time', '40ms', '--expect-header', 'x-cache', '--compressed'];
  const batch = await volley('batch', rows, `${url}{{path}}`, '--out', out, '-w', '1', '-c', '1', ...rules);
  expect(batch.code).toBe(1);
  expect(readAnswered(out).map(({ path, volley_error: error }) => [path, error])).toEqual([
    ['slow', expect.stringMatching(/^expectation: expected an answer within 40 ms, got one after /)],
    ['quick', ''],
  ]);

  const once = await volley(url, '--once', '--compressed', '--expect-header', 'x-cache: MISS');
  expect(once.code).toBe(1);
  expect(once.stdout).toContain("expected the header x-cache to be 'MISS', got 'HIT'");
  expect(once.stdout).toContain('"state":"ready"');
});
