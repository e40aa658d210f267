import type { Socket } from 'node:net';
import { wholeRequestsTo } from '../../../protocol/dial.ts';
import type { Destination } from '../../../protocol/endpoint.ts';
import type { TargetConnection } from '../../connections/connection.ts';
import type { HttpDispatcher } from '../dispatcher.ts';
import { UndiciClient } from './client.ts';
import { cutByReset } from './cut-by-reset.ts';
import { TunnelReads } from './tunnel-reads.ts';
import { UndiciReader } from './undici-reader.ts';
import { endedUnrequested, type Running } from './unrequested.ts';

const KEEP_ALIVE_MS = 600_000;
// Stop using an idle connection half a second before the server's announced keep-alive ends.
const KEEP_ALIVE_MARGIN_MS = 500;

/** Of the last client: nearly all have the same, and users of scenarios have a client each. */
let lastOrigin: { readonly text: string; readonly url: URL } | null = null;

/** undici's client of HTTP/1.1 over one connection. */
export function createUndiciDispatcher(target: Destination, connection: TargetConnection): HttpDispatcher {
  // Through a tunnel undici reads by itself: for TLS over an existing socket, Node does not read into our buffer.
  const isRead = target.routes.proxy === null || wholeRequestsTo(target) !== null;
  if (isRead) connection.readWith(new UndiciReader(connection, () => client));
  const client = new UndiciClient(urlOf(target.origin), {
    connect: (_options, callback) =>
      connection.acquire((...result) => {
        const [, socket] = result;
        socket?.on('error', cutByReset);
        if (socket !== null && !isRead) judgeThroughTunnel(client, connection, socket);
        callback(...result);
      }),
    allowH2: false,
    // One request at a time. With 2, the next could be written while the last one's end is handled, and
    // surplus bytes from a faulty server would be taken for its answer.
    pipelining: 1,
    // volley keeps the deadlines: undici's timers have a resolution of half a second.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
  });
  return client;
}

function judgeThroughTunnel(client: Running, connection: TargetConnection, socket: Socket): void {
  const reads = new TunnelReads(socket);
  socket.once('error', () => {
    if (!endedUnrequested(client, socket)) return;
    if (reads.areNotice) connection.finish();
    else connection.mistrust();
  });
}

function urlOf(origin: string): URL {
  if (lastOrigin?.text !== origin) lastOrigin = { text: origin, url: new URL(origin) };
  return lastOrigin.url;
}
