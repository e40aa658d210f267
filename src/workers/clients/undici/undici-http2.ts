import http2 from 'node:http2';
import type { Client } from 'undici';
import type { Destination } from '../../../protocol/endpoint.ts';
import type { TargetConnection } from '../../connections/connection.ts';
import type { ConnectCallback } from '../../connections/link.ts';
import type { AnswerHandler, RequestTemplate, StreamDispatcher } from '../dispatcher.ts';
import { UndiciClient } from './client.ts';
import { claimStream, QueueLeft, Stream, type StreamQueue, type StreamSession } from './undici-stream.ts';

const KEEP_ALIVE_MS = 600_000;
/** The most streams ever asked for; if the target allows fewer, requests wait. */
const MOST_STREAMS = 1_000;

/**
 * node:http2's memory limit per connection, in MB; beyond it, answers are reset as if by the target. Queued request bodies
 * count although they share memory, so the limit is above their possible total.
 */
const MOST_SESSION_MEMORY_MB = 1_000_000;
/** Limit on an answer's fields; their limit in bytes (64 KB) applies first. */
const MOST_FIELDS = 5_000;

/** How many ended requests may wait for a stream before the connection is given up. */
const MOST_LEFT = 100;

/**
 * undici's HTTP/2 client over one connection: each request is a stream. A request that ended before the
 * target allowed it a stream stays in undici's queue until there is one. If that takes long, a new client
 * with a new connection takes over the waiting requests.
 */
class Http2Dispatcher implements StreamDispatcher, StreamQueue {
  readonly #origin: string;
  readonly #connection: TargetConnection;
  #client: Client;
  #left = 0;

  constructor(origin: string, connection: TargetConnection) {
    this.#origin = origin;
    this.#connection = connection;
    this.#client = this.#create();
  }

  dispatchStream(request: RequestTemplate, handler: AnswerHandler): Stream {
    const stream = new Stream(request, handler, this, this.#connection);
    this.dispatch(stream);
    return stream;
  }

  dispatch(stream: Stream): void {
    this.#client.dispatch(stream.request, stream);
  }

  destroy(): Promise<void> {
    return this.#client.destroy();
  }

  left(): void {
    if (++this.#left < MOST_LEFT || this.#client.stats.running > 0 || this.#connection.phase !== 'open')
      return;
    this.#left = 0;
    const given = this.#client;
    this.#client = this.#create();
    this.#connection.leave();
    given.removeAllListeners('disconnect');
    given.destroy(new QueueLeft()).catch(() => {});
  }

  passed(): void {
    this.#left--;
  }

  #create(): Client {
    const connection = this.#connection;
    const client = new UndiciClient(this.#origin, {
      connect: (_options, callback) => connection.acquire(openingSession(connection, callback)),
      allowH2: true,
      // No pings, so that only requests are sent. volley keeps the deadlines.
      h2Options: { maxConcurrentStreams: MOST_STREAMS, pingInterval: 0 },
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
    // While the connection is open, this is the target's GOAWAY.
    client.on('disconnect', () => connection.finish());
    return client;
  }
}

export function createHttp2Dispatcher(
  { origin }: Pick<Destination, 'origin'>,
  connection: TargetConnection,
): StreamDispatcher {
  return new Http2Dispatcher(origin, connection);
}

/** undici creates the session within this call and does not pass on the options we need. */
function openingSession(connection: TargetConnection, callback: ConnectCallback): ConnectCallback {
  return (...result) => {
    const { connect } = http2;
    http2.connect = ((authority: string, options: http2.ClientSessionOptions) => {
      const session = connect(authority, {
        ...options,
        maxSessionMemory: MOST_SESSION_MEMORY_MB,
        maxHeaderListPairs: MOST_FIELDS,
      });
      const { request } = session;
      const facts: StreamSession = {
        native: nativeOf(session),
        lastSeenId: null,
        goodbyeCode: null,
        hasSettings: false,
        get isDestroyed() {
          return session.destroyed;
        },
      };
      // Before undici's own listener, which ends the unprocessed streams.
      session.on('goaway', (code, lastSeenId) => {
        facts.lastSeenId ??= lastSeenId;
        facts.goodbyeCode = code;
      });
      session.on('remoteSettings', ({ maxConcurrentStreams }) => {
        facts.hasSettings = true;
        connection.allowsNone = maxConcurrentStreams === 0;
      });
      session.request = (...asked) => claimStream(request.apply(session, asked), facts);
      return session;
    }) as typeof connect;
    try {
      callback(...result);
    } finally {
      http2.connect = connect;
    }
  };
}

/** The session's native handle; undefined if Node stores it elsewhere than today. */
function nativeOf(session: http2.ClientHttp2Session): unknown {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle');
  return key === undefined ? undefined : Reflect.get(session, key);
}
