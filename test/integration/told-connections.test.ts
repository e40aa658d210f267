import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2SecureServer,
  type Http2Server,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, run, type Summary } from '../../src/api/index.ts';
import { sentOnce } from '../../src/main/once/sent-once.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { CLIENT_NAMES, type ClientName } from '../../src/protocol/plan.ts';
import { CERTIFICATE, CERTIFICATE_PATH, EXPIRED_PATH, KEY_PATH } from '../support/certificate.ts';
import { closedPort, listening } from '../support/target.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
/** The record with which a server of TLS answers what is not TLS. */
const ALERT = Buffer.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46);
const EMPTY_SETTINGS = Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
/** How nginx, Go and Apache answer a request without TLS at a port of TLS. */
const FOR_TLS = [
  '<center>The plain HTTP request was sent to HTTPS port</center>',
  'Client sent an HTTP request to an HTTPS server.\n',
  "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
];

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Returns the port. */
async function serve(server: Server | Http2Server | Http2SecureServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  if (server instanceof TlsServer) server.on('secureConnection', (socket) => socket.on('error', () => {}));
  for (const event of ['tlsClientError', 'sessionError']) server.on(event, () => {});
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

const answering = (answer: string | Buffer): Server =>
  createServer((socket) => socket.on('data', () => socket.end(answer)));

/** Keeps a connection after its first answer, and ends it at the next request. */
const closingAfterOne = (): Server =>
  createServer((socket) => {
    let isFirst = true;
    socket.on('data', () => {
      if (isFirst) socket.write(OK);
      else socket.end();
      isFirst = false;
    });
  });

type Request = Partial<RunOptions> & { readonly client: ClientName };

const measured = (url: string, options: Request): Promise<Summary> =>
  run({ url, mode: 'inline', requests: 6, concurrency: 2, timeout: '5s', ...options });

/** What all requests have failed with, and what a user is told to do. */
async function told(url: string, options: Request): Promise<{ kind: string; text: string; step: string }> {
  const { errors, generator, requests } = await measured(url, options);
  expect(requests.ok).toBe(0);
  const [error, ...others] = errors;
  expect(others).toEqual([]);
  const { kind = '', code = '', example = '', count = 0 } = error ?? {};
  expect(count).toBe(requests.sent);
  return { kind: `${kind} ${code}`, text: example, step: generator.finding?.nextStep ?? '' };
}

describe.each(CLIENT_NAMES)('a TLS handshake, %s', (client) => {
  const asking = { ...CERTIFICATE, requestCert: true, rejectUnauthorized: true };
  /** Nobody has signed it but itself, and the server does not know it. */
  const unknown = { insecure: true, cert: CERTIFICATE_PATH, key: KEY_PATH };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'over %s without the client certificate that is asked for',
    async (version) => {
      const versions = { minVersion: version, maxVersion: version };
      for (const http2 of [true, false]) {
        const settings = { ...asking, ...versions };
        const port = await serve(http2 ? createSecureServer(settings) : createHttpsServer(settings));
        const options = { client, http2, insecure: true };
        const { errors, connections } = await measured(`https://127.0.0.1:${port}/`, options);
        expect(errors).toEqual([expect.objectContaining({ kind: 'tls', count: 6 })]);
        expect(errors[0]?.code).toMatch(/^ERR_SSL_.*_ALERT_/);
        expect(errors[0]?.example).toMatch(
          /^the target ended TLS with the alert '.*': name a client certificate with cert and key$/,
        );
        // In TLS 1.3 they are open before the target looks at the certificate.
        expect(connections.closedByTarget).toBe(connections.opened);
        if (version === 'TLSv1.3') expect(connections.opened).toBeGreaterThan(0);
      }
    },
  );

  test('a client certificate that the target does not know', async () => {
    const late = await serve(createSecureServer({ ...asking, minVersion: 'TLSv1.3' }));
    expect(await told(`https://127.0.0.1:${late}/`, { client, http2: true, ...unknown })).toEqual({
      kind: 'reset SILENT_END',
      text: 'the target agreed to HTTP/2, and ended the connection without a word: it may not accept the client certificate of cert',
      step: 'check-tls',
    });
    const late1 = await serve(createHttpsServer({ ...asking, minVersion: 'TLSv1.3' }));
    expect((await told(`https://127.0.0.1:${late1}/`, { client, ...unknown })).text).toMatch(
      /^the target (closed|reset) the connection before .*: it may not accept the client certificate of cert$/,
    );
    const early = await serve(createHttpsServer({ ...asking, maxVersion: 'TLSv1.2' }));
    expect(await told(`https://127.0.0.1:${early}/`, { client, ...unknown })).toMatchObject({
      kind: 'tls ECONNRESET',
      text: 'the target ended the connection in the TLS handshake: it may not accept the client certificate of cert',
    });
  });

  test('a target that agreed to HTTP/2 and leaves may want a certificate', async () => {
    const server = createTlsServer({ ...CERTIFICATE, ALPNProtocols: ['h2'] }, (socket) => socket.end());
    const url = `https://127.0.0.1:${await serve(server)}/`;
    expect(await told(url, { client, http2: true, insecure: true })).toMatchObject({
      kind: 'reset SILENT_END',
      text: 'the target agreed to HTTP/2, and ended the connection without a word: it may want a client certificate (cert and key)',
    });
  });

  test('another version of HTTP than the target agrees to', async () => {
    const agreesToNone = createTlsServer(CERTIFICATE, (socket) => socket.on('data', () => socket.write(OK)));
    for (const server of [createHttpsServer(CERTIFICATE), agreesToNone])
      expect(
        await told(`https://127.0.0.1:${await serve(server)}/`, { client, http2: true, insecure: true }),
      ).toEqual({
        kind: 'tls NO_HTTP2',
        text: 'the target did not agree to HTTP/2 in the TLS handshake (ALPN): leave http2 out',
        step: 'change-protocol',
      });
    const port = await serve(createSecureServer(CERTIFICATE));
    expect(await told(`https://127.0.0.1:${port}/`, { client, insecure: true })).toEqual({
      kind: 'tls NO_HTTP1',
      text: 'the target did not agree to HTTP/1.1 in the TLS handshake (ALPN): try http2',
      step: 'change-protocol',
    });
  });

  test('a target that agrees to no protocol and leaves, as one that speaks only HTTP/2 does', async () => {
    const server = createTlsServer(CERTIFICATE, (socket) => socket.once('data', () => socket.end()));
    const url = `https://127.0.0.1:${await serve(server)}/`;
    expect((await told(url, { client, insecure: true })).text).toMatch(
      /before the head of its answer was complete: if it speaks only HTTP\/2, try http2$/,
    );
  });

  test('a certificate that has expired, from an authority that is trusted', async () => {
    const { key } = CERTIFICATE;
    const port = await serve(createHttpsServer({ key, cert: readFileSync(EXPIRED_PATH) }));
    expect(await told(`https://127.0.0.1:${port}/`, { client, cacert: EXPIRED_PATH })).toEqual({
      kind: 'tls CERT_HAS_EXPIRED',
      text: "certificate has expired: check its dates and this machine's clock, or accept any certificate with insecure",
      step: 'check-tls',
    });
  });

  test('a server name that the target does not know', async () => {
    const unrecognizedName = Buffer.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 112);
    const url = `https://127.0.0.1:${await serve(answering(unrecognizedName))}/`;
    expect(await told(url, { client, insecure: true, sni: 'a.test' })).toEqual({
      kind: 'tls ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
      text: "the target ended TLS with the alert 'unrecognized name'",
      step: 'check-tls',
    });
  });

  test('a target without the version of TLS that is asked for', async () => {
    const port = await serve(createHttpsServer({ ...CERTIFICATE, maxVersion: 'TLSv1.2' }));
    expect(await told(`https://127.0.0.1:${port}/`, { client, insecure: true, tlsMin: '1.3' })).toEqual({
      kind: 'tls ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      text: "the target ended TLS with the alert 'protocol version': try tlsMin: '1.2'",
      step: 'check-tls-version',
    });
  });
});

describe.each(CLIENT_NAMES)('what is spoken on a port shows in the bytes, %s', (client) => {
  test('an alert of TLS', async () => {
    const port = await serve(answering(ALERT));
    expect(await told(`http://127.0.0.1:${port}/`, { client })).toMatchObject({
      kind: 'protocol NOT_HTTP1',
      text: 'the target speaks TLS: it answered with an alert: try https://',
    });
  });

  test.each([
    ['No required SSL certificate was sent', 'name a client certificate with cert and key'],
    ['The SSL certificate error', 'it may not accept the client certificate of cert'],
  ])('an answer over TLS that is about the client certificate: %s', async (title, advice) => {
    const body = `<head><title>400 ${title}</title></head>`;
    for (const http2 of [true, false]) {
      const server = http2 ? createSecureServer(CERTIFICATE) : createHttpsServer(CERTIFICATE);
      server.on('request', (_request: unknown, response: ServerResponse) =>
        response.writeHead(400).end(body),
      );
      const url = `https://127.0.0.1:${await serve(server)}/`;
      expect(await told(url, { client, http2, insecure: true })).toEqual({
        ...{ kind: 'status 400', text: `GET / was answered with 400: ${advice}`, step: 'check-tls' },
      });
    }
  });

  test.each(FOR_TLS)('an answer that asks for TLS: %s', async (body) => {
    const answer = `HTTP/1.1 400 Bad Request\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
    const url = `http://127.0.0.1:${await serve(answering(answer))}/`;
    expect(await told(url, { client })).toEqual({
      ...{ kind: 'status 400', text: 'GET / was answered with 400: try https://', step: 'try-https' },
    });
    const proxy = new URL(url).host;
    expect(await told('http://127.0.0.1:9/', { client, proxy })).toMatchObject({
      text: `GET / was answered with 400: the proxy ${proxy} expects TLS`,
      step: 'look-behind-proxy',
    });
  });

  test('any other 400 says nothing of it', async () => {
    const other = await serve(
      answering('HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\nconnection: close\r\n\r\nHTTPS'),
    );
    expect((await told(`http://127.0.0.1:${other}/`, { client })).text).toBe('GET / was answered with 400');
  });

  test('HTTP/2 where HTTP/1.1 is asked for, also if it begins before the request', async () => {
    for (const server of [createHttp2Server(), answering(EMPTY_SETTINGS)]) {
      const url = `http://127.0.0.1:${await serve(server)}/`;
      const summary = await measured(url, { client });
      expect(summary.errors).toMatchObject([
        {
          ...{ kind: 'protocol', code: 'NOT_HTTP1', count: 6, advice: 'with-h2c' },
          example: 'the target speaks HTTP/2: it began with a frame of SETTINGS: try h2c',
        },
      ]);
      // No answer could be taken for another one.
      expect([summary.degradedReasons, summary.connections.unrequested]).toEqual([[], undefined]);
    }
  });

  test.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'SSH-2.0-OpenSSH_9.2p1'],
    ['SMTP', '220 mail.test ESMTP\r\n250 more\r\n', '220 mail.test ESMTP'],
    ['MySQL', 'J\0\0\0\n8.0.36\0', 'J\\x00\\x00\\x00\\n8.0.36\\x00'],
    ['something that hides', `\r\n\x1b[2J${'x'.repeat(100)}`, `\\x1b[2J${'x'.repeat(36)}`],
    ['something without end', 'x'.repeat(100), 'x'.repeat(80)],
  ])('%s, before or after a request', async (_what, words, shown) => {
    const first = createServer((socket) => socket.write(words));
    const overTls = createTlsServer(CERTIFICATE, (socket) => socket.write(words));
    const urls = [
      `http://127.0.0.1:${await serve(first)}/`,
      `http://127.0.0.1:${await serve(answering(words))}/`,
      `https://127.0.0.1:${await serve(overTls)}/`,
    ];
    for (const url of urls) {
      // Some come before the request is written.
      const options = { client, insecure: true, rate: 100, arrivals: 'constant' } as const;
      const { errors, connections, degradedReasons } = await measured(url, options);
      const example = `the target speaks something other than HTTP: it began with '${shown}'`;
      expect(errors).toMatchObject([{ kind: 'protocol', code: 'NOT_HTTP1', count: 6, example }]);
      // No answer could be taken for another one.
      expect([degradedReasons, connections.unrequested]).toEqual([[], undefined]);
    }
    for await (const { exchanges } of sentOnce(await resolvePlan({ url: urls[0] ?? '', client })))
      expect(exchanges.map(({ failure }) => failure)).toEqual([expect.stringContaining(`'${shown}'`)]);
  });

  test('something other than HTTP behind a tunnel', async () => {
    const proxy = createServer((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        setTimeout(() => socket.write('SSH-2.0-x\r\n'), 20);
      }),
    );
    const way = { client, proxy: `127.0.0.1:${await serve(proxy)}`, proxyTunnel: true };
    const { errors, degradedReasons } = await measured('http://127.0.0.1:9/', { ...way, rate: 100 });
    expect(errors).toMatchObject([{ kind: 'protocol', code: 'NOT_HTTP1', count: 6 }]);
    expect(errors[0]?.example).toContain("'SSH-2.0-x'");
    expect(degradedReasons).toEqual([]);
  });

  test('HTTP/1.1 where HTTP/2 without TLS is asked for', async () => {
    const answer = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
    for (const server of [createHttpServer(), answering(answer)]) {
      const { kind, text, step } = await told(`http://127.0.0.1:${await serve(server)}/`, {
        client,
        h2c: true,
      });
      expect([kind, step]).toEqual(['protocol NOT_HTTP2', 'change-protocol']);
      expect(text).toMatch(/leave h2c and http2 out$/);
    }
  });

  test('no TLS where TLS is asked for', async () => {
    const url = `https://127.0.0.1:${await serve(createHttpServer())}/`;
    for (const http2 of [true, false])
      expect(await told(url, { client, http2, insecure: true })).toEqual({
        kind: 'tls ERR_SSL_WRONG_VERSION_NUMBER',
        text: 'what the target sent is not TLS (wrong version number)',
        step: 'check-scheme',
      });
  });
});

test('wire over HTTP/2 without TLS sees an alert of TLS as well, and other words', async () => {
  const ssh = `http://127.0.0.1:${await serve(answering('SSH-2.0-x\r\n'))}/`;
  expect(await told(ssh, { client: 'wire', h2c: true })).toMatchObject({
    kind: 'protocol NOT_HTTP2',
    text: "the target speaks something other than HTTP: it began with 'SSH-2.0-x'",
  });
  const url = `http://127.0.0.1:${await serve(answering(ALERT))}/`;
  expect(await told(url, { client: 'wire', h2c: true })).toMatchObject({
    kind: 'protocol NOT_HTTP2',
    text: 'the target speaks TLS: it answered with an alert: try https://',
  });
});

test.each(CLIENT_NAMES)('a connection that was idle ends as it is used again, %s', async (client) => {
  const url = `http://127.0.0.1:${await serve(closingAfterOne())}/`;
  const paused = { url, client, mode: 'inline', requests: 4, every: '300ms', maxInFlight: 1 } as const;
  const { requests, errors, generator } = await run(paused);
  expect(requests).toMatchObject({ sent: 4, ok: 2, failed: 2 });
  expect(errors).toMatchObject([
    {
      ...{ kind: 'reset', count: 2, advice: 'closes-idle' },
      example:
        'the target closed the connection before the head of its answer was complete: ' +
        'it may close connections that are idle (keepalive: false gives each request one of its own)',
    },
  ]);
  expect(generator.finding?.nextStep).toBe('raise-idle-limit');
});

describe.each(CLIENT_NAMES)('a proxy that takes whole requests, %s', (client) => {
  const url = 'http://127.0.0.1:9/';

  test('closes connections after an answer without announcing it', async () => {
    const proxy = `127.0.0.1:${await serve(closingAfterOne())}`;
    const { errors, generator, requests } = await measured(url, { client, proxy, requests: 40 });
    expect(requests.ok).toBeGreaterThan(0);
    expect(errors).toMatchObject([
      {
        ...{ kind: 'reset', count: requests.sent - requests.ok },
        example: `the proxy ${proxy} closed the connection before the head of its answer was complete: with keepalive: false each request has a connection of its own`,
      },
    ]);
    expect(generator.finding?.nextStep).toBe('keep-no-proxy-connections');
    const apart = await measured(url, { client, proxy, requests: 40, keepalive: false });
    expect(apart.requests.ok).toBe(40);
  });

  test('closes them before it has answered any, as one does that speaks TLS', async () => {
    const mute = createServer((socket) => socket.on('data', () => socket.end()));
    for (const server of [mute, createTlsServer(CERTIFICATE)]) {
      const proxy = `127.0.0.1:${await serve(server)}`;
      expect(await told(url, { client, proxy })).toMatchObject({
        text: `the proxy ${proxy} closed the connection before the head of its answer was complete`,
        step: 'check-proxy',
      });
    }
  });

  test('closes them after some answers', async () => {
    let count = 0;
    const server = createServer((socket) =>
      socket.on('data', () =>
        socket.end(++count === 3 ? OK.replace('\r\n', '\r\nconnection: close\r\n') : ''),
      ),
    );
    const proxy = `127.0.0.1:${await serve(server)}`;
    const { requests, generator } = await measured(url, { client, proxy, requests: 20 });
    expect(requests.ok).toBeGreaterThan(0);
    expect(generator.finding?.nextStep).toBe('look-in-proxy-logs');
  });

  test('speaks TLS, which volley does not with proxies', async () => {
    const proxy = `127.0.0.1:${await serve(answering(ALERT))}`;
    expect(await told(url, { client, proxy })).toEqual({
      kind: 'protocol NOT_HTTP1',
      text: `the proxy ${proxy} speaks TLS: it answered with an alert`,
      step: 'check-proxy',
    });
  });
});

describe.each(CLIENT_NAMES)('other ends of a way, %s', (client) => {
  test('a target that allows no streams', async () => {
    const server = createHttp2Server({ settings: { maxConcurrentStreams: 0 } });
    const url = `http://127.0.0.1:${await serve(server)}/`;
    expect(await told(url, { client, h2c: true, streams: 2, timeout: '200ms' })).toMatchObject({
      kind: 'timeout NO_STREAMS',
      text: 'no answer within 200 ms: the target allows no streams (MAX_CONCURRENT_STREAMS is 0)',
    });
  });

  test('a redirect to a place where nobody listens', async () => {
    const dead = await closedPort();
    const location = `http://127.0.0.1:${dead}/`;
    const server = createHttpServer((_request, response) => response.writeHead(302, { location }).end());
    const url = `http://127.0.0.1:${await serve(server)}/`;
    expect(await told(url, { client, location: true })).toMatchObject({
      kind: 'connect ECONNREFUSED',
      text: `connect ECONNREFUSED 127.0.0.1:${dead} (after a redirect)`,
    });
  });

  test('redirects to where HTTP/2 as asked for does not lead, and to what is no HTTP', async () => {
    const ask = async (
      server: Http2Server | Http2SecureServer,
      to: string,
      options: Request,
    ): Promise<string> => {
      server.on('stream', (stream) => {
        stream.respond({ ':status': 302, location: to });
        stream.end();
      });
      const scheme = options.http2 ? 'https' : 'http';
      const url = `${scheme}://127.0.0.1:${await serve(server)}/`;
      const { kind, text } = await told(url, { ...options, location: true, insecure: true });
      expect(kind).toBe('expectation REDIRECT');
      return text;
    };
    const secure = { client, http2: true };
    expect(await ask(createSecureServer(CERTIFICATE), 'http://127.0.0.1/x', secure)).toBe(
      "after 0 of at most 10 redirects: 302 to 'http://127.0.0.1/x', which HTTP/2 over TLS does not reach: leave http2 out",
    );
    expect(await ask(createHttp2Server(), 'https://127.0.0.1/x', { client, h2c: true })).toBe(
      "after 0 of at most 10 redirects: 302 to 'https://127.0.0.1/x', which HTTP/2 without TLS does not reach: leave h2c and http2 out",
    );
    expect(await ask(createHttp2Server(), 'ftp://127.0.0.1/x', { client, h2c: true })).toBe(
      "after 0 of at most 10 redirects: 302 to 'ftp://127.0.0.1/x', which is no http or https URL",
    );
  });

  test.each([
    ['--proto-redir =https', 'http://127.0.0.1/x'],
    ['--proto-redir =http', 'https://127.0.0.1/x'],
  ])('a redirect that curl would not follow with %s', async (allowing, location) => {
    const server = createHttpServer((_request, response) => response.writeHead(302, { location }).end());
    const curl = `curl -L ${allowing} http://127.0.0.1:${await serve(server)}/`;
    const { errors } = await run({ curl, client, mode: 'inline', requests: 4, concurrency: 2 });
    const example = expect.stringContaining(`302 to '${location}', which the curl command does not allow`);
    expect(errors).toMatchObject([{ kind: 'expectation', code: 'REDIRECT', count: 4, example }]);
  });

  test('a proxy that knows no tunnels', async () => {
    const server = createServer((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n')),
    );
    const proxy = `127.0.0.1:${await serve(server)}`;
    expect(await told('https://127.0.0.1:9/', { client, proxy, http2: true })).toEqual({
      kind: 'connect PROXY_405',
      text: `the proxy ${proxy} refused a tunnel with 405 Method Not Allowed`,
      step: 'check-proxy-rules',
    });
  });

  test('a target that asks for HTTP/1.1', async () => {
    const HTTP_1_1_REQUIRED = 13;
    const server = createSecureServer(CERTIFICATE);
    server.on('stream', (stream) => stream.on('error', () => {}).close(HTTP_1_1_REQUIRED));
    const url = `https://127.0.0.1:${await serve(server)}/`;
    expect(await told(url, { client, http2: true, insecure: true })).toEqual({
      kind: 'reset RST_STREAM_HTTP_1_1_REQUIRED',
      text: 'the target reset the stream with HTTP_1_1_REQUIRED: leave http2 out',
      step: 'change-protocol',
    });
  });

  test('a reason of a reset that is the target’s alone', async () => {
    const server = createHttp2Server();
    // FRAME_SIZE_ERROR, COMPRESSION_ERROR
    for (const code of [6, 9]) {
      server.removeAllListeners('stream').on('stream', (stream) => stream.on('error', () => {}).close(code));
      if (!server.listening) await serve(server);
      const { port } = server.address() as { port: number };
      const { kind } = await told(`http://127.0.0.1:${port}/`, { client, h2c: true });
      expect(kind).toBe(`reset RST_STREAM_${code === 6 ? 'FRAME_SIZE' : 'COMPRESSION'}_ERROR`);
    }
  });
});
