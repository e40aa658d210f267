import http2 from 'node:http2';
import type { Client } from 'undici';
import type { Destination } from '../../../protocol/endpoint.ts';
import type { TargetConnection } from '../../connections/connection.ts';
import type { ConnectCallback } from '../../connections/link.ts';
import type { AnswerHandler, RequestTemplate, StreamDispatcher } from '../dispatcher.ts';
import { UndiciClient } from './client.ts';
import { claimStream, QueueLeft, Stream, type StreamQueue, type StreamSession } from './undici-stream.ts';

const KEEP_ALIVE_MS = 600_000;
/** No more are ever asked for; what the target allows may be less, and then requests wait. */
const MOST_STREAMS = 1_000;

/**
 * What node:http2 holds of a connection, in MB: beyond it answers are reset as if the target had done so. The bodies
 * that wait to be sent count, though the memory is the same for all; so this is more than they can be.
 */
const MOST_SESSION_MEMORY_MB = 1_000_000;
/** Of an answer; what its fields may be in bytes (64 KB) ends them first. */
const MOST_FIELDS = 5_000;

/** Requests that were ended while they waited for a stream, beyond which the connection is given up. */
const MOST_LEFT = 100;

/**
 * undici's HTTP/2 client over one connection: each request is a stream of it. A request that has ended before the
 * target allowed it a stream stays in undici's queue until there is one. Where there is none for long, a new client
 * with a new connection takes over those that still wait.
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
      connect: (_options, callback) => connection.acquire(openingSession(callback)),
      allowH2: true,
      // No pings: nothing is sent but the requests. Deadlines are kept by volley.
      h2Options: { maxConcurrentStreams: MOST_STREAMS, pingInterval: 0 },
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
    });
    // While the connection is still open this is the target's goodbye (GOAWAY).
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

/** undici makes a session of the socket within this call, and hands on none of the options that are wanted. */
function openingSession(callback: ConnectCallback): ConnectCallback {
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
      };
      // Before undici hears of it, and ends the streams that were not seen.
      session.on('goaway', (code, lastSeenId) => {
        facts.lastSeenId ??= lastSeenId;
        facts.goodbyeCode = code;
      });
      session.once('remoteSettings', () => {
        facts.hasSettings = true;
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

/** What of a session is not JavaScript's; undefined where Node does not keep it as it does today. */
function nativeOf(session: http2.ClientHttp2Session): unknown {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'kHandle');
  return key === undefined ? undefined : Reflect.get(session, key);
}
