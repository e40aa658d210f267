import { writeFileSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { afterEach, describe, expect, test } from '@jest/globals';
import { batch, run } from '../../src/api/index.ts';
import { createRandom } from '../../src/metrics/random.ts';
import type { Destination } from '../../src/protocol/endpoint.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { ClientFactory } from '../../src/workers/clients/http-client.ts';
import { createHttp2Dispatcher } from '../../src/workers/clients/wire/http2/http2-client.ts';
import { idsTo } from '../support/batch.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { answer, FLAG, goaway, head, SETTING, settings, useRawHttp2 } from '../support/raw-http2.ts';
import { listening, useTargets } from '../support/target.ts';

const inFolder = useFolder();
const startTarget = useTargets();
const startRaw = useRawHttp2();
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

const OPTIONS = { client: 'wire', h2c: true, mode: 'inline' } as const;

/** Name, value, name, value, of fields that mean nothing; bytes beyond ASCII too. */
function randomFields(random: () => number): string[] {
  const below = (most: number): number => Math.floor(random() * most);
  const textOf = (length: number, first: number, last: number): string =>
    String.fromCharCode(...Array.from({ length }, () => first + below(last - first)));
  return Array.from({ length: below(12) }, (_, place) => {
    const value = `${textOf(below(60), 0x21, 0x7f)}${textOf(below(3), 0xa1, 0x100)}`;
    return [`x-${place}-${textOf(below(30), 0x61, 0x7b)}`, value];
  }).flat();
}

test('random fields arrive as they were sent, there and back', async () => {
  const random = createRandom(3, 1);
  let answered: string[] = [];
  let asked: string[] = [];
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream, _headers, _flags, raw) => {
    asked = raw.slice();
    const fields: Record<string, string> = {};
    for (let at = 0; at < answered.length; at += 2) fields[answered[at]!] = answered[at + 1]!;
    stream.respond({ ':status': 200, ...fields });
    stream.end();
  });
  const port = await listening(server);
  const target = {
    origin: `http://127.0.0.1:${port}`,
    hostname: '127.0.0.1',
    port,
    secure: false,
    tls: { cert: null },
    protocol: 'h2c',
    routes: { resolve: [], connectTo: [], unixSocket: null, proxy: null, spreads: true },
    addresses: [{ address: '127.0.0.1', family: 4 }],
  } as unknown as Destination;
  const { dispatcher, connection } = new ClientFactory(
    createHttp2Dispatcher,
    target,
    createMonotonicClock(),
  ).create();
  open.push({
    close: () => {
      connection.close();
      dispatcher.destroy().catch(() => {});
      server.close();
    },
  });
  for (let round = 0; round < 200; round++) {
    const headers = randomFields(random);
    answered = randomFields(random);
    const received = await new Promise<unknown>((resolve, reject) => {
      let fields: unknown = null;
      dispatcher.dispatchStream(
        { origin: '', path: `/${round}`, method: 'GET', headers, body: null, reset: false },
        {
          onRequestStart: () => {},
          onResponseStart: (controller) => {
            fields = controller.rawHeaders;
          },
          onResponseData: () => {},
          onResponseEnd: () => resolve(fields),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    const pairs = received as string[];
    const own = pairs.flatMap((name, at) =>
      at % 2 === 0 && name.startsWith('x-') ? [name, pairs[at + 1]] : [],
    );
    expect(own).toEqual(answered);
    expect(asked.slice(0, 8)).toEqual([
      ...[':method', 'GET', ':scheme', 'http'],
      ...[':authority', `127.0.0.1:${port}`, ':path', `/${round}`],
    ]);
    expect(asked.slice(8)).toEqual(headers);
  }
});

describe('the whole tool', () => {
  test('expectations, and rows in path, header and body', async () => {
    const target = await startTarget({ h2c: true });
    const rows = inFolder('rows.csv');
    writeFileSync(rows, ['id,word', '1,one', '2,zwei', '3,trois', ''].join('\n'));
    const summary = await run({
      ...OPTIONS,
      url: `${target.url}echo?id={{id}}`,
      rows,
      method: 'POST',
      headers: ['X-Word: {{word}}'],
      body: 'word={{word}}',
      expectBody: 'word=',
      concurrency: 2,
      streams: 4,
      requests: 60,
    });
    expect(summary.errors).toEqual([]);
    expect(summary.requests).toMatchObject({ sent: 60, ok: 60 });
    expect(target.stats()).toMatchObject({ requests: 60, bodyBytes: 20 * (8 + 9 + 10), connectionsUsed: 2 });
  });

  test('redirects are followed on the same connection', async () => {
    const server = await startRaw({
      asked: (connection, streamId, index) =>
        connection.send(
          index % 2 === 0
            ? head(streamId, 302, [['location', '/there']], FLAG.endHeaders | FLAG.endStream)
            : answer(streamId),
        ),
    });
    const summary = await run({ ...OPTIONS, url: server.url, location: true, concurrency: 1, requests: 10 });
    expect(summary.statuses).toEqual({ 200: 10 });
    expect(server.connections.map(({ requests }) => requests)).toEqual([20]);
  });

  test('--once shows what came', async () => {
    const target = await startTarget({ h2c: true });
    const { code, stdout } = await startVolley([
      `${target.url}headers`,
      ...['--h2c', '--client', 'wire', '--once', '-H', 'X-Own: grün'],
    ]).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('HTTP/2');
    expect(stdout).toMatch(/content-type: application\/json/);
    expect(stdout).toContain('"x-own"');
  });
});

test('a connection that has died is replaced', async () => {
  const server = await startRaw({
    asked: (connection, streamId) => {
      // The first one goes silent after ten answers, for PING too.
      if (connection.index > 0 || connection.requests <= 10) connection.send(answer(streamId));
      else connection.socket.pause();
    },
  });
  const summary = await run({
    ...OPTIONS,
    url: server.url,
    concurrency: 1,
    streams: 2,
    requests: 60,
    timeout: '600ms',
  });
  expect(server.connections).toHaveLength(2);
  expect(summary.requests.ok).toBeGreaterThan(40);
  expect(summary.errors).toMatchObject([{ kind: 'timeout' }]);
  expect(summary.connections).toEqual({ opened: 2, closedByTarget: 0 });
});

test('a slow connection is kept where requests time out as soon as they get their stream', async () => {
  const server = await startRaw({
    opened: (connection) => connection.send(settings([[SETTING.maxConcurrentStreams, 1]])),
    asked: (connection, streamId) => setTimeout(() => connection.send(answer(streamId)), 250),
  });
  const summary = await run({
    ...OPTIONS,
    url: server.url,
    concurrency: 1,
    streams: 20,
    requests: 60,
    timeout: '600ms',
  });
  expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT' }]);
  expect(server.connections).toHaveLength(1);
});

test('only what a dead connection was sent fails with it: requests that wait for it to end go over the next one', async () => {
  const server = await startRaw({
    asked: (connection, streamId) => {
      if (connection.index > 0) connection.send(answer(streamId));
    },
  });
  // The first that waits has as long for the next connection as starts lie apart: time enough on a busy machine.
  const { requests, errors } = await run({
    ...{ ...OPTIONS, url: server.url, concurrency: 1, streams: 40, maxInFlight: 40 },
    ...{ rate: 4, arrivals: 'constant', requests: 14, timeout: '600ms' },
  });
  const [dead, next] = server.connections.map(({ requests: asked }) => asked);
  expect(server.connections).toHaveLength(2);
  expect(next).toBeGreaterThan(5);
  expect(requests).toMatchObject({ sent: 14, ok: next, failed: dead });
  expect(errors).toMatchObject([{ kind: 'timeout', count: dead }]);
});

test('a goodbye that names a reason is told', async () => {
  const server = await startRaw({
    asked: (connection) => {
      connection.send(goaway(2 ** 31 - 1, 11));
      connection.socket.end();
    },
  });
  const summary = await run({ ...OPTIONS, url: server.url, concurrency: 1, streams: 3, requests: 3 });
  expect(summary.errors).toMatchObject([{ kind: 'reset', code: 'GOAWAY_ENHANCE_YOUR_CALM', count: 3 }]);
});

test('what a batch holds of the answers that come at once is bounded: the rest stays with the target', async () => {
  const MIB = 2 ** 20;
  const ROWS = 45;
  const body = Buffer.from(JSON.stringify({ id: 1, text: 'x'.repeat(2 * MIB) }));
  /** Of the answers that have begun and not ended, what has left the server. */
  const underWay = new Map<ServerHttp2Stream, number>();
  let begun = 0;
  let mostBytes = 0;
  const server = createServer();
  const pump = (stream: ServerHttp2Stream, from: number): void => {
    const to = Math.min(body.length, from + 16_384);
    stream.write(body.subarray(from, to), () => {
      underWay.set(stream, to);
      mostBytes = Math.max(
        mostBytes,
        [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0),
      );
      if (to < body.length) pump(stream, to);
      else {
        underWay.delete(stream);
        stream.end();
      }
    });
  };
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 });
    begun = Math.max(begun, underWay.set(stream, 0).size);
    // All of them begin before any goes on.
    setTimeout(pump, 300, stream, 0);
  });
  open.push({ close: () => server.close() });
  const rows = inFolder('large.csv');
  writeFileSync(rows, `id\n${idsTo(ROWS).join('\n')}\n`);
  const { rows: counts } = await batch({
    ...{ ...OPTIONS, url: `http://127.0.0.1:${await listening(server)}/{{id}}`, rows },
    ...{
      out: inFolder('large-out.csv'),
      select: { got: 'id' },
      concurrency: 1,
      streams: ROWS,
      timeout: '30s',
    },
  });
  expect(counts).toEqual({ done: ROWS, ok: ROWS, failed: 0 });
  expect(begun).toBe(ROWS);
  // Bodies are bounded by 32 MiB in all, and each may have its window of a quarter on top of it.
  expect(mostBytes).toBeGreaterThan(20 * MIB);
  expect(mostBytes).toBeLessThan((32 + ROWS / 4 + 8) * MIB);
});
