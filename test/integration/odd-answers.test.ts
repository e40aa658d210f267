import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { listening } from '../support/target.ts';

const REQUESTS = 6;
const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
const GOOD = `${HEAD}content-length: 4\r\n\r\ngood`;

let close = (): void => {};
afterEach(() => close());

/** Answers each request by `answer`, and counts requests and connections. */
async function start(answer: (socket: Socket) => void) {
  const seen = { url: '', connections: 0, requests: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    seen.connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      seen.requests++;
      answer(socket);
    });
  });
  close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  seen.url = `http://127.0.0.1:${await listening(server)}/`;
  return seen;
}

/** Sends the beginning, and then more and more, for as long as the connection is there. */
function endless(socket: Socket, begin: string, more: string): void {
  socket.write(begin);
  const timer = setInterval(() => socket.write(more), 1);
  socket.once('close', () => clearInterval(timer));
}

describe.each(['undici', 'wire'] as const)('%s', (client) => {
  const runOn = (url: string, timeout: string) =>
    run({ url, client, mode: 'inline', concurrency: 2, requests: REQUESTS, timeout, expectBody: ['good'] });

  test.each([
    ['a head', HEAD, `x: ${'y'.repeat(4_000)}\r\n`, 'protocol'],
    ['a reason', 'HTTP/1.1 200 ', 'y'.repeat(4_000), client === 'wire' ? 'protocol' : 'timeout'],
    ['blank lines', '', '\r\n'.repeat(2_000), client === 'wire' ? 'protocol' : 'timeout'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10), 'timeout'],
    ['a size line', `${CHUNKED}4;`, 'y'.repeat(4_000), client === 'wire' ? 'protocol' : 'timeout'],
    ['small chunks', CHUNKED, '1\r\ny\r\n'.repeat(100), 'timeout'],
    ['a trailer', `${CHUNKED}0\r\n`, `x: ${'y'.repeat(4_000)}\r\n`, 'protocol'],
  ])('%s without end fails each request once, by its deadline', async (_name, begin, more, kind) => {
    const seen = await start((socket) => endless(socket, begin, more));
    // Long enough for 16 KiB on a busy machine, where those are what ends it.
    const summary = await runOn(seen.url, kind === 'timeout' ? '200ms' : '10s');
    expect(summary.requests).toMatchObject({ sent: REQUESTS, ok: 0, failed: REQUESTS });
    expect(summary.errors).toMatchObject([{ kind, count: REQUESTS }]);
    expect(seen.connections).toBeLessThanOrEqual(REQUESTS);
  });

  test.each([
    ['another answer', `${HEAD}content-length: 4\r\n\r\nevil`, REQUESTS],
    ['half a head', `${HEAD}content-le`, REQUESTS],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n', REQUESTS],
    ['a NUL', '\0', REQUESTS],
    ['blank lines', '\r\n'.repeat(10), 2],
  ])('%s behind an answer is no answer to the next request', async (_name, behind, connections) => {
    const seen = await start((socket) => socket.write(GOOD + behind));
    const summary = await runOn(seen.url, '10s');
    expect(summary.requests).toMatchObject({ sent: REQUESTS, ok: REQUESTS });
    expect(seen).toMatchObject({ connections, requests: REQUESTS });
  });

  // Node tells nobody whether the end was a proper one: what says its own length is not taken for whole.
  test.each([
    ['a length', `${HEAD}content-length: 9\r\n\r\ngood`, 0],
    ['chunks', `${CHUNKED}4\r\ngood\r\n`, 0],
    ['neither', `${HEAD}\r\ngood`, REQUESTS],
  ])('over TLS an end without close_notify is noticed by %s', async (_name, answer, ok) => {
    const sockets = new Set<Socket>();
    const server = createTlsServer(CERTIFICATE, (secure) => {
      secure.on('error', () => {});
      secure.on('data', () => secure.write(answer, () => setTimeout(endAll, 20)));
    });
    const endAll = (): void => {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    };
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    close = () => {
      endAll();
      server.close();
    };
    const url = `https://127.0.0.1:${await listening(server)}/`;
    const options = { url, client, mode: 'inline', insecure: true, timeout: '10s' } as const;
    const { requests, errors } = await run({ ...options, concurrency: 1, requests: REQUESTS });
    expect(requests).toMatchObject({ sent: REQUESTS, ok, failed: REQUESTS - ok });
    expect(errors.map(({ kind }) => kind)).toEqual(ok === 0 ? ['truncated'] : []);
  });
});
