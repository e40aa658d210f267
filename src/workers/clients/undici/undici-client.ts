import { wholeRequestsTo } from '../../../protocol/dial.ts';
import type { Destination } from '../../../protocol/endpoint.ts';
import type { TargetConnection } from '../../connections/connection.ts';
import type { AnyDispatcher, HttpDispatcher } from '../dispatcher.ts';
import { UndiciClient } from './client.ts';
import { createHttp2Dispatcher } from './undici-http2.ts';
import { UndiciReader } from './undici-reader.ts';

const KEEP_ALIVE_MS = 600_000;
// Servers say for how long they keep an idle connection; it is left half a second before that.
const KEEP_ALIVE_MARGIN_MS = 500;

/** undici's own client over one connection, of the HTTP that the target is to be asked in. */
export function createUndiciDispatcher(target: Destination, connection: TargetConnection): AnyDispatcher {
  return target.protocol === 'http/1.1'
    ? createHttp1Dispatcher(target, connection)
    : createHttp2Dispatcher(target, connection);
}

function createHttp1Dispatcher(target: Destination, connection: TargetConnection): HttpDispatcher {
  // Out of a tunnel undici reads by itself: Node lends no buffer to TLS over a socket that is there already.
  if (target.routes.proxy === null || wholeRequestsTo(target) !== null)
    connection.readWith(new UndiciReader(connection));
  return new UndiciClient(target.origin, {
    connect: (_options, callback) => connection.acquire(callback),
    allowH2: false,
    // One request at a time. With 2, the next one could be written from within the end of the last, and
    // bytes that a faulty server sends behind an answer would be taken for the answer to it.
    pipelining: 1,
    // Deadlines are kept by volley: undici's timers are half a second coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
  });
}
