import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';

/** A request as the shop has got it. */
export interface Visit {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Request line, header lines and body, as they came. */
  readonly raw: string;
  /** Number of the connection. */
  readonly connection: number;
}

export interface Shop {
  readonly url: string;
  readonly visits: Visit[];
  /** Whoever has been there is forgotten. */
  readonly forget: () => void;
}

/** A server for one test file: it gives out tokens that are good on their own connection alone. */
export function useShop(answer: (visit: Visit, response: ServerResponse) => boolean = () => false): Shop {
  const visits: Visit[] = [];
  const connections = new Map<Socket, number>();
  const tokens = new Map<string, number>();
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop');
    const connection = connections.get(request.socket) ?? connections.size + 1;
    connections.set(request.socket, connection);
    const { method = '', headers } = request;
    const query = Object.fromEntries(searchParams);
    const raw = [`${method} ${request.url}`, ...request.rawHeaders, body].join('\n');
    const visit = { method, path: pathname, query, headers, body, raw, connection };
    visits.push(visit);
    if (answer(visit, response)) return;
    const [, what = '', which = ''] = pathname.split('/');
    if (what === 'login') {
      const token = `token-${tokens.size + 1}`;
      tokens.set(token, connection);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token }));
    } else if (what === 'items' && tokens.get(headers.authorization?.slice(7) ?? '') !== connection) {
      response.statusCode = 403;
      response.end();
    } else if (what === 'status') {
      response.statusCode = Number(which);
      response.end();
    }
    // Who asked may have gone long before.
    else setTimeout(() => response.end('{}'), what === 'delay' ? Number(which) : 0).unref();
  });
  const forget = (): void => {
    visits.length = 0;
    connections.clear();
    tokens.clear();
  };
  const shop = { url: '', visits, forget };
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    shop.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(forget);
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return shop;
}
