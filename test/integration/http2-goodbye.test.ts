import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { atOnce } from '../support/at-once.ts';
import { useFolder } from '../support/folder.ts';
import { answer, goaway, head, reset, SETTING, useRawHttp2 } from '../support/raw-http2.ts';
import { listening, useTargets } from '../support/target.ts';

const CLIENTS = ['undici', 'wire'] as const;
/** Of RST_STREAM. */
const CANCEL = 8;
const REFUSED_STREAM = 7;
const inFolder = useFolder();
const startTarget = useTargets();
const start = useRawHttp2();

describe.each(CLIENTS.flatMap((client) => [1, 10].map((streams) => ({ client, streams }))))(
  'a target that says goodbye and leaves its connection open, $client with $streams streams',
  ({ client, streams }) => {
    test('is left by us, and its connection replaced', async () => {
      const server = await start({
        asked: (connection, streamId, index) => {
          if (index < 10) connection.send(answer(streamId));
          if (index === 9) connection.send(goaway(streamId));
        },
      });
      const summary = await run({
        url: server.url,
        h2c: true,
        client,
        mode: 'inline',
        concurrency: 1,
        streams,
        requests: 100,
        timeout: '5s',
      });
      expect(summary.requests).toMatchObject({ sent: 100, ok: 100, failed: 0 });
      expect(summary.errors).toEqual([]);
      expect(server.connections.length).toBeGreaterThanOrEqual(10);
    });
  },
);

describe.each(
  CLIENTS.flatMap((client) => ['keeps it open', 'closes it'].map((after) => ({ client, after }))),
)('a target that looks at five streams and $after, $client', ({ client, after }) => {
  test.each([
    ['GET', undefined],
    ['POST', 'small'],
  ])('gets what it has not looked at again, and answers each request once: %s', async (method, body) => {
    const answered = new Map<number, number>();
    const server = await start({
      asked: (connection, streamId, index) => {
        if (index > 4) return;
        answered.set(connection.index, index + 1);
        connection.send(answer(streamId));
        if (index < 4) return;
        connection.send(goaway(streamId));
        if (after === 'closes it') connection.socket.end();
      },
    });
    const summary = await run({
      ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 2, streams: 30, requests: 150 },
      ...{ method, timeout: '20s', ...(body === undefined ? {} : { body }) },
    } as RunOptions);
    expect(summary.requests).toMatchObject({ sent: 150, ok: 150, failed: 0 });
    expect(summary.requests.retried).toBeGreaterThan(100);
    expect([...answered.values()].reduce((sum, count) => sum + count, 0)).toBe(150);
  });
});

test.each(CLIENTS)('a target that looks at no request is not asked for ever, %s', async (client) => {
  const server = await start({ asked: (connection) => connection.send(goaway(0)) });
  const summary = await run({
    ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 1, streams: 10, requests: 50 },
    timeout: '20s',
  });
  expect(summary.requests).toMatchObject({ sent: 50, ok: 0, failed: 50, retried: 50 });
  expect(summary.errors).toMatchObject([{ kind: 'reset', count: 50 }]);
  expect(server.connections.length).toBeLessThan(110);
});

test.each(
  CLIENTS.flatMap((client) =>
    (
      [
        [0, 'NO_ERROR'],
        [2, 'INTERNAL_ERROR'],
        [11, 'ENHANCE_YOUR_CALM'],
      ] as const
    ).map(([code, name]) => ({ client, code, name })),
  ),
)(
  'a goodbye with $name is told as such, with what the target had looked at, $client',
  async ({ client, code, name }) => {
    const server = await start({
      asked: (connection, streamId, index) => {
        if (index < 4) connection.send(answer(streamId));
        if (index !== 4) return;
        connection.send(goaway(streamId, code));
        connection.socket.end();
      },
    });
    const summary = await run({
      ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 1, streams: 5, requests: 20 },
      timeout: '20s',
    });
    const { failed } = summary.requests;
    // The run may be over before the end of its last connection has been read.
    expect([failed, failed - 1]).toContain(summary.connections.closedByTarget);
    expect(failed).toBeGreaterThan(2);
    expect(summary.errors).toMatchObject([{ kind: 'reset', code: `GOAWAY_${name}`, count: failed }]);
  },
);

test.each(CLIENTS)(
  'a goodbye with an error ends its connection, though the target leaves it open and answers no more, %s',
  async (client) => {
    const server = await start({
      asked: (connection, streamId, index) => {
        if (connection.index > 0) connection.send(answer(streamId));
        else if (index < 2) connection.send(head(streamId, 200));
        else if (index === 4) connection.send(goaway(5, 2));
      },
    });
    const { requests, errors, connections } = await run({
      ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 1, streams: 5, requests: 15 },
      timeout: '3s',
    });
    // Of the five streams two are cut in their answers, one was looked at, and two were not.
    expect(requests).toMatchObject({ sent: 15, ok: 12, failed: 3, retried: 2 });
    expect(errors.map(({ kind, code, count }) => [kind, code, count]).sort()).toEqual([
      ['reset', 'GOAWAY_INTERNAL_ERROR', 1],
      ['truncated', 'GOAWAY_INTERNAL_ERROR', 2],
    ]);
    expect(connections).toEqual({ opened: 2, closedByTarget: 1 });
  },
);

test.each(CLIENTS)(
  'a target that refuses streams beyond its limit, and ends connections after a few, answers all, %s',
  async (client) => {
    const LIMIT = 2;
    const open = new Map<number, Set<number>>();
    const server = await start({
      settings: [[SETTING.maxConcurrentStreams, LIMIT]],
      asked: (connection, streamId, index) => {
        const ids = open.get(connection.index) ?? new Set();
        open.set(connection.index, ids);
        if (ids.size >= LIMIT) {
          connection.send(reset(streamId, REFUSED_STREAM));
          return;
        }
        ids.add(streamId);
        setTimeout(() => {
          ids.delete(streamId);
          connection.send(answer(streamId), ...(index === 0 ? [goaway(streamId + 2)] : []));
        }, 2);
      },
    });
    const { requests, errors } = await run({
      ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 1, streams: 20, requests: 60 },
      timeout: '5s',
    });
    expect([errors, requests]).toMatchObject([[], { sent: 60, ok: 60, failed: 0 }]);
  },
);

test('answers that come with a goodbye with an error count, wire', async () => {
  const server = await start({
    asked: (connection, streamId, index) => {
      if (connection.index > 0) connection.send(answer(streamId));
      else if (index === 4) connection.send(goaway(5, 2), ...[1, 3, 5, 7].map((id) => answer(id)));
    },
  });
  const { requests, errors } = await run({
    ...{ url: server.url, h2c: true, client: 'wire', mode: 'inline', concurrency: 1, streams: 5 },
    ...{ requests: 15, timeout: '3s' },
  });
  // What was answered though it had not been looked at is asked again.
  expect([errors, requests]).toMatchObject([[], { sent: 15, ok: 15, retried: 2 }]);
});

test.each(CLIENTS)('requests that wait for a tunnel in vain are timeouts, %s', async (client) => {
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => sockets.push(socket.on('error', () => {})));
  const summary = await run({
    ...{ url: 'http://target.test/', proxy: `127.0.0.1:${await listening(proxy)}`, h2c: true, client },
    ...{ mode: 'inline', concurrency: 2, streams: 5, requests: 40, timeout: '200ms' },
  });
  for (const socket of sockets) socket.destroy();
  proxy.close();
  expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'NO_TUNNEL', count: 40 }]);
});

test.each(CLIENTS)(
  'a connection that does not open costs only requests their whole time: the others wait for the next attempt, %s',
  async (client) => {
    const server = await start({ asked: (connection, streamId) => connection.send(answer(streamId)) });
    const { port } = new URL(server.url);
    const sockets: Socket[] = [];
    const proxy = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      // The first one is opened ahead of the load.
      if (sockets.length <= 2) return;
      socket.once('data', () => {
        const onward = connect(Number(port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          onward.pipe(socket).pipe(onward);
        });
        sockets.push(onward.on('error', () => {}));
      });
    });
    const { requests, errors } = await run({
      ...{ url: 'http://target.test/', proxy: `127.0.0.1:${await listening(proxy)}`, h2c: true, client },
      ...{ mode: 'inline', concurrency: 1, streams: 40, maxInFlight: 40, timeout: '800ms' },
      ...{ rate: 20, arrivals: 'constant', requests: 40 },
    });
    for (const socket of sockets) socket.destroy();
    proxy.close();
    const failed = errors.reduce((sum, { count }) => sum + count, 0);
    expect(failed).toBeLessThanOrEqual(4);
    expect(errors.filter(({ kind }) => kind !== 'timeout')).toEqual([]);
    expect(requests).toMatchObject({ sent: 40, ok: 40 - failed, failed });
  },
);

test('a stream that times out is cancelled, and it alone', () =>
  atOnce(CLIENTS, async (client) => {
    const timers: NodeJS.Timeout[] = [];
    const server = await start({
      asked: (connection, streamId, index) => {
        if (index > 0) timers.push(setTimeout(() => connection.send(answer(streamId)), 300));
      },
    });
    const summary = await run({
      // One after another the others take longer than the timeout, so the connection lives on behind it, and the target reads it.
      ...{ url: server.url, h2c: true, client, mode: 'inline', concurrency: 1, streams: 2, requests: 14 },
      timeout: '3s',
    });
    for (const timer of timers) clearTimeout(timer);
    expect(summary.requests).toMatchObject({ sent: 14, ok: 13, failed: 1 });
    expect(server.connections.map(({ resets }) => resets)).toEqual([[{ streamId: 1, code: CANCEL }]]);
  }));

test.each(CLIENTS)(
  'a target that resets connections without a byte may not speak HTTP/2, %s',
  async (client) => {
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const url = `http://127.0.0.1:${await listening(server)}/`;
    const summary = await run({
      url,
      h2c: true,
      client,
      mode: 'inline',
      concurrency: 2,
      streams: 5,
      requests: 20,
    });
    server.close();
    expect(summary.errors).toMatchObject([{ kind: 'reset', code: 'NO_HTTP2', count: 20 }]);
  },
);

test.each(CLIENTS)('requests behind streams that time out are timeouts too, %s', async (client) => {
  const server = await start({ settings: [[3, 1]] });
  const summary = await run({
    url: server.url,
    h2c: true,
    client,
    mode: 'inline',
    concurrency: 1,
    streams: 10,
    requests: 30,
    timeout: '200ms',
  });
  expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT', count: 30 }]);
});

test('connections to origins that were left stay in the sums', async () => {
  const targets = await Promise.all(Array.from({ length: 12 }, () => startTarget()));
  const rows = inFolder('origins.csv');
  writeFileSync(rows, ['url', ...targets.map(({ url }) => url), ''].join('\n'));
  const summary = await run({ url: '{{url}}', rows, mode: 'inline', concurrency: 1, requests: 36 });
  expect(summary.requests).toMatchObject({ sent: 36, ok: 36 });
  const accepted = targets.reduce((sum, target) => sum + target.stats().connectionsAccepted, 0);
  expect(summary.connections.opened).toBe(accepted);
  expect(accepted).toBe(36);
});
