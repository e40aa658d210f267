import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { brotliCompressSync, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAnswered } from '../support/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { testInEveryMode, VARIANTS, workersIn } from '../support/modes.ts';
import { listening } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();
const ITEM =
  '{ "item": { "price": 1.10, "id": 2733382000000000049 }, "all": [{ "id": 1.0 }, { "id": 1e400 }] }';

interface Answer {
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  plain: { body: ITEM },
  gzip: { headers: { 'content-encoding': 'gzip' }, body: gzipSync(ITEM) },
  deflate: { headers: { 'content-encoding': 'deflate' }, body: deflateRawSync(ITEM) },
  br: { headers: { 'content-encoding': 'br' }, body: brotliCompressSync(ITEM) },
  zstd: { headers: { 'content-encoding': 'zstd' }, body: zstdCompressSync(ITEM) },
  twice: { headers: { 'content-encoding': ['br', 'gzip'] }, body: gzipSync(brotliCompressSync(ITEM)) },
  utf16: {
    headers: { 'content-type': 'application/json; charset=utf-16le' },
    body: Buffer.from(ITEM, 'utf16le'),
  },
  cut: { headers: { 'content-encoding': 'gzip' }, body: gzipSync(ITEM).subarray(0, -4) },
  unknown: { headers: { 'content-encoding': 'rot13' }, body: ITEM },
  bomb: { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(2 ** 25, ' ')) },
  html: { body: '<html>' },
  empty: { body: '' },
  deep: { body: '['.repeat(8_000) + ']'.repeat(8_000) },
};
const GOOD = ['plain', 'gzip', 'deflate', 'br', 'zstd', 'twice', 'utf16'];
const BAD: Readonly<Record<string, RegExp>> = {
  cut: /^select: a body that cannot be decoded \(gzip\): unexpected end of file$/,
  unknown: /^select: a body with content-encoding 'rot13' cannot be checked/,
  bomb: /^select: a body of more than 16777216 bytes once decoded \(gzip\)/,
  html: /^select: expected JSON, got '<html>'$/,
  empty: /^select: expected JSON, got an empty body$/,
  deep: /^select: JSON that is nested more than 1,000 deep is not read$/,
};

const answer: RequestListener = ({ url = '' }, response) => {
  const { headers = {}, body } = ANSWERS[url.slice(1)] ?? { body: '' };
  response.writeHead(200, headers).end(body);
};
const server = createServer(answer);
let url = '';
beforeAll(async () => {
  url = `http://127.0.0.1:${await listening(server)}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe.each(VARIANTS)('answers of JSON, $mode with $client', ({ mode, client }) => {
  const test = testInEveryMode({ mode, client });
  const options = ['--mode', mode, '--client', client, '-w', String(workersIn(mode, 2)), '-c', '4'];

  test('values keep their digits; an answer that cannot be checked fails its row, and no other', async () => {
    const [rows, out] = [inFolder('rows.csv'), inFolder(`${mode}-${client}.csv`)];
    const names = [...GOOD, ...Object.keys(BAD), ...GOOD];
    writeFileSync(rows, `name\n${names.join('\n')}\n`);
    const select = ['--select', 'id=item.id', '--select', 'price=$.item.price', '--select', 'all=$..id'];
    const more = ['--select', 'found=all[?@.id>9e399].id', '--select', 'item=item'];
    const { code, stderr } = await volley(
      'batch',
      rows,
      `${url}{{name}}`,
      '--out',
      out,
      ...select,
      ...more,
      ...options,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    const answered = readAnswered(out);
    expect(answered.map(({ name }) => name)).toEqual(names);
    for (const { name = '', volley_error: error, id, price, all, found, item } of answered) {
      const problem = BAD[name];
      if (problem === undefined) {
        expect({ name, error, id, price, all, found, item }).toEqual({
          name,
          error: '',
          id: '2733382000000000049',
          price: '1.10',
          all: '[2733382000000000049,1.0,1e400]',
          found: '[1e400]',
          item: '{"price":1.10,"id":2733382000000000049}',
        });
      } else {
        expect(error).toMatch(problem);
        expect(id).toBe('');
      }
    }
  });
});

describe('JSON that is expected', () => {
  test.each(['undici', 'wire'])('is found in whatever encoding, %s', async (client) => {
    for (const name of GOOD) {
      const { code, stdout } = await volley(
        `${url}${name}`,
        ...['-n', '4', '-c', '2', '-w', '1', '--client', client, '--expect-body', '"price": 1.10'],
        ...[
          '--expect-json',
          'item.id=2733382000000000049',
          '--expect-json',
          'item={"id":2733382000000000049,"price":1.1}',
        ],
      );
      expect({ name, code, ok: /^requests +4 sent in .*, 4 ok, 0 failed/m.test(stdout) }).toEqual({
        name,
        code: 0,
        ok: true,
      });
    }
  });

  test('a neighbour is not taken for it', async () => {
    const { code, stdout } = await volley(
      `${url}gzip`,
      '-n',
      '2',
      '-o',
      'json',
      '--expect-json',
      'item.id=2733382000000000000',
    );
    expect(code).toBe(1);
    expect(stdout).toContain("expected item.id to be '2733382000000000000', got '2733382000000000049'");
  });

  test('paths that are none are refused, all at once, with their place', async () => {
    const { code, stderr } = await volley(
      url,
      ...[
        '--expect-json',
        '$..=5',
        '--expect-json',
        'a["\\x"]=1',
        '--expect-json',
        '$[?foo(@)]=1',
        '--expect-json',
        'a',
      ],
    );
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr).toContain(
      "--expect-json '$..': it is not a JSON path (a name or a bracket is missing after the dots, at character 4)",
    );
    expect(stderr).toContain('invalid escape, at character 5');
    expect(stderr).toContain("no such function 'foo', at character 4");
    expect(stderr).toContain("--expect-json 'a': give path=value");
  });
});

test.each(['gzip', 'twice', 'utf16'])('--once shows %s as text, and judges it', async (name) => {
  const { code, stdout } = await volley(`${url}${name}`, '--once', '--expect-json', 'item.price=1.1');
  expect(code).toBe(0);
  expect(stdout).toContain(ITEM);
  expect(stdout).toMatch(/\(decoded, from \d+ bytes\)/);
});

test('--once says why it cannot', async () => {
  const { code, stdout } = await volley(`${url}cut`, '--once');
  expect(code).toBe(0);
  expect(stdout).toMatch(/\(\d+ bytes: a body that cannot be decoded \(gzip\): unexpected end of file\)/);
});

test('digits are kept in JSONL, through the journal of a run that ended early too', async () => {
  const [rows, out] = [inFolder('rows.jsonl'), inFolder('out.jsonl')];
  writeFileSync(rows, '{"name":"gzip","own":1.50}\n{"name":"html","own":12345678901234567890}\n');
  const saved = inFolder('body');
  const { code } = await volley(
    'batch',
    rows,
    `${url}{{name}}`,
    ...['--out', out, '--select', 'id=item.id', '--select', 'ids=$..id', '--default', 'none'],
    ...['--save-body', `${saved}-{{name}}`],
  );
  expect(code).toBe(1);
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toContain('"own":1.50');
  expect(lines[0]).toContain('"id":2733382000000000049,"ids":[2733382000000000049,1.0,1e400]');
  expect(lines[1]).toContain('"own":12345678901234567890');
  expect(lines[1]).toContain('"id":"none","ids":"none"');
  // As it came.
  expect(readFileSync(`${saved}-gzip`)).toEqual(gzipSync(ITEM));
});
