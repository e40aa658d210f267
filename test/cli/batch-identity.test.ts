import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idsTo, readAnswered } from '../support/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { listening } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

/** From one byte to more than several reads hold. */
const SIZES = [1, 17, 400, 3_000, 20_000, 70_000, 66_000, 200_000];
const COUNT = 240;

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
const server = createServer((request, response) => {
  const id = Number(request.url!.slice(1));
  const answer = answerOf(id);
  if (id % 2 === 0) response.setHeader('content-length', answer.length);
  const pieces = 1 + (id % 4);
  const step = Math.ceil(answer.length / pieces);
  const send = (at: number): void => {
    if (at >= answer.length) {
      response.end();
      return;
    }
    response.write(answer.slice(at, at + step));
    setTimeout(send, id % 3, at + step);
  };
  send(0);
});
let url = '';
beforeAll(async () => {
  url = `http://127.0.0.1:${await listening(server)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(MODES)('%s', (mode) => {
  test.each(['undici', 'wire'])(
    '%s: what is saved and selected is the answer of its own row',
    async (client) => {
      const rows = inFolder('identity.csv');
      const folder = inFolder(`${mode}-${client}`);
      const out = inFolder(`${mode}-${client}.csv`);
      writeFileSync(rows, `id\n${idsTo(COUNT).join('\n')}\n`);
      const { code, stdout } = await volley(
        ...['batch', rows, `${url}/{{id}}`, '--save-body', `${folder}/{{id}}`, '--out', out],
        ...['--select', 'got=id', '--select', 'text=text', '--select', 'last=last'],
        ...['--mode', mode, '--client', client, '-w', String(workersIn(mode, 2)), '-c', '40'],
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
});
