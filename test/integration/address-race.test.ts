import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { ROOT } from '../support/cli.ts';

const children: ChildProcess[] = [];
const sockets: Socket[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
});

/** A port of 127.0.0.1 where nobody is accepted for so long; its queue is full. */
async function startLate(delayMs: number): Promise<number> {
  const child = fork(join(ROOT, 'test/fixtures/late-server.cjs'), [String(delayMs)]);
  children.push(child);
  const [port] = (await once(child, 'message')) as [number];
  const fill = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
  sockets.push(...fill);
  await Promise.all(fill.map((socket) => once(socket, 'connect')));
  return port;
}

/** A server on another address of the same port. */
async function startBeside(port: number, isSecure: boolean): Promise<() => number> {
  let connections = 0;
  const server = isSecure ? createHttpsServer({ ...CERTIFICATE }) : createServer();
  server.on('request', (_request, response) => response.end('ok'));
  server.on('connection', () => connections++);
  server.listen(port, '127.0.0.2');
  await once(server, 'listening');
  servers.push(server);
  return () => connections;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe.each(CLIENT_NAMES)('several addresses, by %s', (client) => {
  const base = { mode: 'inline', client, concurrency: 1, requests: 1, addresses: 'first' } as const;

  test('one that is late is waited for where the others are dead', async () => {
    const port = await startLate(2_000);
    const resolve = [`many.test:${port}:127.0.0.1,127.0.0.3`];
    const url = `http://many.test:${port}/`;
    const { requests, addresses } = await run({ ...base, url, resolve, timeout: '20s' });
    expect(requests).toMatchObject({ ok: 1, failed: 0 });
    expect(addresses.map(({ connections }) => connections)).toEqual([1, 0]);
  });

  test('one that takes no connection has to be reached before a lower load could help', async () => {
    const port = await startLate(60_000);
    const { errors, connections, generator } = await run({
      ...{ ...base, url: `http://127.0.0.1:${port}/`, timeout: '100ms', requests: 3 },
    });
    expect(errors).toMatchObject([{ kind: 'timeout', count: 3, example: 'no connection within 100 ms' }]);
    expect(connections.opened).toBe(0);
    expect(generator).toMatchObject({ verdict: 'failing', finding: { nextStep: 'check-listening' } });
  });

  test.each(['http', 'https'])('beside one that is silent the next is tried: %s', async (scheme) => {
    const port = await startLate(60_000);
    const connectionsOf = await startBeside(port, scheme === 'https');
    const resolve = [`many.test:${port}:127.0.0.1,127.0.0.3,127.0.0.2`];
    const url = `${scheme}://many.test:${port}/`;
    const summary = await run({ ...base, url, resolve, insecure: true, timeout: '20s', requests: 5 });
    expect(summary.requests).toMatchObject({ ok: 5, failed: 0 });
    expect(summary.connections).toMatchObject({ opened: 1, closedByTarget: 0 });
    expect(summary.addresses.map(({ connections }) => connections)).toEqual([0, 0, 1]);
    expect(connectionsOf()).toBe(1);
    // The first attempt had no more than its head start, and none of the timeout.
    expect(summary.latencyMs.response.max).toBeLessThan(10_000);
  });

  test('the timeout ends all attempts', async () => {
    const port = await startLate(60_000);
    const resolve = [`many.test:${port}:127.0.0.1,127.0.0.3`];
    const url = `http://many.test:${port}/`;
    const summary = await run({ ...base, url, resolve, timeout: '700ms', requests: 2 });
    expect(summary.errors).toMatchObject([{ kind: 'timeout', count: 2 }]);
    expect(summary.connections.opened).toBe(0);
  });

  test('where all are dead the error names each', async () => {
    const port = await deadPort();
    const resolve = [`many.test:${port}:127.0.0.1,127.0.0.3`];
    const url = `http://many.test:${port}/`;
    const { errors } = await run({ ...base, url, resolve, requests: 2 });
    expect(errors).toMatchObject([{ kind: 'connect', code: 'ECONNREFUSED', count: 2 }]);
    expect(errors[0]?.example).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(errors[0]?.example).toContain(`connect ECONNREFUSED 127.0.0.3:${port}`);
  });
});
