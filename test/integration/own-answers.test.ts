import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { createRandom } from '../../src/metrics/random.ts';
import { CLIENT_NAMES, type ClientName } from '../../src/protocol/plan.ts';
import { bytesIn } from '../../src/requests/body-text.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { requestTemplate } from '../../src/workers/clients/dispatcher.ts';
import { ClientFactory, loadClient } from '../../src/workers/clients/http-client.ts';
import { copyOf, type ReadBytes } from '../../src/workers/connections/read-bytes.ts';
import { Exchange } from '../../src/workers/exchange/exchange.ts';
import { KeptBody } from '../../src/workers/exchange/kept-body.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { listening } from '../support/target.ts';

const HEAD_END = '\r\n\r\n';

/** A body that belongs to one request: no other has the same bytes anywhere. */
function bodyOf(id: number, length: number): Buffer {
  const line = `${id.toString().padStart(6, '.')}|`;
  return Buffer.alloc(length, line);
}

/** Answers `/ID/LENGTH/PIECES` with that request's own body, head and body cut anywhere, in separate writes. */
async function answer(socket: Socket, path: string): Promise<void> {
  const [, id = 0, length = 0, pieces = 1, framing = 'length'] = path
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part)) as [string, number, number, number, string];
  const body = bodyOf(id, length);
  const framed =
    framing === 'chunked'
      ? Buffer.concat([
          Buffer.from(`${length.toString(16)}\r\n`),
          body,
          Buffer.from(`\r\n0\r\nx-trailer: ${id}\r\n\r\n`),
        ])
      : body;
  const length_ = framing === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`;
  const head = `HTTP/1.1 200 OK\r\nlocation: /at/${id}\r\n${length_}\r\nretry-after: ${id}${HEAD_END}`;
  const whole = Buffer.concat([Buffer.from(head), framed]);
  const random = createRandom(id, 1);
  const within = Array.from({ length: pieces - 1 }, (_, index) =>
    // Every other cut falls into the head, where small answers would hardly be cut at all.
    Math.floor(random() * (index % 2 === 0 ? Math.min(whole.length, head.length) : whole.length)),
  );
  const cuts = [0, ...within.sort((a, b) => a - b), whole.length];
  for (const [index, from] of cuts.slice(0, -1).entries()) {
    socket.write(whole.subarray(from, cuts[index + 1]));
    if (index < cuts.length - 2) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Scheme = 'http' | 'https';

/** Where it listens. */
async function startServer(scheme: Scheme): Promise<string> {
  const serve = (socket: Socket): void => {
    let asked = '';
    socket.on('data', (bytes) => {
      asked += bytes.toString('latin1');
      const end = asked.indexOf(HEAD_END);
      if (end < 0) return;
      const [, path = ''] = asked.split(' ');
      asked = asked.slice(end + HEAD_END.length);
      void answer(socket, path);
    });
    socket.on('error', () => {});
  };
  const server =
    scheme === 'http'
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ ...CERTIFICATE, noDelay: true }, serve);
  servers.push(server);
  return `${scheme}://127.0.0.1:${await listening(server)}/`;
}

interface Case {
  readonly connections: number;
  readonly requests: number;
  readonly length: number;
  readonly pieces: number;
  readonly framing: 'length' | 'chunked';
}

/** A sink that notes what came, and when it was read; it keeps the body where the request asks for that. */
class TimedPieces extends KeptBody {
  pieces: Buffer[] = [];
  timesMs: number[] = [];
  #keepsBody = false;

  override expect(keepsBody: boolean): true {
    this.#keepsBody = keepsBody;
    return true;
  }

  override add(bytes: ReadBytes, from: number, to: number, readAtMs = Number.NaN): void {
    if (this.#keepsBody) super.add(bytes, from, to);
    this.pieces.push(Buffer.from(copyOf(bytes, from, to)));
    this.timesMs.push(readAtMs);
  }

  override clear(): void {
    super.clear();
    this.pieces = [];
    this.timesMs = [];
  }

  /** Whether it has been read between these two, one piece after the other. */
  isReadWithin(fromMs: number, toMs: number): boolean {
    return [fromMs, ...this.timesMs, toMs].every((timeMs, index, all) => timeMs >= (all[index - 1] ?? 0));
  }
}

interface Wrong {
  readonly path: string;
  readonly what: string;
}

/** Sends so many requests, each for an answer of its own, and says what was not its own. */
async function ask(client: ClientName, url: string, asked: Case): Promise<Wrong[]> {
  const { connections, requests, length, pieces, framing } = asked;
  const plan = await resolvePlan({ url, requests: 1, insecure: true });
  const clock = createMonotonicClock();
  const [request] = plan.mix;
  const endpoint = request?.endpoint;
  if (request === undefined || endpoint == null) throw new Error('there is no request');
  const factory = new ClientFactory(
    await loadClient(client, 'http/1.1'),
    { ...endpoint, ...plan.settings },
    clock,
  );
  const wrong: Wrong[] = [];
  let sent = 0;
  let ended = 0;
  const done = Promise.withResolvers<void>();
  const ids = new Map<Exchange, number>();
  const next = (exchange: Exchange): void => {
    if (sent === requests) return;
    const id = ++sent;
    ids.set(exchange, id);
    const message = { ...request.message, path: `/${id}/${length}/${pieces}/${framing}` };
    const template = requestTemplate(endpoint.origin, message);
    exchange.send(
      {
        index: 0,
        plan: request,
        endpoint,
        message,
        firstHeaders: message.headers,
        template,
        keepsBody: id % 2 === 0,
        wantsFields: true,
        refusal: null,
      },
      0,
      0,
    );
  };
  const end = (exchange: Exchange, misses: (string | false)[]): void => {
    const what = misses.filter((miss) => miss !== false).join(', ');
    if (what !== '') wrong.push({ path: exchange.request?.message.path ?? '', what });
    next(exchange);
    if (++ended === requests) done.resolve();
  };
  const owner = {
    onComplete(exchange: Exchange, endMs: number): void {
      const id = ids.get(exchange) ?? 0;
      const isKept = id % 2 === 0;
      const sink = exchange.sink as TimedPieces;
      const body = isKept ? bytesIn(exchange.body) : Buffer.concat(sink.pieces);
      end(exchange, [
        !bodyOf(id, length).equals(body) && 'body',
        !isKept && exchange.body.length > 0 && 'kept as well',
        !sink.isReadWithin(exchange.firstByteMs, endMs) && `read at ${sink.timesMs.join(', ')}`,
        exchange.location !== `/at/${id}` && `location ${exchange.location}`,
        exchange.retryAfter !== String(id) && `retry-after ${exchange.retryAfter}`,
      ]);
    },
    onFailure: (exchange: Exchange, _endMs: number, error: Error): void => end(exchange, [error.message]),
    onRetry(): void {},
  };
  const clients = Array.from({ length: connections }, () => factory.create());
  for (const one of clients) next(new Exchange(one, owner, clock, null, new TimedPieces()));
  await done.promise;
  await Promise.all(clients.map(({ dispatcher }) => dispatcher.destroy().catch(() => {})));
  for (const { connection } of clients) connection.close();
  return wrong;
}

const CASES: Case[] = [
  { connections: 1, requests: 50, length: 1, pieces: 4, framing: 'length' },
  { connections: 200, requests: 800, length: 1, pieces: 3, framing: 'chunked' },
  { connections: 20, requests: 400, length: 100, pieces: 1, framing: 'length' },
  { connections: 50, requests: 400, length: 300, pieces: 5, framing: 'length' },
  { connections: 50, requests: 250, length: 20_000, pieces: 4, framing: 'length' },
  { connections: 50, requests: 250, length: 20_000, pieces: 4, framing: 'chunked' },
  { connections: 20, requests: 60, length: 200_000, pieces: 3, framing: 'length' },
  { connections: 20, requests: 60, length: 200_000, pieces: 3, framing: 'chunked' },
  { connections: 5, requests: 10, length: 4_000_000, pieces: 3, framing: 'length' },
];

/** Over TLS the bytes come by another way: a few answers show that they are no others. */
const CASES_OVER_TLS = CASES.filter(({ requests }) => requests <= 250);

describe('whatever shares a read buffer, by both clients at once', () => {
  test.each([
    ...CASES.map((asked) => ({ scheme: 'http' as const, ...asked })),
    ...CASES_OVER_TLS.map((asked) => ({ scheme: 'https' as const, ...asked })),
  ])(
    '$scheme: $requests answers of $length B in $pieces pieces ($framing) over $connections connections',
    async ({ scheme, ...asked }) => {
      const wrong = CLIENT_NAMES.map(async (client) => ask(client, await startServer(scheme), asked));
      expect(await Promise.all(wrong)).toEqual(CLIENT_NAMES.map(() => []));
    },
  );
});
