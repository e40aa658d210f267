import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { CERTIFICATE, CERTIFICATE_PATH } from '../support/certificate.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

/** A server that counts, by its own address, what was opened to it. */
async function startCounter(
  address = '0.0.0.0',
): Promise<{ port: number; byAddress: Record<string, number> }> {
  const byAddress: Record<string, number> = {};
  const server: Server = createServer((_request, response) => response.end('ok')).on(
    'connection',
    (socket) => {
      const { localAddress = '' } = socket;
      byAddress[localAddress] = (byAddress[localAddress] ?? 0) + 1;
    },
  );
  server.listen(0, address);
  await once(server, 'listening');
  open.push({ close: () => server.close() });
  return { port: (server.address() as AddressInfo).port, byAddress };
}

describe.each(VARIANTS)('several addresses of a name, $mode $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  const base = { mode, client, workers: workersIn(mode, 2), requests: 90 } as const;
  const ADDRESSES = ['127.0.0.2', '127.0.0.1', '127.0.0.3'];

  test('connections are spread over all of them, or begin with the first', async () => {
    const { port, byAddress } = await startCounter();
    const options = { ...base, url: `http://many.test:${port}/`, concurrency: 9 };
    const resolve = [`many.test:${port}:${ADDRESSES}`];
    const spread = await run({ ...options, resolve });
    expect(spread.requests.ok).toBe(90);
    expect(spread.addresses).toEqual(ADDRESSES.map((address) => ({ address, connections: 3 })));
    expect(byAddress).toEqual(Object.fromEntries(ADDRESSES.map((address) => [address, 3])));
    const first = await run({ ...options, resolve, addresses: 'first' });
    expect(first.addresses.map(({ connections }) => connections)).toEqual([9, 0, 0]);
  });

  test('a new connection takes the next one; one that is dead is passed over', async () => {
    const { port, byAddress } = await startCounter('127.0.0.1');
    const url = `http://many.test:${port}/`;
    const resolve = [`many.test:${port}:127.0.0.2,127.0.0.1`];
    const summary = await run({ ...base, url, resolve, keepalive: false, concurrency: 2, requests: 20 });
    expect(summary.requests.ok).toBe(20);
    const { opened } = summary.connections;
    expect(opened).toBeGreaterThanOrEqual(20);
    expect(summary.addresses).toEqual([
      { address: '127.0.0.2', connections: 0 },
      { address: '127.0.0.1', connections: opened },
    ]);
    expect(byAddress).toEqual({ '127.0.0.1': opened });
  });
});

test.each(CLIENT_NAMES)('connections that are opened again go round, by %s', async (client) => {
  const { port, byAddress } = await startCounter();
  const url = `http://many.test:${port}/`;
  const resolve = [`many.test:${port}:127.0.0.2,127.0.0.1`];
  await run({ mode: 'inline', client, url, resolve, keepalive: false, concurrency: 1, requests: 10 });
  expect(byAddress).toEqual({ '127.0.0.1': 5, '127.0.0.2': 5 });
});

test('an address is named as sockets name it, however it was written', async () => {
  const { port } = await startCounter();
  const resolve = [`one.test:${port}:127.0.0.1,[0:0:0:0:0:0:0:1]`];
  const url = `http://one.test:${port}/`;
  const { addresses } = await run({ mode: 'inline', url, resolve, concurrency: 2, requests: 2 });
  expect(addresses).toEqual([
    { address: '127.0.0.1', connections: 2 },
    { address: '::1', connections: 0 },
  ]);
});

test.each(CLIENT_NAMES)('a name that ends in a dot is asked for without it, by %s', async (client) => {
  const names = new Set<unknown>();
  const hosts = new Set<unknown>();
  const server = createHttpsServer({ ...CERTIFICATE }, (request, response) => {
    names.add((request.socket as TLSSocket).servername);
    hosts.add(request.headers.host);
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => server.close() });
  const { port } = server.address() as AddressInfo;
  const base = { mode: 'inline', client, cacert: CERTIFICATE_PATH, requests: 2, concurrency: 1 } as const;
  const resolve = [`localhost.:${port}:127.0.0.1`];
  const url = `https://localhost.:${port}/`;
  for (const sni of [undefined, 'localhost.']) {
    const { requests } = await run({ ...base, url, resolve, sni });
    expect(requests.ok).toBe(2);
  }
  expect([...names]).toEqual(['localhost']);
  // As in curl and browsers, the field keeps it.
  expect([...hosts]).toEqual([`localhost.:${port}`]);
});
