import http2 from 'node:http2';
import { Client, type Dispatcher } from 'undici';
import type { Target } from '../../protocol/target.ts';
import type { TargetConnection } from './connection.ts';
import type { ConnectCallback } from './link.ts';
import { claimStream } from './stream.ts';

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

/** undici's HTTP/2 client over one connection: each request is a stream of it. */
export function createHttp2Dispatcher(
  { origin }: Pick<Target, 'origin'>,
  connection: TargetConnection,
): Dispatcher {
  const client = new Client(origin, {
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
      session.request = (...asked) => claimStream(request.apply(session, asked));
      return session;
    }) as typeof connect;
    try {
      callback(...result);
    } finally {
      http2.connect = connect;
    }
  };
}
