import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { CLIENT_NAMES, type ClientName } from '../../src/protocol/plan.ts';
import { ClientFactory, type HttpClient, loadClient } from '../../src/workers/clients/http-client.ts';
import { SlotClients } from '../../src/workers/clients/slot-clients.ts';
import { listening } from '../support/target.ts';

const CONNECTIONS = 40;

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const answered = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const NOTICE = 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** Answers each request with its path, and sends `more` so many turns after the first answer of a connection. */
async function serving(more: string, turns: number): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    let isFirst = true;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      socket.write(answered(/ (\S+)/.exec(String(bytes))?.[1] ?? ''));
      if (isFirst) sendAfter(turns);
      isFirst = false;
    });
    const sendAfter = (left: number): void => {
      setImmediate(() => (left > 1 ? sendAfter(left - 1) : socket.writable && socket.write(more)));
    };
  });
  servers.push(server);
  return `http://127.0.0.1:${await listening(server)}/`;
}

/** Clients for which time passes so fast that nearly all they read is an endless burst. */
async function busyClients(name: ClientName, url: string) {
  const plan = await resolvePlan({ url, requests: 1 });
  const endpoint = plan.mix[0]?.endpoint;
  if (endpoint == null) throw new Error('there is no request');
  let atMs = 1_000;
  const clock = {
    nowMs: () => {
      atMs += 0.3;
      return atMs;
    },
  };
  const factory = new ClientFactory(
    await loadClient(name, 'http/1.1'),
    { ...endpoint, ...plan.settings },
    clock,
  );
  const clients = Array.from({ length: CONNECTIONS }, () => factory.create());
  await Promise.all(clients.map(({ connection }) => connection.open()));
  return { clients, factory, clock };
}

interface Ended {
  readonly sentMs: number;
  readonly readMs: number;
}

/** Sends a request, and once it has ended, the rest. */
function askInTurn(
  { dispatcher, connection, origin }: HttpClient,
  paths: readonly string[],
  clock: { nowMs(): number },
): Promise<Ended[]> {
  return new Promise((resolve) => {
    const ended: Ended[] = [];
    const ask = ([path, ...rest]: readonly string[]): void => {
      if (path === undefined || !('dispatch' in dispatcher)) {
        resolve(ended);
        return;
      }
      let sentMs = 0;
      let readMs = Number.POSITIVE_INFINITY;
      const end = (): void => {
        ended.push({ sentMs, readMs });
        ask(rest);
      };
      dispatcher.dispatch(
        { origin, path, method: 'GET', headers: [], body: null, reset: false },
        {
          onRequestStart: () => {
            sentMs = clock.nowMs();
          },
          onResponseStart: () => {
            readMs = connection.readAtMs;
          },
          onResponseData: () => {},
          onResponseEnd: end,
          onResponseError: end,
        },
      );
    };
    ask(paths);
  });
}

describe.each(CLIENT_NAMES)('what has been read before a request was sent, %s', (name) => {
  test.each([
    ['another answer', answered('stray'), 6, 3],
    ['another answer, later', answered('stray'), 10, 3],
    ['a notice', NOTICE, 6, 12],
  ])('%s is not its answer', async (_what, more, turns, requests) => {
    const { clients, factory, clock } = await busyClients(name, await serving(more, turns));
    const all = await Promise.all(
      clients.map((client, index) =>
        askInTurn(
          client,
          Array.from({ length: requests }, (_, at) => `/${index}-${at}`),
          clock,
        ),
      ),
    );
    for (const { connection, dispatcher } of clients) {
      connection.close();
      dispatcher.destroy().catch(() => {});
    }
    const ended = all.flat();
    expect(ended).toHaveLength(CONNECTIONS * requests);
    expect(ended.filter(({ sentMs, readMs }) => readMs < sentMs)).toEqual([]);
    // What came has been met: connections were given up for it.
    expect(factory.counters.opened + factory.counters.unrequested).toBeGreaterThan(CONNECTIONS);
  });
});

test.each(CLIENT_NAMES)(
  'what has come when the time for it was over, but the loop was late, is read before the end, %s',
  async (name) => {
    let socket: Socket | null = null;
    const server = createServer({ noDelay: true }, (accepted) => {
      socket = accepted.on('error', () => {});
      accepted.on('data', () => accepted.write(answered('good')));
    });
    servers.push(server);
    const plan = await resolvePlan({ url: `http://127.0.0.1:${await listening(server)}/`, requests: 1 });
    let lateMs = 0;
    const clock = { nowMs: () => performance.now() + lateMs };
    const shard = { index: 0, workers: 1, connections: 1, streams: 1, settings: plan.settings, mix: [] };
    const clients = new SlotClients(shard, await loadClient(name, 'http/1.1'), clock);
    const client = clients.open(plan.mix[0]?.endpoint ?? null);
    await askInTurn(client, ['/'], clock);
    client.connection.answered(false, clock.nowMs(), clock.nowMs());
    // In the kernel's hands at once, and not read before the loop turns.
    (socket as Socket | null)?.write(answered('stray'));
    lateMs = 1_000;
    await clients.readRest();
    clients.close();
    expect(clients.counters).toMatchObject({ opened: 1, unrequested: 1, doubtful: 1 });
  },
);
