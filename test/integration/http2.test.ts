import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer, createServer, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ErrorKind, type ReferenceServer, run, type WorkerMode } from '../../src/api/index.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { ROOT } from '../support/cli.ts';
import { MODES, testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { startProxy } from '../support/proxy.ts';
import { listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const CLIENTS = ['undici', 'wire'] as const;
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

/** An HTTP/2 server that counts. */
interface Counting {
  readonly url: string;
  requests: number;
  sessions: number;
  mostSessions: number;
  mostInFlight: number;
  mostOnSession: number;
}

async function startCounting(
  secure: boolean,
  answer: (stream: ServerHttp2Stream, index: number) => void,
): Promise<Counting> {
  const server = secure ? createSecureServer(CERTIFICATE) : createServer();
  const sessions = new Map<Http2Session, number>();
  let inFlight = 0;
  server.on('session', (session) => {
    sessions.set(session, 0);
    counting.sessions++;
    counting.mostSessions = Math.max(counting.mostSessions, sessions.size);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream: ServerHttp2Stream) => {
    const { session } = stream;
    const add = (count: number): void => {
      inFlight += count;
      if (session !== undefined) sessions.set(session, (sessions.get(session) ?? 0) + count);
    };
    add(1);
    counting.mostInFlight = Math.max(counting.mostInFlight, inFlight);
    counting.mostOnSession = Math.max(counting.mostOnSession, ...sessions.values());
    stream.on('close', () => {
      inFlight--;
      if (session !== undefined && sessions.has(session)) sessions.set(session, sessions.get(session)! - 1);
    });
    stream.on('error', () => {});
    answer(stream, counting.requests++);
  });
  const port = await listening(server);
  const counting: Counting = {
    url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}/`,
    requests: 0,
    sessions: 0,
    mostSessions: 0,
    mostInFlight: 0,
    mostOnSession: 0,
  };
  open.push({
    close: () => {
      for (const session of sessions.keys()) session.destroy();
      server.close();
    },
  });
  return counting;
}

const later = (stream: ServerHttp2Stream): void => {
  setTimeout(() => {
    if (stream.destroyed) return;
    stream.respond({ ':status': 200 });
    stream.end('hello');
  }, 20);
};

describe.each(VARIANTS)('$mode with $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  test.each([
    { workers: 1, concurrency: 1, streams: 1, requests: 7 },
    { workers: 2, concurrency: 3, streams: 5, requests: 101 },
    { workers: 3, concurrency: 4, streams: 10, requests: 6 },
    { workers: 2, concurrency: 2, streams: 20, requests: 403 },
  ])(
    '$requests requests from $workers workers over $concurrency connections with $streams streams on each',
    async ({ workers, concurrency, streams, requests }) => {
      const secure = concurrency % 2 === 0;
      const target = await startCounting(secure, later);
      const summary = await run({
        url: target.url,
        mode,
        client,
        workers: workersIn(mode, workers),
        concurrency,
        streams,
        requests,
        ...(secure ? { http2: true, insecure: true } : { h2c: true }),
      });
      expect(summary.errors).toEqual([]);
      expect(summary.requests).toMatchObject({ sent: requests, ok: requests, retried: 0 });
      expect(summary.degradedReasons).toEqual([]);
      expect(summary.plan).toMatchObject({ protocol: secure ? 'h2' : 'h2c', streams, concurrency });
      const connections = Math.min(concurrency, requests);
      expect(target).toMatchObject({ requests, sessions: connections, mostSessions: connections });
      expect(target.mostInFlight).toBeLessThanOrEqual(concurrency * streams);
      if (requests > 100) expect(target.mostInFlight).toBeGreaterThan(concurrency * 2);
      expect(target.mostOnSession).toBeLessThanOrEqual(streams);
      expect(summary.connections).toEqual({ opened: connections, closedByTarget: 0 });
      expect(summary.bytes.received).toBeGreaterThan(requests * 'hello'.length);
      expect(summary.bytes.sent).toBeGreaterThan(requests * 9);
      expect(summary.latencyMs.service.min).toBeGreaterThan(18);
      expect(summary.latencyMs.service.count).toBe(requests);
      expect(renderText(summary).replaceAll('\n', ' ')).toContain(
        `${secure ? 'HTTP/2' : 'HTTP/2 without TLS'} with ${streams} stream${streams === 1 ? '' : 's'} on each`,
      );
    },
  );

  const options = {
    mode,
    client,
    workers: workersIn(mode, 2),
    concurrency: 2,
    streams: 3,
    requests: 12,
    h2c: true,
  };

  test('a timeout ends its own stream, and the connection goes on', async () => {
    // Six answers that never come hold all streams of both connections: the last requests are sent after the timeouts.
    const target = await startCounting(false, (stream, index) => {
      if (index % 3 !== 0) later(stream);
    });
    const summary = await run({ ...options, url: target.url, requests: 18, timeout: '2s' });
    expect(summary.requests).toMatchObject({ sent: 18, ok: 12, failed: 6 });
    expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT', count: 6 }]);
    expect(target).toMatchObject({ requests: 18, sessions: 2, mostSessions: 2 });
    expect(summary.connections).toEqual({ opened: 2, closedByTarget: 0 });
  });

  test('a target that says goodbye is left, and its connection replaced', async () => {
    const target = await startTarget({ h2c: true });
    // What the server takes for open, it may itself have left already: the proxy counts.
    const proxy = await startProxy();
    open.push(proxy);
    const url = `${target.url}fault/close-after`;
    const summary = await run({
      ...options,
      url,
      streams: 1,
      proxy: proxy.authority,
    });
    expect(summary.requests).toMatchObject({ sent: 12, ok: 12, failed: 0 });
    // The last goodbyes may come when the run is over.
    expect(summary.connections.opened).toBe(12);
    expect(summary.connections.closedByTarget).toBeGreaterThanOrEqual(10);
    expect(target.stats()).toMatchObject({ requests: 12, connectionsAccepted: 12 });
    expect(proxy.mostOpen()).toBeLessThanOrEqual(2);
  });
});

describe.each(CLIENTS)('faults, %s', (client) => {
  const options = { mode: 'inline', client, concurrency: 2, streams: 3, requests: 12, h2c: true } as const;

  test.each<{ fault: string; kind: ErrorKind; code: string }>([
    { fault: 'reset', kind: 'reset', code: 'RST_STREAM_INTERNAL_ERROR' },
    { fault: 'close', kind: 'reset', code: 'GOAWAY_NO_ERROR' },
    { fault: 'truncate', kind: 'truncated', code: 'SHORT_BODY' },
    { fault: 'hang', kind: 'timeout', code: 'TIMEOUT' },
    { fault: 'hang-body', kind: 'timeout', code: 'TIMEOUT' },
    { fault: 'garbage', kind: 'status', code: '400' },
  ])('$fault is counted as $kind, each request once', async ({ fault, kind, code }) => {
    const target = await startTarget({ h2c: true });
    const timeout = kind === 'timeout' ? '150ms' : '10s';
    const summary = await run({ ...options, url: `${target.url}fault/${fault}`, timeout });
    expect(summary.requests).toMatchObject({ sent: 12, ok: 0, failed: 12 });
    // Of a connection that ends, the goodbye may come first.
    expect(new Set(summary.errors.map((error) => error.kind))).toEqual(new Set([kind]));
    expect(summary.errors.map((error) => error.code)).toContain(code);
    expect(summary.degradedReasons).toEqual([]);
    expect(target.stats().mostConnections).toBeLessThanOrEqual(2);
    const { opened, closedByTarget } = summary.connections;
    expect(closedByTarget).toBe(fault === 'close' ? opened : 0);
  });
});

/** What becomes of the requests, each kind with its code, where the target breaks the framing. */
const FRAMING: readonly { fault: string; wire: string[]; undici: string[]; body?: string }[] = [
  { fault: 'bad-hpack', wire: ['protocol NOT_HTTP2'], undici: ['protocol NOT_HTTP2'] },
  { fault: 'stray-continuation', wire: ['protocol NOT_HTTP2'], undici: ['protocol NOT_HTTP2'] },
  { fault: 'stray-answer', wire: ['protocol NOT_HTTP2'], undici: ['protocol NOT_HTTP2'] },
  { fault: 'no-window', wire: ['timeout TIMEOUT'], undici: ['timeout TIMEOUT'], body: 'x'.repeat(200_000) },
  { fault: 'flood-settings', wire: ['protocol NOT_HTTP2'], undici: ['timeout TIMEOUT'] },
  { fault: 'flood-ping', wire: ['protocol NOT_HTTP2'], undici: ['timeout TIMEOUT'] },
  { fault: 'flood-data', wire: ['protocol NOT_HTTP2'], undici: ['protocol NOT_HTTP2'] },
  { fault: 'flood-continuation', wire: ['protocol NOT_HTTP2'], undici: ['protocol NOT_HTTP2'] },
  {
    fault: 'flood-reset',
    wire: ['protocol NOT_HTTP2', 'reset RST_STREAM_CANCEL'],
    undici: ['reset RST_STREAM_CANCEL', 'timeout TIMEOUT'],
  },
];

/** TLS in front of a target that speaks HTTP/2 without it; returns where. */
async function secured({ port }: ReferenceServer): Promise<string> {
  const server = createTlsServer({ ...CERTIFICATE, ALPNProtocols: ['h2'] }, (socket) => {
    const behind = connect(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const [end, other] of [[socket, behind] as const, [behind, socket] as const]) {
      end.on('error', () => {});
      end.once('close', () => other.destroySoon());
    }
  });
  open.push({ close: () => server.close() });
  return `https://127.0.0.1:${await listening(server)}/`;
}

describe.each(CLIENTS)('framing that is broken, %s', (client) => {
  const cases = FRAMING.flatMap((broken, turn) => [
    { ...broken, secure: false, mode: MODES[turn % MODES.length] as WorkerMode },
    { ...broken, secure: true, mode: 'inline' as const },
  ]);
  test.each(cases)(
    '$fault fails each request once, $mode, TLS $secure',
    async ({ fault, body, secure, mode, ...kinds }) => {
      const target = await startTarget({ h2c: true });
      const timesOut = kinds[client].includes('timeout TIMEOUT');
      const summary = await run({
        ...{ mode, workers: 1, client, concurrency: 2, streams: 3, requests: 12 },
        ...(secure ? { http2: true, insecure: true } : { h2c: true }),
        url: `${secure ? await secured(target) : target.url}fault/${fault}`,
        timeout: timesOut ? '300ms' : '10s',
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      expect(summary.requests).toMatchObject({ sent: 12, ok: 0, failed: 12 });
      expect(summary.errors.map(({ kind, code }) => `${kind} ${code}`).sort()).toEqual(kinds[client]);
      expect(summary.degradedReasons).toEqual([]);
    },
  );
});

describe.each(CLIENTS)('a target that does not speak HTTP/2, %s', (client) => {
  const options = { mode: 'inline', client, concurrency: 2, streams: 3, requests: 12 } as const;

  test('is told from the handshake', async () => {
    const server = createHttpsServer(CERTIFICATE, (_request, response) => response.end('ok'));
    const port = await listening(server);
    const summary = await run({ ...options, url: `https://127.0.0.1:${port}/`, http2: true, insecure: true });
    server.close();
    expect(summary.errors).toMatchObject([{ kind: 'tls', code: 'NO_HTTP2', count: 12 }]);
    expect(summary.errors[0]?.example).toMatch(/did not agree to HTTP\/2 .*: leave http2 out$/);
    expect(summary.connections.opened).toBe(0);
  });

  test('nor is HTTP/1.1 taken for HTTP/2, where a target speaks nothing else', async () => {
    const server = createTlsServer({ ...CERTIFICATE, ALPNProtocols: ['h2'] }, () => {});
    server.on('tlsClientError', () => {});
    const port = await listening(server);
    const plain = { ...options, streams: undefined, url: `https://127.0.0.1:${port}/`, insecure: true };
    const summary = await run(plain);
    server.close();
    expect(summary.errors).toMatchObject([{ kind: 'tls', code: 'NO_HTTP1', count: 12 }]);
    expect(summary.errors[0]?.example).toMatch(/did not agree to HTTP\/1\.1 .*: try http2$/);
  });

  test('is not said of one that agreed to HTTP/2 and ends the connection without a word', async () => {
    const server = createTlsServer({ ...CERTIFICATE, ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => {}).end();
    });
    const url = `https://127.0.0.1:${await listening(server)}/`;
    const summary = await run({ ...options, url, http2: true, insecure: true });
    server.close();
    expect(summary.errors).toMatchObject([{ kind: 'reset', code: 'SILENT_END', count: 12 }]);
    expect(summary.errors[0]?.example).toBe(
      'the target agreed to HTTP/2, and ended the connection without a word: it may want a client certificate (cert and key)',
    );
  });

  test('is told from what it sends, or from its silence', async () => {
    const server = createHttpServer((_request, response) => response.end('ok'));
    const port = await listening(server);
    const summary = await run({ ...options, url: `http://127.0.0.1:${port}/`, h2c: true });
    server.close();
    expect(summary.errors).toMatchObject([{ kind: 'protocol', code: 'NOT_HTTP2', count: 12 }]);
    expect(summary.errors[0]?.example).toMatch(/HTTP\/1\.1.* leave h2c and http2 out/);
    const target = await startTarget();
    const { errors } = await run({ ...options, url: target.url, h2c: true });
    expect(errors).toMatchObject([{ kind: 'reset', code: 'NO_HTTP2', count: 12 }]);
    expect(errors[0]?.example).toContain('may not speak HTTP/2');
  });
});

test.each(
  CLIENTS.flatMap((client) => [0, 100, 65_536].map((headerTableSize) => ({ client, headerTableSize }))),
)(
  'a target that allows a header table of $headerTableSize bytes gets heads it can read, $client',
  async ({ client, headerTableSize }) => {
    const server = createServer({ settings: { headerTableSize } });
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
    const port = await listening(server);
    open.push({ close: () => server.close() });
    const summary = await run({
      ...{ client, mode: 'inline', h2c: true, concurrency: 2, streams: 3, requests: 60 },
      url: `http://127.0.0.1:${port}/`,
      headers: { 'x-a': 'b' },
    });
    expect([summary.requests.ok, summary.requests.retried, summary.errors]).toEqual([60, 0, []]);
    expect(summary.connections.opened).toBe(2);
  },
);

test.each(
  CLIENTS.flatMap((client) =>
    [true, false].flatMap((secure) => [1, 5].map((streams) => ({ client, secure, streams }))),
  ),
)(
  'uploads larger than any window go on as the target lets them: $client, TLS $secure, $streams streams',
  async ({ client, secure, streams }) => {
    const lengths: number[] = [];
    const target = await startCounting(secure, (stream) => {
      let length = 0;
      stream.on('data', (piece: Buffer) => {
        length += piece.length;
      });
      stream.on('end', () => {
        lengths.push(length);
        if (!stream.destroyed) stream.respond({ ':status': 200 }, { endStream: true });
      });
    });
    const summary = await run({
      url: target.url,
      client,
      mode: 'inline',
      concurrency: 2,
      streams,
      requests: 12,
      body: 'x'.repeat(300_000),
      ...(secure ? { http2: true, insecure: true } : { h2c: true }),
    });
    expect([summary.requests.ok, summary.errors]).toEqual([12, []]);
    expect(lengths).toEqual(Array(12).fill(300_000));
  },
);

test.each(CLIENTS.flatMap((client) => (['h2c', 'http2'] as const).map((how) => ({ client, how }))))(
  'requests with $how that wait for a connection time out together, $client',
  async ({ client, how }) => {
    const deaf = fork(join(ROOT, 'test/fixtures/deaf-server.cjs'));
    try {
      const [port] = await once(deaf, 'message');
      const summary = await run({
        url: `${how === 'h2c' ? 'http' : 'https'}://127.0.0.1:${port}/`,
        [how]: true,
        client,
        mode: 'inline',
        concurrency: 4,
        streams: 3,
        requests: 24,
        timeout: '200ms',
      });
      expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT', count: 24 }]);
      expect(summary.latencyMs.response).toMatchObject({ count: 24, censored: 24 });
      expect(summary.degradedReasons).toEqual([]);
    } finally {
      deaf.kill('SIGKILL');
    }
  },
);

test.each(CLIENTS)(
  'in the open model a connection is opened when the streams of those before it are taken, %s',
  async (client) => {
    const target = await startCounting(false, later);
    const summary = await run({
      url: target.url,
      h2c: true,
      client,
      mode: 'inline',
      concurrency: 1,
      streams: 4,
      maxInFlight: 10,
      rate: 2_000,
      requests: 200,
    });
    expect(summary.requests).toMatchObject({ sent: 200, ok: 200 });
    expect(target).toMatchObject({ requests: 200, mostSessions: 3, mostInFlight: 10, mostOnSession: 4 });
  },
);

test.each(CLIENTS)('a server with a certificate keeps speaking HTTP/1.1, %s', async (client) => {
  const target = await startTarget(CERTIFICATE);
  const options = {
    mode: 'inline',
    client,
    url: target.url,
    insecure: true,
    concurrency: 2,
    requests: 10,
  } as const;
  const older = await run({ ...options, url: `${target.url}headers` });
  const newer = await run({ ...options, url: `${target.url}echo`, http2: true, streams: 2, body: 'grüße' });
  expect([older.requests.ok, newer.requests.ok]).toEqual([10, 10]);
  expect(target.stats()).toMatchObject({ requests: 20, connectionsUsed: 4, pipelined: 0, bodyBytes: 10 * 7 });
});
