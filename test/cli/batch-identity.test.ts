import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { idsTo, readAnswered } from '../support/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { workersIn } from '../support/modes.ts';
import { listening } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

/** From one byte to more than several reads hold. */
const SIZES = [1, 17, 400, 3_000, 20_000, 70_000, 66_000, 200_000];
const COUNT = 96;

const texts = new Map<number, string>();

/** A text that no other row has a piece of. */
function textOf(id: number): string {
  const known = texts.get(id);
  if (known !== undefined) return known;
  const text = hashesOf(id);
  texts.set(id, text);
  return text;
}

/** Hashes of the row's number and of where they stand: made once for each row, there are thousands in some. */
function hashesOf(id: number): string {
  const size = SIZES[id % SIZES.length]!;
  let text = '';
  for (let at = 0; text.length < size; at++)
    text += createHash('sha256').update(`${id} ${at}`).digest('base64');
  return text.slice(0, size);
}

function answerOf(id: number): string {
  return JSON.stringify({ id, text: textOf(id), last: `row ${id}` });
}

const digestOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** Half of the answers have a length, half are chunked, and most come in pieces with turns between. */
function answer(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  const id = Number(request.url!.slice(1));
  const text = answerOf(id);
  if (id % 2 === 0) response.setHeader('content-length', text.length);
  const pieces = 1 + (id % 4);
  const step = Math.ceil(text.length / pieces);
  const send = (at: number): void => {
    if (at >= text.length) {
      response.end();
      return;
    }
    (response as ServerResponse).write(text.slice(at, at + step));
    setTimeout(send, id % 3, at + step);
  };
  send(0);
}

const server = createServer(answer);
const http2Server = createHttp2Server(answer);
let url = '';
let http2Url = '';
beforeAll(async () => {
  url = `http://127.0.0.1:${await listening(server)}`;
  http2Url = `http://127.0.0.1:${await listening(http2Server)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  http2Server.close();
});

const HTTP2 = ['--h2c', '--streams', '4'];
/** Both clients meet every mode: inline over both versions of HTTP, in workers over one each, since rows come the same way. */
const CASES = (
  [
    ['inline', 'undici', []],
    ['inline', 'wire', []],
    ['threads', 'undici', []],
    ['processes', 'wire', []],
    ['inline', 'undici', HTTP2],
    ['inline', 'wire', HTTP2],
    ['threads', 'wire', HTTP2],
    ['processes', 'undici', HTTP2],
  ] as const
).map(([mode, client, protocol]) => ({ mode, client, protocol }));

test.each(CASES)(
  '$mode, $client, $protocol: what is saved and selected is the answer of its own row',
  async ({ mode, client, protocol }) => {
    const isHttp2 = protocol.length > 0;
    const name = `${mode}-${client}-${isHttp2 ? 'http2' : 'http1'}`;
    const rows = inFolder('identity.csv');
    const folder = inFolder(name);
    const out = inFolder(`${name}.csv`);
    writeFileSync(rows, `id\n${idsTo(COUNT).join('\n')}\n`);
    const { code, stdout } = await volley(
      ...[
        'batch',
        rows,
        `${isHttp2 ? http2Url : url}/{{id}}`,
        '--save-body',
        `${folder}/{{id}}`,
        '--out',
        out,
      ],
      ...['--select', 'got=id', '--select', 'text=text', '--select', 'last=last', ...protocol],
      ...['--mode', mode, '--client', client, '-w', String(workersIn(mode, 2)), '-c', isHttp2 ? '10' : '40'],
    );
    expect(stdout).toContain(`${COUNT} answered, ${COUNT} ok`);
    expect(code).toBe(0);
    const wrong = readAnswered(out).flatMap((row) => {
      const id = Number(row['id']);
      const isOwn =
        row['got'] === String(id) &&
        row['last'] === `row ${id}` &&
        digestOf(row['text']!) === digestOf(textOf(id)) &&
        digestOf(readFileSync(`${folder}/${id}`)) === digestOf(answerOf(id));
      return isOwn ? [] : [id];
    });
    expect(wrong).toEqual([]);
  },
);
