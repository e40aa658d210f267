import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClientName, run } from '../../src/api/index.ts';
import { CERTIFICATE, CERTIFICATE_PATH, KEY_PATH } from '../support/certificate.ts';
import { startProxy } from '../support/proxy.ts';
import { listening } from '../support/target.ts';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

/** Serves sockets with a handler, and counts them. */
async function serve(
  server: Server,
  onSocket: (socket: Socket) => void,
): Promise<{ port: number; opened: number }> {
  const sockets = new Set<Socket>();
  const served = { port: 0, opened: 0 };
  server.on('connection', (socket: Socket) => {
    served.opened++;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}));
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', onSocket);
  served.port = await listening(server);
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return served;
}

const CLIENTS: readonly ClientName[] = ['undici', 'wire'];
const plan = { mode: 'inline', requests: 6, concurrency: 2, timeout: '5s' } as const;

describe('TLS 1.3: a client certificate that the target misses is told by its alert', () => {
  test.each([
    ['undici', { client: 'undici' }, false],
    ['wire', { client: 'wire' }, false],
    ['undici over HTTP/2', { client: 'undici', http2: true }, false],
    ['wire over HTTP/2', { client: 'wire', http2: true }, false],
    ['undici through a proxy', { client: 'undici' }, true],
    ['wire through a proxy', { client: 'wire' }, true],
    ['undici over HTTP/2 through a proxy', { client: 'undici', http2: true }, true],
    ['wire over HTTP/2 through a proxy', { client: 'wire', http2: true }, true],
  ] as const)('%s', async (_name, options, isProxied) => {
    const server = createTlsServer({
      ...CERTIFICATE,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const { port } = await serve(server, (socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    const proxy = isProxied ? await startProxy() : null;
    if (proxy !== null) open.push(proxy);
    const { errors } = await run({
      ...plan,
      ...options,
      ...(proxy === null ? {} : { proxy: `http://${proxy.authority}` }),
      url: `https://127.0.0.1:${port}/`,
      insecure: true,
    });
    expect(errors).toMatchObject([
      { kind: 'tls', code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', count: plan.requests },
    ]);
    expect(errors[0]?.example).toBe(
      "the target ended TLS with the alert 'certificate required': name a client certificate with cert and key",
    );
  });

  test.each(CLIENTS)('one that is given is used, by %s', async (client) => {
    const server = createTlsServer({ ...CERTIFICATE, ca: CERTIFICATE.cert, requestCert: true });
    const { port } = await serve(server, (socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
    );
    const url = `https://127.0.0.1:${port}/`;
    const summary = await run({
      ...plan,
      client,
      url,
      insecure: true,
      cert: CERTIFICATE_PATH,
      key: KEY_PATH,
    });
    expect(summary.requests.ok).toBe(plan.requests);
  });
});

const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n';
/** What a server does that does not want an upload, once its head has come. */
const REFUSALS: Readonly<Record<string, (socket: Socket) => void>> = {
  'closes as announced': (socket) => {
    socket.pause();
    socket.write(`${TOO_LARGE}connection: close\r\n\r\nbig`, () => socket.destroy());
  },
  'closes without a word': (socket) => {
    socket.pause();
    socket.write(`${TOO_LARGE}\r\nbig`, () => socket.destroy());
  },
  'ends the answer with the connection': (socket) => {
    socket.pause();
    socket.write('HTTP/1.1 413 Content Too Large\r\n\r\nbig', () => socket.destroy());
  },
  'stops reading': (socket) => {
    socket.pause();
    socket.write(`${TOO_LARGE}\r\nbig`);
  },
  'reads on': (socket) => {
    socket.resume();
    socket.write(`${TOO_LARGE}\r\nbig`);
  },
};

describe.each(['http', 'https'])('%s: an upload that is refused early', (scheme) => {
  test.each(Object.entries(REFUSALS))('the server %s: the answer is read', async (_name, refuse) => {
    const server = scheme === 'http' ? createServer() : createTlsServer(CERTIFICATE);
    const served = await serve(server, (socket) => socket.once('data', () => refuse(socket)));
    for (const client of CLIENTS) {
      served.opened = 0;
      const summary = await run({
        ...plan,
        client,
        url: `${scheme}://127.0.0.1:${served.port}/`,
        insecure: true,
        method: 'POST',
        body: Buffer.alloc(6_000_000, 'x'),
      });
      const refused = summary.errors.find(({ kind }) => kind === 'status');
      expect({ client, code: refused?.code }).toEqual({ client, code: '413' });
      // undici writes a next request now and then before it sees what has become of the last one.
      if (client === 'wire') expect(refused?.count).toBe(plan.requests);
      else expect(refused?.count).toBeGreaterThanOrEqual(plan.requests / 2);
    }
  });
});

test('a large upload that is answered when it has come keeps its connection', async () => {
  const size = 3_000_000;
  const { port } = await serve(createServer(), (socket) => {
    let left = 0;
    socket.on('data', (piece) => {
      if (left === 0) left = size + piece.indexOf('\r\n\r\n') + 4;
      left -= piece.length;
      if (left === 0) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  for (const client of CLIENTS) {
    const summary = await run({
      ...plan,
      client,
      url: `http://127.0.0.1:${port}/`,
      method: 'POST',
      body: Buffer.alloc(size, 'x'),
    });
    expect(summary.requests.ok).toBe(plan.requests);
    expect(summary.connections).toEqual({ opened: plan.concurrency, closedByTarget: 0 });
  }
});

describe.each(['http', 'https'])('%s: of an upload that breaks off', (scheme) => {
  const size = 24_000_000;

  test.each([
    ['never read', (socket: Socket) => socket.pause(), { timeout: 1 }],
    [
      'answered after its beginning',
      (socket: Socket) =>
        socket.once('data', () => {
          socket.pause();
          socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok');
        }),
      { ok: 1 },
    ],
  ] as const)('and is %s, what the kernel never took is not counted as sent', async (_name, act, outcome) => {
    const isTls = scheme === 'https';
    const { port } = await serve(isTls ? createTlsServer(CERTIFICATE) : createServer(), act);
    for (const client of CLIENTS) {
      const summary = await run({
        ...{ ...plan, client, requests: 1, concurrency: 1, timeout: '1s', insecure: isTls },
        ...{ url: `${scheme}://127.0.0.1:${port}/`, method: 'POST', body: Buffer.alloc(size, 'x') },
      });
      expect({
        ...(summary.errors[0]?.kind === 'timeout' ? { timeout: 1 } : { ok: summary.requests.ok }),
      }).toEqual(outcome);
      expect(summary.bytes.sent).toBeGreaterThan(0);
      // Both sides' buffers together take a few megabytes.
      expect(summary.bytes.sent).toBeLessThan(0.75 * size);
    }
  });
});

test.each([
  ['text', 'hello'],
  ['an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
])(
  'a proxy that sends %s behind its 200 gives no tunnel, and is not asked without end',
  async (_name, extra) => {
    const served = await serve(createServer(), (socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n\r\n${extra}`)),
    );
    for (const options of [
      { url: 'http://127.0.0.1:9/', proxyTunnel: true, client: 'undici' },
      { url: 'https://127.0.0.1:9/', client: 'undici' },
      { url: 'http://127.0.0.1:9/', proxyTunnel: true, client: 'wire' },
      { url: 'https://127.0.0.1:9/', client: 'wire' },
    ] as const) {
      served.opened = 0;
      const { errors } = await run({ ...plan, ...options, proxy: `http://127.0.0.1:${served.port}` });
      expect(errors).toMatchObject([{ kind: 'connect', code: 'PROXY_EXTRA_BYTES', count: plan.requests }]);
      expect(errors[0]?.example).toContain(`sent ${extra.length} bytes after its 200`);
      expect(served.opened).toBeLessThanOrEqual(plan.requests + plan.concurrency);
    }
  },
);

test.each<[string, (socket: Socket) => void, RegExp]>([
  [
    'sends what is no TLS',
    (socket) => setTimeout(() => socket.write('hello, this is no TLS'), 20),
    /SSL|TLS/,
  ],
  ['closes', (socket) => socket.end(), /./],
  ['resets', (socket) => socket.resetAndDestroy(), /./],
])(
  'a proxy that %s within its tunnel is named, and is not asked without end',
  async (_name, act, sentence) => {
    const served = await serve(createServer(), (socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        // The handshake's first bytes.
        socket.once('data', () => act(socket));
      }),
    );
    const proxy = `127.0.0.1:${served.port}`;
    for (const client of CLIENTS) {
      served.opened = 0;
      const { errors } = await run({
        ...plan,
        client,
        url: 'https://127.0.0.1:9/',
        proxy: `http://${proxy}`,
      });
      expect(errors).toMatchObject([{ kind: 'tls', count: plan.requests }]);
      expect(errors[0]?.example).toContain(`(through the proxy ${proxy})`);
      expect(errors[0]?.example).toMatch(sentence);
      expect(served.opened).toBeLessThanOrEqual(plan.requests + plan.concurrency);
    }
  },
);

test.each([
  ['HTTP/1.1 100 Continue\r\n\r\n', /^the target sent a 100 that was not asked for/],
  ['HTTP/1.1 101 S\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', /^the target switched to another protocol/],
  ['HTTP/1.1 101 S\r\n\r\n', /101 that was not asked for/],
  ['HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 0 \r\n\r\n', /Content-Length/],
])('what only wire reads: undici says what it was: %j', async (text, sentence) => {
  const { port } = await serve(createServer(), (socket) =>
    socket.on('data', () => socket.write(`${text}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`)),
  );
  const { errors } = await run({ ...plan, client: 'undici', url: `http://127.0.0.1:${port}/` });
  expect(errors).toMatchObject([{ kind: 'protocol', count: plan.requests }]);
  expect(errors[0]?.example).toMatch(sentence);
});

describe.each(CLIENTS)('an answer that only the end of its connection completes, by %s', (client) => {
  const BEGINNINGS = [
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n{"a":111',
    'HTTP/1.1 200 OK\r\n\r\npart',
    'HTTP/1.0 200 OK\r\n\r\npart',
    'HTTP/1.0 200 OK\r\n\r\n',
  ];
  const asked = async (beginning: string, end: (socket: Socket) => void, isTunnelled: boolean) => {
    const { port } = await serve(createServer(), (socket) => {
      socket.on('data', (data) => {
        if (String(data).startsWith('CONNECT ')) {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          return;
        }
        socket.write(beginning);
        setTimeout(() => end(socket), 10);
      });
    });
    const way = isTunnelled
      ? { url: 'http://127.0.0.1:9/', proxyTunnel: true, proxy: `http://127.0.0.1:${port}` }
      : { url: `http://127.0.0.1:${port}/` };
    return run({ ...plan, ...way, client, requests: 6 });
  };

  test.each([false, true])('is cut if that is reset, through a tunnel: %s', async (isTunnelled) => {
    for (const beginning of BEGINNINGS) {
      const { requests, errors } = await asked(beginning, (socket) => socket.resetAndDestroy(), isTunnelled);
      expect([beginning, requests.ok, requests.failed]).toEqual([beginning, 0, 6]);
      expect(errors).toMatchObject([{ kind: 'truncated', code: 'ECONNRESET', count: 6 }]);
    }
  });

  test('is complete if that is closed', async () => {
    for (const beginning of BEGINNINGS)
      expect((await asked(beginning, (socket) => socket.end(), false)).requests).toMatchObject({ ok: 6 });
  });
});

describe('over TLS a connection is kept after requests with bodies, though Node says late that they were sent', () => {
  test.each([
    ['a short body', 3],
    ['a body of many records', 200_000],
  ])('%s', async (_name, length) => {
    const server = createHttpsServer(CERTIFICATE, (request, response) => {
      request.resume().on('end', () => response.end('ok'));
    });
    const { port } = await serve(server, () => {});
    for (const client of CLIENTS) {
      const { requests, errors, connections } = await run({
        ...{ ...plan, client, requests: 200, body: 'a'.repeat(length) },
        ...{ url: `https://127.0.0.1:${port}/`, insecure: true },
      });
      expect([client, requests.ok, errors, connections.opened]).toEqual([client, 200, [], plan.concurrency]);
    }
  });
});
