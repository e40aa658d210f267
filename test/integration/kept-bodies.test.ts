import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { listening } from '../support/target.ts';

const MIB = 2 ** 20;
const BODY = Buffer.alloc(12 * MIB, 'x');
const REQUESTS = 40;
/** All bodies at once are 480 MiB. */
const MOST_RSS_BYTES = 400 * MIB;

let close = (): void => {};
afterEach(() => close());

/** Takes all requests at first, and then answers one after the other, each when the one before has been read. */
async function startOneByOne(): Promise<string> {
  const asking: Socket[] = [];
  const sockets = new Set<Socket>();
  let isAnswering = false;
  const answerNext = (): void => {
    const socket = asking.shift();
    if (socket === undefined) return;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n`);
    socket.write(BODY, () => setTimeout(answerNext, 5));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      asking.push(socket);
      if (isAnswering || asking.length < REQUESTS) return;
      isAnswering = true;
      answerNext();
    });
  });
  close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return `http://127.0.0.1:${await listening(server)}/`;
}

describe.each(['undici', 'wire'])('%s', (client) => {
  test('a body is not kept once it has been judged, on connections that have no next request', async () => {
    const url = await startOneByOne();
    const { code, stdout } = await startVolley([
      ...[url, '-n', String(REQUESTS), '-c', String(REQUESTS), '--client', client, '--mode', 'inline'],
      ...['--expect-body', 'x', '--timeout', '60s', '-o', 'json'],
    ]).ended;
    const { requests, generator } = JSON.parse(stdout) as Summary;
    expect(requests).toMatchObject({ sent: REQUESTS, ok: REQUESTS });
    expect(code).toBe(0);
    expect(generator.peakRssBytes).toBeLessThan(MOST_RSS_BYTES);
  });
});
