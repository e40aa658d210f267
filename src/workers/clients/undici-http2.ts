import { Client, type Dispatcher } from 'undici';
import type { Target } from '../../protocol/target.ts';
import type { TargetConnection } from './connection.ts';

const KEEP_ALIVE_MS = 600_000;
/** No more are ever asked for; what the target allows may be less, and then requests wait. */
const MOST_STREAMS = 1_000;

/** undici's HTTP/2 client over one connection: each request is a stream of it. */
export function createHttp2Dispatcher(
  { origin }: Pick<Target, 'origin'>,
  connection: TargetConnection,
): Dispatcher {
  const client = new Client(origin, {
    connect: (_options, callback) => connection.acquire(callback),
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
