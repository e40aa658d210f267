import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, createSecureServer } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { ERROR_CODES, messageOf, VolleyError } from '../protocol/errors.ts';
import { FOR_FLOODS, keepSockets } from './framing-faults.ts';
import { handleRequest } from './handle-request.ts';
import { MockModel, type ModelStats } from './model/model-server.ts';
import { DEFAULT_MODEL } from './model/settings.ts';
import { checkServerOptions, type ReferenceServerOptions } from './server-options.ts';
import { TargetCounter, type TargetStats } from './stats.ts';

// Length of the accept queue; Node's default of 511 is less than load testers open at once.
const BACKLOG = 4_096;

/** A running reference server. */
export interface ReferenceServer {
  readonly url: string;
  readonly port: number;
  stats(): TargetStats;
  /** Statistics of the mock model; null without one. */
  modelStats(): ModelStats | null;
  /** Closes every connection and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts the reference server: known delays, statuses, sizes and faults, and counts of what arrived
 * (docs/reference-server.md).
 *
 * @throws VolleyError VOLLEY_USAGE if options are wrong, VOLLEY_LISTEN if it cannot listen on the address
 */
export async function createReferenceServer(options: ReferenceServerOptions = {}): Promise<ReferenceServer> {
  checkServerOptions(options);
  const { host = '127.0.0.1', port = 0, cert, key, h2c = false, closeEvery } = options;
  const model = options.model === undefined ? null : new MockModel({ ...DEFAULT_MODEL, ...options.model });
  const counter = new TargetCounter();
  const secure = cert !== undefined && key !== undefined;
  const server: Server = secure
    ? createSecureServer({ cert, key, allowHTTP1: true })
    : h2c
      ? createH2cServer()
      : createHttpServer();
  const sockets = new Set<Socket>();
  // The load tester decides how long to keep an idle connection.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0 });
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    counter.connection(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    accepted++;
    if (closeEvery !== undefined && accepted % closeEvery === 0) socket.destroy();
  });
  // A client that disconnects is not an error for a server that only counts.
  server.on('clientError', (_error: Error, socket: Socket) => socket.destroy());
  // Node gives HTTP/2 requests and responses the same interface as HTTP/1.1.
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    handleRequest(counter, request, response, model),
  );
  await listen(server, host, port);

  const { port: actualPort } = server.address() as AddressInfo;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
  return {
    url: `${secure ? 'https' : 'http'}://${authority}/`,
    port: actualPort,
    stats: () => counter.snapshot(),
    modelStats: () => model?.stats ?? null,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function createH2cServer(): Server {
  const server = createHttp2Server(FOR_FLOODS);
  keepSockets(server);
  return server;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new VolleyError(
          ERROR_CODES.listen,
          `Cannot listen on ${host} port ${port} (${messageOf(error)}): choose another --port or --host.`,
        ),
      );
    });
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
}
