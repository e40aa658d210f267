import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { listening } from '../support/target.ts';

const MIB = 2 ** 20;
const BODY = Buffer.alloc(12 * MIB, 'x');
const REQUESTS = 40;
/** All bodies at once are 480 MiB. */
const MOST_RSS_BYTES = 400 * MIB;
const TINY_CHUNKS = 2 ** 18;
const TINY_ANSWERS = 6;
/** Of so many chunks' one byte each: 1.5 MiB in all, and some 300 MiB where each piece is an object that stays. */
const MOST_RSS_OF_TINY_BYTES = 230 * MIB;
const MANY_CHUNKS = Buffer.from('1\r\nx\r\n'.repeat(2 ** 13));

const pathOf = useFolder();

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

/** Answers in chunks of one byte each, of which the last alone is another. */
async function startTinyChunks(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => {
      let left = TINY_CHUNKS;
      const writeOn = (): void => {
        while (left > 0) {
          left -= 2 ** 13;
          if (!socket.write(MANY_CHUNKS)) {
            socket.once('drain', writeOn);
            return;
          }
        }
        socket.write('1\r\ny\r\n0\r\n\r\n');
      };
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      writeOn();
    });
  });
  close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return `http://127.0.0.1:${await listening(server)}/`;
}

test.each([
  ['run', 'undici'],
  ['run', 'wire'],
  ['batch', 'undici'],
  ['batch', 'wire'],
])('a body in very many chunks of one byte costs its bytes and no more: %s, %s', async (command, client) => {
  const url = await startTinyChunks();
  const rows = pathOf('rows.csv');
  writeFileSync(rows, `id\n${Array.from({ length: TINY_ANSWERS }, (_, index) => index).join('\n')}\n`);
  const what =
    command === 'run'
      ? [url, '-n', String(TINY_ANSWERS)]
      : ['batch', rows, `${url}{{id}}`, '--out', pathOf(`${client}.csv`)];
  const { code, stdout } = await startVolley([
    ...[...what, '-c', String(TINY_ANSWERS), '--client', client, '--mode', 'inline'],
    ...['--expect-body', 'y', '--timeout', '120s', '-o', 'json'],
  ]).ended;
  const { requests, generator } = JSON.parse(stdout) as Summary;
  expect(requests).toMatchObject({ sent: TINY_ANSWERS, ok: TINY_ANSWERS });
  expect(code).toBe(0);
  expect(generator.peakRssBytes).toBeLessThan(MOST_RSS_OF_TINY_BYTES);
});
