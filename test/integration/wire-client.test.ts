import { createServer } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client } from 'undici';
import type { Destination } from '../../src/protocol/endpoint.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import type { AnswerHandler, HttpDispatcher, RequestTemplate } from '../../src/workers/clients/dispatcher.ts';
import { ClientFactory, type HttpClient } from '../../src/workers/clients/http-client.ts';
import { createWireDispatcher } from '../../src/workers/clients/wire/http1/wire-client.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { listening } from '../support/target.ts';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

async function clientOf(server: Server, secure = false): Promise<HttpClient<HttpDispatcher>> {
  const port = await listening(server);
  const target = {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`,
    hostname: '127.0.0.1',
    port,
    secure,
    insecure: true,
    tls: { ca: null, cert: null, key: null, servername: null, minVersion: null },
    protocol: 'http/1.1',
    routes: {
      resolve: [],
      connectTo: [],
      unixSocket: null,
      proxy: null,
      alwaysTunnels: false,
      spreads: true,
    },
    addresses: [{ address: '127.0.0.1', family: 4 }],
  } as unknown as Destination;
  const client = new ClientFactory(createWireDispatcher, target, createMonotonicClock()).create();
  open.push({
    close: () => {
      client.dispatcher.destroy().catch(() => {});
      client.connection.close();
      server.close();
    },
  });
  return client;
}

/** What a handler is told, as one list. */
function recorded(
  dispatcher: HttpDispatcher,
  options: Partial<RequestTemplate>,
  also: Partial<AnswerHandler> = {},
): Promise<string[]> {
  const events: string[] = [];
  return new Promise((resolve) => {
    dispatcher.dispatch(
      { origin: '', path: '/', method: 'GET', headers: [], body: null, reset: false, ...options },
      {
        onRequestStart: (controller, context) => {
          events.push('start');
          also.onRequestStart?.(controller, context);
        },
        onResponseStart: (controller, status, headers) => {
          events.push(`head ${status}`);
          also.onResponseStart?.(controller, status, headers);
        },
        onResponseData: (controller, chunk) => {
          events.push(`body ${chunk}`);
          also.onResponseData?.(controller, chunk);
        },
        onResponseEnd: (controller, trailers) => {
          events.push('end');
          also.onResponseEnd?.(controller, trailers);
          resolve(events);
        },
        onResponseError: (_controller, error) => {
          events.push(`error ${error.message}`);
          resolve(events);
        },
      },
    );
  });
}

test('tells what the fields of head and trailers say, and brings a body that outlives its buffer', async () => {
  const { dispatcher } = await clientOf(
    createServer((request, response) => {
      response.writeHead(201, { 'x-path': request.url ?? '', trailer: 'x-sum' });
      response.write(`answer to ${request.url} `);
      response.addTrailers({ 'x-sum': '7' });
      response.end('x'.repeat(200_000));
    }),
  );
  const answers = ['/a', '/b'].map(async (path) => {
    const pieces: Buffer[] = [];
    let said: unknown;
    await recorded(
      dispatcher,
      { path },
      {
        onResponseStart: (_controller, status, fields) => {
          expect([status, fields['x-path']]).toEqual([201, path]);
        },
        onResponseData: (_controller, piece) => pieces.push(piece),
        onResponseEnd: (_controller, trailers) => {
          said = trailers;
        },
      },
    );
    expect(Buffer.concat(pieces).toString()).toBe(`answer to ${path} ${'x'.repeat(200_000)}`);
    expect(said).toEqual({ 'x-sum': '7' });
  });
  await Promise.all(answers);
});

test('requests in line are answered in order over one connection', async () => {
  let connections = 0;
  const server = createServer((request, response) => response.end(request.url));
  server.on('connection', () => connections++);
  const { dispatcher } = await clientOf(server);
  const seen = await Promise.all(['/1', '/2', '/3'].map((path) => recorded(dispatcher, { path })));
  expect(seen).toEqual(['/1', '/2', '/3'].map((path) => ['start', 'head 200', `body ${path}`, 'end']));
  expect(connections).toBe(1);
});

const REQUESTS: readonly Partial<RequestTemplate>[] = [
  {},
  { path: '/a?b=c%20d', headers: ['accept', '*/*', 'X-Two', 'a', 'X-Two', 'b'] },
  { headers: ['host', 'other.example:81'] },
  { headers: ['Connection', 'close'] },
  { headers: ['connection', 'keep-alive'] },
  { reset: true },
  { method: 'HEAD' },
  { method: 'DELETE' },
  { method: 'POST' },
  { method: 'POST', body: Buffer.from('text') },
  { method: 'PUT', body: Buffer.from([0, 255, 13, 10]), headers: ['content-type', 'x/y'] },
  { method: 'GET', body: Buffer.from('odd, but allowed') },
  { method: 'PATCH', body: Buffer.from('') },
  { method: 'PURGE', body: Buffer.from('x') },
  { headers: ['x-latin', 'é'] },
];

test.each(REQUESTS)('writes the bytes that undici writes: %j', async (request) => {
  const heard: string[] = [];
  const server = createTcpServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
      setTimeout(() => {
        heard.push(text);
        socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }, 20);
    });
    socket.on('error', () => {});
  });
  const { dispatcher, connection } = await clientOf(server);
  const port = (server.address() as { port: number }).port;
  const undici = new Client(`http://127.0.0.1:${port}`);
  expect(await recorded(dispatcher, request)).toContain('end');
  expect(await recorded(undici, request)).toContain('end');
  await undici.destroy();
  connection.close();
  const [wire, other] = heard.map((text) => {
    const [head = '', ...body] = text.split('\r\n\r\n');
    const [line, ...fields] = head.split('\r\n');
    return { line, fields: fields.sort(), body };
  });
  expect(wire).toEqual(other);
});

test.each([[{ method: 'CONNECT' }, 'tunnels']])(
  'names the other client for what it does not do: %j',
  async (request, what) => {
    const { dispatcher } = await clientOf(createServer());
    const [error] = await recorded(dispatcher, request as never);
    expect(error).toBe(`error the client wire does not support ${what}`);
  },
);

test.each([
  { path: '/a b' },
  { path: '/a\r\nx: y' },
  { headers: ['x', 'a\r\nb: c'] },
  { headers: ['a b', 'c'] },
  { headers: ['content-length', '5'] },
  { method: 'GE T' },
])('sends nothing that could be read as something else: %j', async (request) => {
  const { dispatcher } = await clientOf(createServer());
  expect(await recorded(dispatcher, request as never)).toEqual([expect.stringMatching(/^error /)]);
});

describe.each(['http', 'https'])('%s', (scheme) => {
  const serve = (onConnection: (socket: Socket) => void): Promise<HttpClient<HttpDispatcher>> =>
    scheme === 'http'
      ? clientOf(createTcpServer(onConnection))
      : clientOf(createTlsServer(CERTIFICATE, onConnection), true);

  test('an abort in the middle fails this request, and the next one has a connection of its own', async () => {
    let connections = 0;
    const { dispatcher } = await serve((socket) => {
      connections++;
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write(
          connections === 1
            ? 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'
            : 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole',
        ),
      );
    });
    const aborted = await recorded(
      dispatcher,
      {},
      {
        onResponseData: (controller) => {
          controller.abort(new Error('enough'));
          controller.abort(new Error('again'));
        },
      },
    );
    expect(aborted).toEqual(['start', 'head 200', 'body half', 'error enough']);
    expect(await recorded(dispatcher, {})).toEqual(['start', 'head 200', 'body whole', 'end']);
    expect(connections).toBe(2);
  });

  test('a second answer in a piece of its own is never taken for the answer to the next request', async () => {
    let connections = 0;
    const { dispatcher } = await serve((socket) => {
      const own = ++connections;
      socket.on('error', () => {});
      socket.on('data', () => {
        socket.cork();
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        if (own === 1) socket.write('HTTP/1.1 299 Stray\r\ncontent-length: 2\r\n\r\nno');
        socket.uncork();
      });
    });
    const answers: string[][] = [];
    for (let index = 0; index < 3; index++) answers.push(await recorded(dispatcher, {}));
    expect(answers.flat().filter((event) => event.startsWith('head'))).toEqual(Array(3).fill('head 200'));
    expect(connections).toBe(2);
  });

  test('an idle connection is given up half a second before the server would close it', async () => {
    let connections = 0;
    const { dispatcher } = await serve((socket) => {
      connections++;
      socket.on('error', () => {});
      socket.on('data', () =>
        socket.write('HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 0\r\n\r\n'),
      );
    });
    await recorded(dispatcher, {});
    await recorded(dispatcher, {});
    expect(connections).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await recorded(dispatcher, {})).toContain('end');
    expect(connections).toBe(2);
  });

  test('an RST in a body without a length does not complete it', async () => {
    const { dispatcher } = await serve((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\nsome');
        setTimeout(() => socket.destroy(), 20);
        if (scheme === 'http') setTimeout(() => socket.resetAndDestroy(), 10);
      });
    });
    const events = await recorded(dispatcher, {});
    // Over TLS there is no RST within Node's reach: there the end without a goodbye is an end.
    if (scheme === 'http') expect(events.at(-1)).toMatch(/^error /);
    else expect(events.slice(0, 3)).toEqual(['start', 'head 200', 'body some']);
  });
});

test('destroy fails what is under way and what is in line', async () => {
  const { dispatcher } = await clientOf(createServer(() => {}));
  const seen = [recorded(dispatcher, {}), recorded(dispatcher, {})];
  setTimeout(() => dispatcher.destroy(), 30);
  expect(await Promise.all(seen)).toEqual([
    ['start', 'error the client is destroyed'],
    ['error the client is destroyed'],
  ]);
  expect(await recorded(dispatcher, {})).toEqual(['error the client is destroyed']);
});
