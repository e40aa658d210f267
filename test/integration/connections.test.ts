import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run, type Summary } from '../../src/api/index.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { ClientFactory, loadClient } from '../../src/workers/clients/http-client.ts';
import { CERTIFICATE, CERTIFICATE_PATH, KEY_PATH } from '../support/certificate.ts';
import { testInTurns, VARIANTS } from '../support/modes.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { closedPort, listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

/** What the requests said of themselves. */
interface Seen {
  readonly port: number;
  readonly hosts: Set<string>;
  readonly names: Set<unknown>;
  readonly clients: Set<unknown>;
  readonly versions: Set<unknown>;
}

async function startWitness(secure: boolean): Promise<Seen> {
  const seen = { hosts: new Set<string>(), names: new Set(), clients: new Set(), versions: new Set() };
  const sockets = new Set<Socket>();
  const server: Server = secure
    ? createHttpsServer({
        ...CERTIFICATE,
        ca: CERTIFICATE.cert,
        requestCert: true,
        rejectUnauthorized: false,
      })
    : createServer();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('request', (request, response) => {
    seen.hosts.add(request.headers.host ?? '');
    if (secure) {
      const socket = request.socket as TLSSocket;
      seen.names.add(socket.servername);
      seen.clients.add(socket.authorized);
      seen.versions.add(socket.getProtocol());
    }
    response.end('ok');
  });
  const port = await listening(server);
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { port, ...seen };
}

async function proxyWith(status?: number): Promise<TestProxy> {
  const proxy = await startProxy(status);
  open.push(proxy);
  return proxy;
}

function expectAllOk(summary: Summary, requests: number): void {
  expect(summary.errors).toEqual([]);
  expect(summary.requests).toMatchObject({ sent: requests, ok: requests, failed: 0 });
  expect(summary.degradedReasons).toEqual([]);
}

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  const options = { mode, client, workers: 1, concurrency: 2, requests: 10 };

  test('an authority, a client certificate, a server name and a version of TLS', async () => {
    const target = await startWitness(true);
    const tls = { cacert: CERTIFICATE_PATH, cert: CERTIFICATE_PATH, key: KEY_PATH };
    const summary = await run({
      ...options,
      ...tls,
      url: `https://127.0.0.1:${target.port}/`,
      tlsMin: '1.3',
    });
    expectAllOk(summary, 10);
    expect([...target.clients]).toEqual([true]);
    expect([...target.versions]).toEqual(['TLSv1.3']);
    const named = await run({
      ...options,
      ...tls,
      url: `https://127.0.0.1:${target.port}/`,
      sni: 'localhost',
    });
    expectAllOk(named, 10);
    expect(target.names.has('localhost')).toBe(true);
    const misnamed = await run({
      ...options,
      ...tls,
      url: `https://127.0.0.1:${target.port}/`,
      sni: 'a.example',
    });
    expect(misnamed.errors).toMatchObject([{ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', count: 10 }]);
    expect(misnamed.errors[0]?.example).toContain('ask for another name with sni');
  });

  test('a certificate that does not verify: the example names the options that help', async () => {
    const target = await startWitness(true);
    const { errors } = await run({ ...options, url: `https://127.0.0.1:${target.port}/` });
    expect(errors).toMatchObject([{ kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', count: 10 }]);
    expect(errors[0]?.example).toBe(
      'self-signed certificate: name the authority to trust with cacert, or accept any certificate with insecure',
    );
  });

  test('other addresses, hosts and ports: the Host header and the server name stay the URL’s', async () => {
    const plain = await startWitness(false);
    const name = `nowhere.invalid:${plain.port}`;
    expectAllOk(await run({ ...options, url: `http://${name}/`, resolve: [`${name}:127.0.0.1`] }), 10);
    expect([...plain.hosts]).toEqual([name]);
    const secure = await startWitness(true);
    const redirected = await run({
      ...options,
      url: 'https://localhost/',
      cacert: CERTIFICATE_PATH,
      connectTo: [`localhost:443:127.0.0.1:${secure.port}`],
    });
    expectAllOk(redirected, 10);
    expect([...secure.hosts]).toEqual(['localhost']);
    expect([...secure.names]).toEqual(['localhost']);
  });

  test('a dot behind a name is in the Host header alone, and not in the server name (RFC 6066, 3)', async () => {
    const secure = await startWitness(true);
    const summary = await run({
      ...options,
      url: 'https://localhost./',
      cacert: CERTIFICATE_PATH,
      connectTo: [`localhost.:443:127.0.0.1:${secure.port}`],
    });
    expectAllOk(summary, 10);
    expect([...secure.hosts]).toEqual(['localhost.']);
    expect([...secure.names]).toEqual(['localhost']);
  });

  test('a socket with a path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'volley-socket-'));
    const path = join(folder, 's');
    const hosts = new Set<unknown>();
    const server = createServer((request, response) => {
      hosts.add(request.headers.host);
      response.end('ok');
    });
    try {
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const summary = await run({ ...options, url: 'http://app.invalid/x', unixSocket: path });
      expectAllOk(summary, 10);
      expect([...hosts]).toEqual(['app.invalid']);
      expect(summary.connections.opened).toBe(2);
      expect(summary.plan.routes).toEqual({ unixSocket: path, proxy: null, connectTo: [], resolve: [] });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const { errors } = await run({
      ...options,
      url: 'http://app.invalid/x',
      unixSocket: join(folder, 'none'),
    });
    expect(errors).toMatchObject([{ kind: 'connect', code: 'ENOENT', count: 10 }]);
    rmSync(folder, { recursive: true });
  });
});

describe.each(VARIANTS)('through a proxy, $mode, $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  const options = { mode, client, workers: 1, concurrency: 2, requests: 10 };
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;

  test.each([
    { scheme: 'https', more: { cacert: CERTIFICATE_PATH } },
    { scheme: 'https', more: { cacert: CERTIFICATE_PATH, http2: true, streams: 3 } },
    { scheme: 'http', more: { proxyTunnel: true } },
    { scheme: 'http', more: { connectTo: ['127.0.0.1::127.0.0.1:'] } },
  ] as const)('$scheme targets are reached by one tunnel for each connection: $more', async (row) => {
    const { scheme, more } = row;
    const proxy = await proxyWith();
    const target = await startTarget(scheme === 'https' ? CERTIFICATE : {});
    const summary = await run({
      ...options,
      ...more,
      url: target.url,
      proxy: `http://me:secret@${proxy.authority}`,
    });
    expectAllOk(summary, 10);
    expect(summary.connections).toEqual({ opened: 2, closedByTarget: 0 });
    expect(target.stats()).toMatchObject({ requests: 10, connectionsAccepted: 2 });
    expect(proxy.asked).toEqual([1, 2].map(() => ({ to: `127.0.0.1:${target.port}`, authorization })));
    expect(proxy.given).toEqual([]);
    expect(JSON.stringify(summary)).not.toMatch(/secret|proxy-auth|bWU6c2VjcmV0/i);
    expect(summary.latencyMs.service.min).toBeGreaterThan(0);
    expect(summary.latencyMs.firstByte.max).toBeLessThanOrEqual(summary.latencyMs.service.max!);
  });

  test('requests to an http target are given to it whole, and its credentials to nobody else', async () => {
    const proxy = await proxyWith();
    const target = await startWitness(false);
    const url = `http://127.0.0.1:${target.port}/a?b=c`;
    const summary = await run({ ...options, url, proxy: `http://me:secret@${proxy.authority}` });
    expectAllOk(summary, 10);
    expect(proxy.asked).toEqual([]);
    expect(proxy.given).toEqual(Array.from({ length: 10 }, () => ({ url, authorization })));
    expect([...target.hosts]).toEqual([`127.0.0.1:${target.port}`]);
    expect(summary.connections).toEqual({ opened: 2, closedByTarget: 0 });
    expect(summary.plan.routes?.proxy).toBe(`http://${proxy.authority}`);
    const refusing = await proxyWith(407);
    const { errors, generator } = await run({ ...options, url, proxy: refusing.authority });
    expect(errors).toMatchObject([{ kind: 'status', code: '407', count: 10 }]);
    expect(generator.finding?.nextStep).toBe('check-proxy-credentials');
    const farAway = await proxyWith(503);
    const behind = await run({ ...options, url, proxy: farAway.authority });
    expect(behind.errors).toMatchObject([{ kind: 'status', code: '503', count: 10 }]);
    expect(behind.generator.finding?.nextStep).toBe('look-behind-proxy');
  });

  test('a tunnel that is refused is a failure to connect, with the status', async () => {
    const target = await startTarget(CERTIFICATE);
    const steps = { 407: 'check-proxy-credentials', 403: 'check-proxy-rules', 502: 'check-behind-proxy' };
    for (const [code, step] of Object.entries(steps)) {
      const status = Number(code);
      const proxy = await proxyWith(status);
      const summary = await run({ ...options, url: target.url, proxy: proxy.authority });
      expect(summary.errors).toMatchObject([
        {
          kind: 'connect',
          code: `PROXY_${status}`,
          count: 10,
          example: `the proxy ${proxy.authority} refused a tunnel with ${status} No`,
        },
      ]);
      expect(summary.generator.finding?.nextStep).toBe(step);
      expect(summary.connections.opened).toBe(0);
    }
    expect(target.stats().connectionsAccepted).toBe(0);
  });

  test('what is not open in time is told as far as it came: to a proxy, or to the handshake', async () => {
    const silent = createTcpServer((socket) => void socket.on('error', () => {}));
    const at = `127.0.0.1:${await listening(silent)}`;
    const few = { ...options, requests: 2, timeout: '100ms' };
    const behind = await run({ ...few, url: 'https://127.0.0.1:9/', proxy: at });
    const direct = await run({ ...few, url: `https://${at}/` });
    silent.close();
    expect(behind.errors).toMatchObject([{ kind: 'timeout', code: 'NO_TUNNEL', count: 2 }]);
    expect(behind.errors[0]?.example).toBe(
      `no connection within 100 ms: the proxy ${at} has opened no tunnel`,
    );
    expect(behind.generator.finding?.nextStep).toBe('check-tunnel');
    expect(direct.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT', count: 2 }]);
    expect(direct.errors[0]?.example).toBe('no connection within 100 ms: the TLS handshake has not ended');
    expect([direct.connections.opened, direct.generator.finding?.nextStep]).toEqual([0, 'check-listening']);
  });

  test('connections that the target ends are opened again, and never more than asked for', async () => {
    const proxy = await proxyWith();
    const target = await startTarget();
    const url = `${target.url}fault/until-close`;
    const summary = await run({ ...options, url, proxy: proxy.authority, proxyTunnel: true });
    expectAllOk(summary, 10);
    expect(summary.connections).toEqual({ opened: 10, closedByTarget: 10 });
    expect(target.stats().mostConnections).toBeLessThanOrEqual(2);
  });

  test('nobody at the proxy’s port, and nobody behind the proxy', async () => {
    const proxy = await proxyWith();
    const port = await closedPort();
    const dead = await run({ ...options, url: 'http://127.0.0.1/', proxy: `127.0.0.1:${port}` });
    expect(dead.errors).toMatchObject([{ kind: 'connect', code: 'ECONNREFUSED', count: 10 }]);
    expect(dead.errors[0]?.example).toContain(`the proxy 127.0.0.1:${port} cannot be reached: `);
    expect(dead.generator.finding?.nextStep).toBe('check-proxy');
    const behind = await run({ ...options, url: `https://127.0.0.1:${port}/`, proxy: proxy.authority });
    expect(behind.errors).toMatchObject([{ kind: 'connect', count: 10 }]);
    expect(behind.errors[0]?.example).toContain(`the proxy ${proxy.authority} gave no tunnel`);
  });
});

test.each(['undici', 'wire'] as const)('%s looks up a name that nobody has, when it dials', async (name) => {
  const target = await startTarget();
  const create = await loadClient(name, 'http/1.1');
  const answered = (hostname: string): Promise<string> => {
    const plan = checkOptions({ url: `http://${hostname}:${target.port}/` }).mix[0]!.target;
    const factory = new ClientFactory(create, { ...plan, addresses: [] }, createMonotonicClock());
    const { dispatcher, connection } = factory.create();
    if ('dispatchStream' in dispatcher) throw new Error('HTTP/2 was not asked for');
    open.push({
      close: () => {
        connection.close();
        dispatcher.destroy().catch(() => {});
      },
    });
    return new Promise((resolve) => {
      dispatcher.dispatch(
        { origin: plan.origin, path: '/', method: 'GET', headers: [], body: null, reset: false },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status) => resolve(String(status)),
          onResponseData: () => {},
          onResponseEnd: () => {},
          onResponseError: (_controller, error) => resolve((error as NodeJS.ErrnoException).code ?? ''),
        },
      );
    });
  };
  expect(await answered('localhost')).toBe('200');
  // EAI_AGAIN where there is no resolver at all: both are of kind dns.
  expect(await answered('no-such-host.invalid')).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
});

describe.each(['threads', 'processes', 'inline'] as const)('how long connecting takes, in %s', (mode) => {
  const HELD_MS = 100;
  /** The handshake's beginning is marked a little after its first byte was written, later on a busy machine. */
  const AT_LEAST_MS = 60;

  /** Hands on what it is sent, but the first bytes of a connection only after a while. */
  async function startHolding(port: number): Promise<number> {
    const server = createTcpServer((socket) => {
      const onward = connectTcp(port, '127.0.0.1');
      const close = (): void => {
        socket.destroy();
        onward.destroy();
      };
      socket.on('error', close).on('close', close);
      onward.on('error', close).on('close', close).pipe(socket);
      socket.once('data', (first) => {
        socket.pause();
        setTimeout(() => {
          onward.write(first);
          socket.pipe(onward);
        }, HELD_MS);
      });
    });
    open.push({ close: () => server.close() });
    return listening(server);
  }

  test('is told of each connection, over all workers, the handshake by itself', async () => {
    const target = createHttpsServer(CERTIFICATE, (_request, response) => response.end('ok'));
    open.push({ close: () => target.close() });
    const port = await startHolding(await listening(target));
    const { connections, eventTimesMs, requests, thresholds } = await run({
      url: `https://127.0.0.1:${port}/`,
      insecure: true,
      keepalive: false,
      requests: 12,
      concurrency: 4,
      mode,
      workers: mode === 'inline' ? 1 : 2,
      thresholds: [
        `min(tls-handshake)>=${AT_LEAST_MS}ms`,
        `p50(tls-handshake)>=${AT_LEAST_MS}ms`,
        'max(connect)<0.001ms',
      ],
    });
    expect([requests.ok, connections.opened]).toEqual([12, 12]);
    const { connect, tlsHandshake } = eventTimesMs!;
    expect([connect.count, tlsHandshake.count]).toEqual([12, 12]);
    expect(tlsHandshake.min).toBeGreaterThanOrEqual(AT_LEAST_MS);
    expect(connect.min).toBeGreaterThan(0);
    expect(connect.min).toBeLessThan(HELD_MS);
    expect(thresholds.map(({ ok, latency }) => [latency, ok])).toEqual([
      ['tlsHandshake', true],
      ['tlsHandshake', true],
      ['connect', false],
      [null, true],
    ]);
  });

  test('without TLS there is no handshake, and a connection that is kept is counted once', async () => {
    const target = await startTarget();
    const { eventTimesMs } = await run({ url: target.url, requests: 40, concurrency: 3, mode, warmup: 20 });
    expect([eventTimesMs?.connect.count, eventTimesMs?.tlsHandshake.count]).toEqual([3, 0]);
    expect(target.stats().connectionsAccepted).toBe(3);
  });
});
