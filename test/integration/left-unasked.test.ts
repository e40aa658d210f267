import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { listening } from '../support/target.ts';

const CASES = [
  { method: 'GET', head: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5', byUndici: true },
  { method: 'GET', head: 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked', byUndici: true },
  { method: 'HEAD', head: 'HTTP/1.1 200 OK', byUndici: true },
  { method: 'GET', head: 'HTTP/1.1 204 No Content', byUndici: false },
];

/** Answers every request with this head, and closes nothing. */
async function answering(head: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((socket) => {
    socket.on('data', () => socket.write(`${head}\r\n\r\n`));
    socket.on('error', () => {});
  });
  return { url: `http://127.0.0.1:${await listening(server)}/`, close: () => server.close() };
}

const asked = { requests: 20, concurrency: 1, mode: 'inline' } as const;

describe('answers without a body', () => {
  test.each(CASES)('$method, $head: no close is the target’s', async ({ method, head, byUndici }) => {
    const { url, close } = await answering(head);
    const [undici, wire] = [
      await run({ ...asked, url, method, client: 'undici' }),
      await run({ ...asked, url, method, client: 'wire' }),
    ];
    close();
    expect([undici.requests.ok, wire.requests.ok]).toEqual([20, 20]);
    expect(undici.connections).toMatchObject({ closedByTarget: 0 });
    // Says when undici keeps them: docs/clients.md is to be changed then.
    expect(undici.connections.opened > 1).toBe(byUndici);
    expect(wire.connections).toMatchObject({ opened: 1, closedByTarget: 0 });
  });

  test.each(['HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5'])(
    '%s with connection: close is the target’s',
    async (head) => {
      const { url, close } = await answering(`${head}\r\nConnection: close`);
      const { requests, connections } = await run({ ...asked, url, client: 'undici' });
      close();
      expect(requests.ok).toBe(20);
      expect(connections.closedByTarget).toBeGreaterThanOrEqual(19);
    },
  );
});
