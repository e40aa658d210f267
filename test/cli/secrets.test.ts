import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening } from '../support/target.ts';

/** Has what each encoding writes in its own way, and nothing that any other text has. */
const SECRET = `Sx7q/Kw+9v&Lm"3<t%P'z=Rb8J?~Qd`;
const PIECE = 8;
/** What a terminal obeys, and what turns the direction of writing: a target may send it. */
const CONTROLS = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u0000\r';
const CONTROL = /[^\P{Cc}\n\t]|\p{Cf}/u;
const NO_START = 'a worker that does not start';
const TELLS = join(ROOT, 'test/fixtures/tell-at-start.cjs');
const IN_CSV = `"${SECRET.replaceAll('"', '""')}"`;
/** How an output has the cells of a row. */
const CELLS = [
  `1,${IN_CSV},${encodeURIComponent(SECRET)}`,
  `"id":"1","token":${JSON.stringify(SECRET)},"encoded":"${encodeURIComponent(SECRET)}"`,
];
const folder = useFolder();
const volley = useKeptProcess();
let server: Server;
let proxy: Server;
let at = '';
let through = '';

/** All that came, as the servers of this world would write it. */
function echo(request: IncomingMessage, sent: Buffer): string {
  const fields = request.rawHeaders.filter((_, index) => index % 2 === 1);
  const texts = [...fields, ...fields.map((text) => text.replace(/^\w+ /, '')), ...decoded(fields)];
  const all = [request.url ?? '', sent.toString(), ...texts].join(' ');
  const once = JSON.stringify(texts);
  return [
    all,
    once,
    once.replaceAll('/', '\\/'),
    JSON.stringify(once),
    once.replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
    html(all, { '"': '&quot;', "'": '&#39;' }),
    html(all, { '"': '&#34;', "'": '&#x27;', '/': '&#x2F;' }),
    ...texts.map(encodeURIComponent),
    ...texts.map((text) => encodeURIComponent(encodeURIComponent(text))),
    new URLSearchParams(texts.map((text) => ['a', text])).toString(),
    ...['', 'x', 'xy'].flatMap((before) => inBase64(before + fields.join(' '))),
    ...inBase64(JSON.stringify(fields)),
  ].join('\n');
}

function inBase64(text: string): string[] {
  return [Buffer.from(text).toString('base64'), Buffer.from(text).toString('base64url')];
}

function decoded(fields: readonly string[]): string[] {
  return fields
    .filter((text) => text.startsWith('Basic '))
    .map((text) => Buffer.from(text.slice(6), 'base64').toString());
}

function html(text: string, more: Readonly<Record<string, string>>): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', ...more };
  return text.replace(/[&<>"'/]/g, (character) => entities[character] ?? character);
}

/** Every eight characters of the secret, in each encoding; Base64 where no character is shared with others. */
function pieces(): string[] {
  const json = JSON.stringify(SECRET).slice(1, -1);
  const forms = [
    SECRET,
    encodeURIComponent(SECRET),
    new URLSearchParams({ a: SECRET }).toString().slice(2),
    json,
    JSON.stringify(json).slice(1, -1),
    html(SECRET, { '"': '&quot;', "'": '&#39;' }),
    Buffer.from(SECRET).toString('base64').replace(/=+$/, ''),
    Buffer.from(SECRET).toString('base64url'),
    ...[1, 2].map((before) =>
      Buffer.from('x'.repeat(before) + SECRET)
        .toString('base64')
        .slice(before + 1)
        .replace(/=+$/, ''),
    ),
  ];
  return forms.flatMap((form) =>
    Array.from({ length: form.length - PIECE + 1 }, (_, from) => form.slice(from, from + PIECE)),
  );
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const sent: Buffer[] = [];
    request.on('data', (data: Buffer) => sent.push(data));
    request.on('end', () => {
      const path = request.url ?? '';
      if (path === '/login') {
        response.setHeader('set-cookie', `session=${encodeURIComponent(SECRET)}; path=/`);
        response.end(JSON.stringify({ data: { user: CONTROLS, accessToken: SECRET } }));
        return;
      }
      const body = CONTROLS + echo(request, Buffer.concat(sent));
      const status = path.startsWith('/500') ? 500 : path.startsWith('/to') ? 302 : 200;
      response.statusCode = status;
      response.statusMessage = 'Echo';
      response.setHeader('x-echo', inBase64(request.rawHeaders.join(' ')).join(' ').slice(0, 4_000));
      response.setHeader('x-controls', 'a\u009b31m\u0085');
      response.setHeader('x-plain', encodeURI(String(request.headers.authorization)));
      if (status === 302)
        response.setHeader('location', `/to?${encodeURIComponent(request.rawHeaders.join(' '))}`);
      response.end(body);
    });
  });
  at = `127.0.0.1:${await listening(server)}`;
  proxy = createServer();
  proxy.on('connect', (request, socket) => {
    const said = String(request.headers['proxy-authorization']);
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 407 ${said}\r\nx-echo: ${said}\r\ncontent-length: 2\r\n\r\nno`);
  });
  proxy.on('request', (request, response) => {
    const said = String(request.headers['proxy-authorization']);
    response.writeHead(407, { 'x-echo': said }).end(said);
  });
  through = `127.0.0.1:${await listening(proxy)}`;
  writeFileSync(folder('rows.csv'), `id,token,encoded\n1,${IN_CSV},${encodeURIComponent(SECRET)}\n`);
  writeFileSync(folder('ids.csv'), 'id\n1\n2\n3\n');
  writeFileSync(folder('bad.csv'), `id,token\n1,${IN_CSV.replace(/"$/, '\n"')}\n`);
  const header = (name: string): object => ({ name, value: `Bearer ${SECRET}` });
  const request = {
    method: 'GET',
    url: `http://${at}/ok`,
    headers: [header('Authorization'), { name: 'Cookie', value: `sid=${SECRET}` }],
  };
  writeFileSync(folder('a.har'), JSON.stringify({ log: { entries: [{ request }] } }));
  const list = ['/ok', '/500', '/ok'].map((path) => inQuery(path).replace('AT', at));
  writeFileSync(folder('list.txt'), list.join('\n'));
  const mix = [
    { name: 'auth', url: `http://${at}/500`, header: ['authorization: Bearer {{token}}'] },
    { name: 'key', url: `http://${at}/ok`, header: ['x-api-key: {{token}}'], 'expect-body': 'NO' },
  ];
  const both = ['/500', '/ok', '/ok'].map((path, index) => ({
    name: `r${index}`,
    url: `http://${at}${path}${INSIDE}&r={{of}}`,
    json: '{"a":"{{env VOLLEY_SECRET}}"}',
    header: [`x-api-key: ${SECRET}`, 'x-own: {{env VOLLEY_SECRET}}', 'x-set: {{of}}'],
    ...(index === 1 ? { 'expect-body': 'NOWHERE' } : { 'expect-json': 'a=1' }),
  }));
  const common = { 'bearer-env': 'VOLLEY_SECRET', cookie: `sid=${SECRET}`, variables: { of: SECRET } };
  writeFileSync(folder('both.json'), JSON.stringify({ ...common, mix: both }));
  writeFileSync(folder('mix.json'), JSON.stringify({ mix, rows: folder('rows.csv') }));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  proxy.close();
});

const INLINE = ['--mode', 'inline'];
const FEW = ['-c', '2', '-n', '4', ...INLINE];
const MISSED = ['--expect-body', 'NOWHERE', '--expect-json', 'a=1'];
const FILES = ['--out', 'OUT.json', '--samples', 'OUT.csv', '--step-summary', '--live', 'plain', '--verbose'];
const THRESHOLDS = ['--threshold', 'p99<1us', '--threshold', 'error-rate<1%'];
/** Ways to give a secret that one request can have together. */
const ADDED = [
  ...['--bearer-env', 'VOLLEY_SECRET', '--cookie', `sid=${SECRET}`, '-H', `x-api-key: ${SECRET}`],
  ...['-H', 'x-own: {{env VOLLEY_SECRET}}'],
];
const SET = ['--set', `of=${SECRET}`, '-H', 'x-set: {{of}}'];
const INSIDE = '/?q={{env VOLLEY_SECRET}}';
const IN_BODY = ['--json', '{"a":"{{env VOLLEY_SECRET}}"}'];
const ROW = ['--rows', 'ROWS', '-H', 'authorization: Bearer {{token}}', '-H', 'cookie: sid={{token}}'];
const inQuery = (path: string): string => `http://AT${path}?a=b&token=${encodeURIComponent(SECRET)}`;
const inUrl = (path: string): string => `http://me:${encodeURIComponent(SECRET)}@AT${path}`;

/** Arguments by what they try; AT, THROUGH, OUT, ROWS and their like stand for places. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['text', 'json', 'markdown', 'csv', 'junit', 'prometheus', 'html', 'hgrm', 'hdrlog'].map((form) => [
      form,
      ['run', 'BOTH', ...FEW, '-o', form, ...FILES, ...THRESHOLDS],
    ]),
  ),
  ...Object.fromEntries(
    ['text', 'json', 'markdown', 'junit', 'prometheus', 'html'].map((form) => [
      `query, ${form}`,
      [inQuery('/ok'), ...MISSED, ...FEW, '-o', form, ...FILES],
    ]),
  ),
  'query, 500': [inQuery('/500'), ...FEW, '-o', 'json', '--client', 'wire'],
  'query, list': ['--urls', 'LIST', ...FEW, ...MISSED, '-o', 'json', ...FILES],
  'query, a mistake': [inQuery('/ok'), '--rate', SECRET],
  'query, a bad URL': [inQuery('/ok').replace('AT', '[x'), '-n', '1'],
  ...Object.fromEntries(
    ['--baseline', '--out', '--html', '--samples', '--urls', '--cacert'].map((option) => [
      `query, by mistake for ${option}`,
      ['http://AT/ok', option, inQuery('/ok'), ...FEW],
    ]),
  ),
  ...Object.fromEntries(
    ['report', 'run', 'batch', 'replay', 'compare'].map((command) => [
      `query, by mistake for ${command}`,
      [command, inQuery('/ok'), '-n', '1'],
    ]),
  ),
  'query, once': [inQuery('/ok'), ...MISSED, '--once'],
  'dry run, query': [inQuery('/ok'), '--dry-run'],
  'query, compare': ['compare', inQuery('/ok'), inQuery('/500'), ...FEW, '--rounds', '2'],
  'query, batch': [
    'batch',
    'IDS',
    `${inQuery('/500')}&id={{id}}`,
    '--out',
    'OUT.csv',
    '--retries',
    '0',
    ...INLINE,
  ],
  'login, its body': ['AT/login', '--expect-body', 'NOWHERE', ...FEW, '-o', 'json', ...FILES],
  'login, its JSON': ['AT/login', '--expect-json', 'data.accessToken=a', ...FEW, '-o', 'json'],
  'login, around it': ['AT/login', '--expect-json', 'data=a', ...FEW, '--client', 'wire'],
  'login, its cookie': ['AT/login', '--expect-header', 'set-cookie=a', ...FEW, '-o', 'json'],
  'login, batch': [
    'batch',
    'IDS',
    'AT/login',
    '--expect-json',
    'data=a',
    '--out',
    'OUT.csv',
    '--retries',
    '0',
    ...INLINE,
  ],
  'user, wire': ['AT/ok', '-u', `me:${SECRET}`, ...MISSED, ...FEW, '--client', 'wire'],
  'in the URL': [inUrl('/ok'), ...MISSED, ...FEW, '-o', 'json', ...FILES],
  'in the URL, followed': [inUrl('/to'), '-L', '2', ...FEW, '-o', 'json'],
  'of a proxy': [
    'https://a.test/',
    '--proxy',
    `http://me:${encodeURIComponent(SECRET)}@THROUGH`,
    ...FEW,
    '-o',
    'json',
  ],
  'of a proxy, given whole': [
    'http://a.test/',
    '--proxy',
    `http://me:${encodeURIComponent(SECRET)}@THROUGH`,
    ...MISSED,
    ...FEW,
    '--client',
    'wire',
  ],
  'curl command': [
    '--curl',
    `curl -u 'me:${SECRET.replace("'", "'\\''")}' -H 'x: 1' http://AT/ok`,
    ...MISSED,
    ...FEW,
  ],
  recording: ['--har', 'HAR', ...FEW, '-o', 'json', ...MISSED],
  'row, followed': ['AT/to', ...ROW, '-L', '2', ...FEW, '-o', 'json', ...FILES],
  'row, in the URL': ['http://me:{{encoded}}@AT/ok', '--rows', 'ROWS', ...MISSED, ...FEW, '-o', 'json'],
  'row, a bad URL': ['http://me:{{token}}@AT/ok', '--rows', 'ROWS', ...FEW],
  'a URL with a bare password': [`http://me:${SECRET}@AT/ok`, ...FEW],
  'a bare password of a proxy': ['https://a.test/', '--proxy', `http://me:${SECRET}@THROUGH`],
  'row, a bad one': ['AT/ok', ...ROW.with(1, 'BAD'), ...FEW],
  'mix of rows': ['run', 'MIX', ...FEW, '-o', 'json', ...FILES],
  once: [`AT/500${INSIDE}`, ...ADDED, ...SET, ...IN_BODY, '--once'],
  'once, an expectation': ['AT/to', ...ROW, ...MISSED, '-L', '2', '--once'],
  'once, a mix': ['run', 'MIX', '--once'],
  'once, a proxy': [
    'https://a.test/',
    '--proxy',
    `http://me:${encodeURIComponent(SECRET)}@THROUGH`,
    '--once',
  ],
  'once, a proxy, given whole': [
    'http://a.test/',
    '--proxy',
    `http://me:${encodeURIComponent(SECRET)}@THROUGH`,
    '--once',
  ],
  'dry run': [`AT/500${INSIDE}`, ...ADDED, ...SET, ...IN_BODY, '--dry-run', ...THRESHOLDS],
  'dry run, a mix': ['run', 'MIX', '--dry-run', ...FEW],
  batch: ['batch', 'IDS', `AT/ok${INSIDE}`, ...ADDED, ...MISSED, '--out', 'OUT.csv', ...INLINE],
  'batch, jsonl': [
    'batch',
    'IDS',
    'AT/ok',
    ...ADDED,
    '--select',
    'a=b',
    '--out',
    'OUT.jsonl',
    '--retries',
    '0',
    ...INLINE,
  ],
  'batch, 500': [
    'batch',
    'IDS',
    inUrl('/500'),
    '--out',
    'OUT.csv',
    '--retries',
    '0',
    '-o',
    'json',
    ...INLINE,
  ],
  'batch, a row': ['batch', 'ROWS', 'AT/ok', ...ROW.slice(2), ...MISSED, '--out', 'OUT.csv', ...INLINE],
  'batch, a row, selected': [
    'batch',
    'ROWS',
    'AT/ok',
    ...ROW.slice(2),
    '--select',
    'a=b',
    '--out',
    'OUT.jsonl',
    ...INLINE,
  ],
  compare: ['compare', inUrl('/ok'), inUrl('/to'), '-L', '1', ...FEW, '--rounds', '2', '-o', 'json'],
  modes: ['modes', 'AT/500', ...ADDED, '-n', '4', '-c', '2', '--rounds', '2'],
  repeat: ['AT/ok', ...ADDED, ...MISSED, ...FEW, '--repeat', '2', '-o', 'json'],
  [NO_START]: ['AT/ok', ...ADDED, '-c', '2', '-n', '4', '--mode', 'processes'],
  mistakes: ['AT/ok', ...ADDED, ...SET, '--threshold', `p99<{{of}}`, '-u', 'me:x', '-n', 'x'],
};

interface Done {
  readonly name: string;
  readonly code: number | null;
  /** Everything that has left: by where it stands. */
  readonly left: Readonly<Record<string, string>>;
}

async function tried(name: string, args: readonly string[]): Promise<Done> {
  const own = folder(name.replaceAll(/\W+/g, '-'));
  mkdirSync(own);
  const places: Readonly<Record<string, string>> = {
    AT: at,
    THROUGH: through,
    OUT: join(own, 'out'),
    ROWS: folder('rows.csv'),
    IDS: folder('ids.csv'),
    BAD: folder('bad.csv'),
    HAR: folder('a.har'),
    MIX: folder('mix.json'),
    BOTH: folder('both.json'),
    LIST: folder('list.txt'),
  };
  const filled = args.map((text) =>
    text.replace(/\b(?:AT|THROUGH|OUT|ROWS|IDS|BAD|HAR|MIX|BOTH|LIST)\b/g, (place) => places[place] ?? place),
  );
  const env = {
    VOLLEY_SECRET: SECRET,
    GITHUB_STEP_SUMMARY: join(own, 'summary.md'),
    NO_COLOR: '1',
    ...(name === NO_START ? { NODE_OPTIONS: `--require ${TELLS}` } : {}),
  };
  const { code, stdout, stderr } = await volley.with(env, filled);
  const files = readdirSync(own, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map((file) => [
    file.name,
    withoutCells(readFileSync(join(file.parentPath, file.name), 'utf8')),
  ]);
  return { name, code, left: { stdout, stderr, ...Object.fromEntries(texts) } };
}

/** A row's own cells are its data, and stay. */
function withoutCells(text: string): string {
  return CELLS.reduce((left, cell) => left.replaceAll(cell, ''), text);
}

test('no secret leaves volley, whichever way it came in and goes out', async () => {
  const done: Done[] = [];
  for (const [name, args] of Object.entries(RUNS)) done.push(await tried(name, args));
  const known = pieces();
  const leaks = done.flatMap(({ name, left }) =>
    Object.entries(left).flatMap(([place, text]) => {
      const piece = known.find((one) => text.includes(one));
      return piece === undefined ? [] : [`${name}: ${place} has ${piece}: ${around(text, piece)}`];
    }),
  );
  expect(leaks).toEqual([]);
  const controlled = done.flatMap(({ name, left }) =>
    Object.entries(left).flatMap(([place, text]) => {
      const at = text.search(CONTROL);
      return at < 0
        ? []
        : [`${name}: ${place}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`];
    }),
  );
  expect(controlled).toEqual([]);
  // Each has run for what it was to show.
  const refused = (name: string): boolean =>
    name.includes('bare') || name.includes('bad') || name.includes('mistake');
  const expected = ({ name }: Done): number =>
    refused(name) ? 2 : name === NO_START ? 3 : name.startsWith('dry run') ? 0 : 1;
  expect(done.map((run) => `${run.name}: ${run.code}`)).toEqual(
    done.map((run) => `${run.name}: ${expected(run)}`),
  );
});

function around(text: string, piece: string): string {
  const from = text.indexOf(piece);
  return text.slice(Math.max(0, from - 60), from + 60);
}

test('no sentence about another word quotes a secret that stands beside it', async () => {
  const secret = 'tok3n-that-is-hidden';
  const given: [string[], NodeJS.ProcessEnv?][] = [
    [['--bearer-env', 'VOLLEY_TEST_TOKEN'], { VOLLEY_TEST_TOKEN: secret }],
    [['--user', `name:${secret}`]],
    [['--cookie', `sid=${secret}`]],
    [['--proxy', `http://name:${secret}@127.0.0.1:9`]],
  ];
  const slips = [
    ['--threshold', `p99{${secret}}<1s`],
    ['--rate', secret],
    ['--tls-min', secret],
  ];
  for (const [words, env] of given) {
    for (const slip of slips) {
      // Of a cookie all of the value is secret.
      const value =
        words[0] === '--cookie' ? slip.map((word) => word.replace(secret, `sid=${secret}`)) : slip;
      const { code, stderr } = await volley.with(env ?? {}, ['http://127.0.0.1:9/', ...words, ...value]);
      expect([code, stderr.includes('…')]).toEqual([2, true]);
      expect(stderr).not.toContain(secret);
    }
  }
  const { code, stderr } = await volley(
    'http://127.0.0.1:9/',
    '--proxy',
    '127.0.0.1:8080',
    '--rate',
    '8080x',
  );
  expect([code, stderr.includes("'8080x'")]).toEqual([2, true]);
});
