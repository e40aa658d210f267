import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { run, type Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import {
  answer,
  data,
  FLAG,
  FRAME,
  fieldBlock,
  frame,
  head,
  reset,
  SETTING,
  settings,
  useRawHttp2,
  windowUpdate,
} from '../support/raw-http2.ts';

const NO_ERROR = 0;
const CANCEL = 8;
const WINDOW = 2 ** 30;
const BODY = 'x'.repeat(2 ** 21);

const inFolder = useFolder();
const start = useRawHttp2();

const CLIENTS = ['undici', 'wire'] as const;
/** Each client with one stream and with several. */
const CLIENTS_AND_STREAMS = CLIENTS.flatMap((client) => [1, 10].map((streams) => ({ client, streams })));
const BASE = { h2c: true, mode: 'inline', concurrency: 1, timeout: '10s' } as const;

describe.each(CLIENTS_AND_STREAMS)(
  'an upload that is answered before its end, $client with $streams streams',
  ({ client, streams }) => {
    test.each([
      ['answered only', (streamId: number) => [answer(streamId, 'too large', 413)]],
      [
        'answered and reset',
        (streamId: number) => [answer(streamId, 'too large', 413), reset(streamId, NO_ERROR)],
      ],
    ])('%s: the answer counts', async (_name, answers) => {
      const server = await start({
        asked: (connection, streamId) => connection.send(...answers(streamId)),
      });
      const summary = await run({
        ...BASE,
        client,
        url: server.url,
        streams,
        method: 'POST',
        body: BODY,
        requests: 30,
      });
      expect(summary.statuses).toEqual({ 413: 30 });
      expect(summary.errors).toMatchObject([{ kind: 'status', count: 30 }]);
      expect(server.connections).toHaveLength(1);
    });
  },
);

test.each(CLIENTS)(
  'bodies under way may be more than node:http2 holds of a connection, %s',
  async (client) => {
    const server = await start({
      opened: (connection) => connection.send(windowUpdate(0, WINDOW)),
      asked: (connection, streamId) =>
        setTimeout(() => connection.send(windowUpdate(streamId, WINDOW / 32)), 20),
      sent: (connection, streamId, _bytes, isLast) => {
        if (isLast) connection.send(answer(streamId));
      },
    });
    const summary = await run({
      ...BASE,
      client,
      url: server.url,
      streams: 20,
      method: 'POST',
      body: BODY,
      requests: 40,
    });
    expect(summary.errors).toEqual([]);
    expect(summary.requests).toMatchObject({ sent: 40, ok: 40 });
    expect(server.connections.map(({ bodyBytes }) => bodyBytes)).toEqual([40 * BODY.length]);
    expect(server.connections.flatMap(({ resets }) => resets)).toEqual([]);
  },
);

describe.each(CLIENTS_AND_STREAMS)(
  'answers whose bodies are not as long as they say, $client with $streams streams',
  ({ client, streams }) => {
    const bodies = {
      'longer, in one frame': (id: number) => [data(id, 'longer')],
      'longer by a frame': (id: number) => [data(id, 'fou', FLAG.none), data(id, 'longer')],
      'longer by a frame behind all of it': (id: number) => [data(id, 'four', FLAG.none), data(id, 'longer')],
      shorter: (id: number) => [data(id, 'fou')],
      'cut by a reset': (id: number) => [data(id, 'fou', FLAG.none), reset(id, CANCEL)],
    };
    const longer = client === 'wire' ? 'protocol WIRE_CONTENT_LENGTH' : 'protocol NOT_HTTP2';
    test.each([
      ['longer, in one frame', longer],
      ['longer by a frame', longer],
      ['longer by a frame behind all of it', longer],
      ['shorter', 'truncated SHORT_BODY'],
      ['cut by a reset', 'truncated RST_STREAM_CANCEL'],
    ] as const)('%s: %s', async (what, told) => {
      const server = await start({
        asked: (connection, streamId) =>
          connection.send(head(streamId, 200, [['content-length', '4']]), ...bodies[what](streamId)),
      });
      const { errors } = await run({ ...BASE, client, url: server.url, streams, requests: 10 });
      expect(errors.map(({ kind, code, count }) => [`${kind} ${code}`, count])).toEqual([[told, 10]]);
    });
  },
);

describe.each(CLIENTS_AND_STREAMS)(
  'answers that do not say their length, $client with $streams streams',
  ({ client, streams }) => {
    test.each([
      ['NO_ERROR', NO_ERROR],
      ['CANCEL', CANCEL],
    ])('are truncated where a reset with %s is their end', async (name, code) => {
      const server = await start({
        asked: (connection, streamId) =>
          connection.send(head(streamId, 200), data(streamId, 'part', FLAG.none), reset(streamId, code)),
      });
      const summary = await run({ ...BASE, client, url: server.url, streams, requests: 10 });
      expect(summary.requests).toMatchObject({ sent: 10, ok: 0 });
      expect(summary.errors).toMatchObject([{ kind: 'truncated', code: `RST_STREAM_${name}`, count: 10 }]);
    });

    test.each([
      ['NO_ERROR', NO_ERROR],
      ['CANCEL', CANCEL],
    ])('are no answers where a reset with %s comes before their head', async (name, code) => {
      const server = await start({
        asked: (connection, streamId) => connection.send(reset(streamId, code)),
      });
      const summary = await run({ ...BASE, client, url: server.url, streams, requests: 10 });
      expect(summary.errors).toMatchObject([{ kind: 'reset', code: `RST_STREAM_${name}`, count: 10 }]);
    });

    test('are complete where a reset comes behind their end', async () => {
      const server = await start({
        asked: (connection, streamId) =>
          connection.send(head(streamId, 200), data(streamId, 'all of it'), reset(streamId, NO_ERROR)),
      });
      const summary = await run({ ...BASE, client, url: server.url, streams, requests: 20 });
      expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
    });

    test('are complete where all of the length has come before a reset', async () => {
      const server = await start({
        asked: (connection, streamId) =>
          connection.send(
            head(streamId, 200, [['content-length', '4']]),
            data(streamId, 'four', FLAG.none),
            reset(streamId, NO_ERROR),
          ),
      });
      const summary = await run({ ...BASE, client, url: server.url, streams, requests: 20 });
      expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
    });
  },
);

test.each(CLIENTS)('answers without a body, and fields by the hundred, are read, %s', async (client) => {
  const fields = Array.from({ length: 300 }, (_, index): [string, string] => [`x-${index}`, 'v']);
  const server = await start({
    asked: (connection, streamId, index) =>
      connection.send(head(streamId, index % 2 === 0 ? 204 : 200, fields, FLAG.endHeaders | FLAG.endStream)),
  });
  const summary = await run({ ...BASE, client, url: server.url, streams: 4, requests: 20 });
  expect(summary.errors).toEqual([]);
  expect(summary.statuses).toEqual({ 200: 10, 204: 10 });
});

test.each(CLIENTS)('streams whose request was sent whole are never reset, %s', async (client) => {
  const server = await start({
    sent: (connection, streamId, _bytes, isLast) => {
      if (isLast) connection.send(answer(streamId));
    },
  });
  const summary = await run({
    ...BASE,
    client,
    url: server.url,
    streams: 10,
    method: 'POST',
    body: 'small',
    requests: 500,
  });
  expect(summary.requests).toMatchObject({ sent: 500, ok: 500 });
  expect(server.connections.flatMap(({ resets }) => resets)).toEqual([]);
});

test.each(CLIENTS)(
  'a connection on which no request gets a stream is given up, and those that wait go over the next, %s',
  async (client) => {
    const none = settings([[SETTING.maxConcurrentStreams, 0]]);
    const server = await start({
      opened: (connection) => {
        if (connection.index < 2) connection.send(none);
      },
      asked: (connection, streamId) => {
        if (connection.index >= 2) connection.send(answer(streamId));
      },
    });
    const summary = await run({
      ...BASE,
      client,
      url: server.url,
      streams: 120,
      requests: 1_000,
      timeout: '600ms',
    });
    expect(summary.requests.sent).toBe(1_000);
    expect(summary.requests.ok).toBeGreaterThan(100);
    const [refused, ...others] = summary.errors;
    expect(refused).toMatchObject({ kind: 'timeout', code: 'NO_STREAMS' });
    expect(refused?.count).toBeGreaterThanOrEqual(240);
    // Of those that waited, the last may get a stream of the next connection a moment before their time is up.
    expect(others.filter(({ kind, code }) => kind !== 'timeout' || code !== 'TIMEOUT')).toEqual([]);
    expect(summary.connections).toMatchObject({ opened: server.connections.length, closedByTarget: 0 });
  },
);

test.each(CLIENTS)(
  'of many origins only the last used keep a connection, also where connections have several streams, %s',
  async (client) => {
    const count = 30;
    const servers = await Promise.all(
      Array.from({ length: count }, () =>
        start({
          opened: ({ socket }) => socket.on('end', () => socket.destroy()),
          asked: (connection, streamId) => connection.send(answer(streamId)),
        }),
      ),
    );
    let mostOpen = 0;
    const watch = setInterval(() => {
      mostOpen = Math.max(
        mostOpen,
        servers.reduce((sum, server) => sum + server.openNow(), 0),
      );
    }, 1);
    const rows = inFolder('many-origins.csv');
    writeFileSync(rows, ['url', ...servers.map(({ url }) => url), ''].join('\n'));
    const summary = await run({ ...BASE, client, url: '{{url}}', rows, streams: 2, requests: 3 * count });
    clearInterval(watch);
    expect(summary.requests).toMatchObject({ sent: 3 * count, ok: 3 * count });
    expect(summary.connections.opened).toBe(
      servers.reduce((sum, { connections }) => sum + connections.length, 0),
    );
    // Two slots keep six each, and a close takes its time.
    expect(mostOpen).toBeLessThan(22);
  },
);

const PINGS = Buffer.concat(Array.from({ length: 20_000 }, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))));
const SETTINGS = Buffer.concat(Array.from({ length: 20_000 }, () => settings([[4, 65_535]])));

describe.each(CLIENTS_AND_STREAMS)(
  'what is not HTTP/2 is so for every stream of its connection, $client with $streams streams',
  ({ client, streams }) => {
    test.each<[string, (streamId: number) => Buffer[]]>([
      [
        'fields that cannot be read',
        (streamId) => [frame(FRAME.headers, 5, streamId, Buffer.alloc(6, 0xff))],
      ],
      [
        'a frame above the size',
        (streamId) => [head(streamId, 200), frame(FRAME.data, 1, streamId, Buffer.alloc(100_000))],
      ],
      ['an answer on a stream of its own', () => [head(2, 200)]],
      ['a flood of PING', () => [PINGS]],
      ['a flood of SETTINGS', () => [SETTINGS]],
    ])('%s', async (_name, frames) => {
      const requests = 2 * streams;
      const server = await start({
        asked: (connection, streamId) => connection.send(...frames(streamId)),
      });
      const summary = await run({ ...BASE, client, url: server.url, streams, requests });
      expect(summary.requests).toMatchObject({ sent: requests, ok: 0 });
      expect(summary.errors).toMatchObject([{ kind: 'protocol', code: 'NOT_HTTP2', count: requests }]);
    });
  },
);

test.each(CLIENTS)('heads that are given up half read do not end the process, %s', async (client) => {
  const server = await start({
    asked: (connection, streamId) => {
      const pieces = Array.from({ length: 20 }, (_, index) =>
        frame(FRAME.continuation, FLAG.none, streamId, fieldBlock([[`x-${index}`, 'v'.repeat(10_000)]])),
      );
      connection.send(head(streamId, 200, [], FLAG.none), ...pieces);
    },
  });
  for (const mode of ['inline', 'threads']) {
    const { code, stdout } = await startVolley([
      ...[server.url, '--h2c', '-n', '400', '-c', '20', '--streams', '10', '--mode', mode, '-o', 'json'],
      ...['--client', client],
    ]).ended;
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Summary).errors).toMatchObject([{ kind: 'protocol', count: 400 }]);
  }
});

describe('a head in more frames than node:http2 takes', () => {
  test.each([8, 9])('%i of CONTINUATION: undici says who may read it, and wire reads it', async (count) => {
    const block = fieldBlock([
      [':status', '200'],
      ['x-long', 'a'.repeat(100)],
    ]);
    const pieces = Array.from({ length: count + 1 }, (_, at) =>
      at < count ? block.subarray(at * 9, at * 9 + 9) : block.subarray(at * 9),
    );
    const { url } = await start({
      asked: (connection, id) => {
        const frames = pieces.map((piece, at) =>
          frame(at === 0 ? FRAME.headers : FRAME.continuation, at === count ? FLAG.endHeaders : 0, id, piece),
        );
        connection.send(...frames, data(id, 'ok'));
      },
    });
    const wire = await run({ ...BASE, url, client: 'wire', requests: 6 });
    expect(wire.requests.ok).toBe(6);
    const undici = await run({ ...BASE, url, client: 'undici', requests: 6 });
    expect(undici.errors).toMatchObject(
      count === 8 ? [] : [{ kind: 'protocol', code: 'NOT_HTTP2', count: 6, advice: 'see-what-wire-says' }],
    );
    expect(undici.requests.ok).toBe(count === 8 ? 6 : 0);
  });
});
