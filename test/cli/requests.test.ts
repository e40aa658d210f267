import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { BIN } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();

interface Seen {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly connection: number;
}

const folder = mkdtempSync(join(tmpdir(), 'volley-requests-'));
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A server that remembers what it was asked. */
async function listener(): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  let connections = 0;
  const numbers = new WeakMap<object, number>();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString('latin1');
    const connection = numbers.get(request.socket) ?? 0;
    seen.push({ method: request.method ?? '', headers: request.headers, body, connection });
    response.end('ok');
  });
  server.on('connection', (socket) => numbers.set(socket, ++connections));
  open.push(server);
  return { url: `http://127.0.0.1:${await listening(server)}/`, seen };
}

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const SMALL = ['-n', '2', '-c', '1', '-w', '1'];

describe.each(['undici', 'wire'])('by %s, the server sees', (client) => {
  const run = async (...args: string[]): Promise<{ seen: Seen[]; stdout: string }> => {
    const { url, seen } = await listener();
    const { code, stdout, stderr } = await volley(url, ...SMALL, '--client', client, '-o', 'json', ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('volley:') });
    expect(seen).toHaveLength(2);
    return { seen, stdout };
  };

  test('a file, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, index) => index % 256));
    const { seen } = await run('-D', file('bytes.bin', bytes));
    expect(seen[1]).toMatchObject({ method: 'POST', headers: { 'content-length': '1000' } });
    expect(seen[1]?.body).toBe(bytes.toString('latin1'));
  });

  test('JSON, with its headers, unless others were given', async () => {
    const { seen } = await run('--json', '{"data":"def quicksort():"}', '-m', 'PUT');
    expect(seen[0]).toMatchObject({
      method: 'PUT',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{"data":"def quicksort():"}',
    });
    const other = await run('--json', '[1]', '-H', 'Content-Type: application/vnd.x+json');
    expect(other.seen[0]?.headers).toMatchObject({
      'content-type': 'application/vnd.x+json',
      accept: 'application/json',
    });
  });

  test('form fields, encoded', async () => {
    const { seen } = await run('--data-urlencode', 'q=a b&c', '--data-urlencode', 'näme=ü=1');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'q=a+b%26c&n%C3%A4me=%C3%BC%3D1',
    });
  });

  test('Basic authorization, cookies and a user agent; the secrets are in no result', async () => {
    const { seen, stdout } = await run('-u', 'me:se:cret', '--cookie', 'a=hidden', '--user-agent', 'probe/1');
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('me:se:cret').toString('base64')}`,
      cookie: 'a=hidden',
      'user-agent': 'probe/1',
    });
    for (const secret of ['cret', 'hidden', 'Basic']) expect(stdout).not.toContain(secret);
  });

  test('one connection for each request', async () => {
    const { seen } = await run('--no-keepalive');
    expect(seen.map(({ connection }) => connection)).toEqual([1, 2]);
    expect(seen[0]?.headers.connection).toBe('close');
  });
});

test('a bearer token comes from the environment, and goes nowhere but to the server', async () => {
  const { url, seen } = await listener();
  const args = [url, ...SMALL, '-o', 'json', '--bearer-env', 'VOLLEY_TEST_TOKEN'];
  const ended = await volley.with({ VOLLEY_TEST_TOKEN: 'abc.def' }, args);
  expect(ended.code).toBe(0);
  expect(seen[0]?.headers.authorization).toBe('Bearer abc.def');
  expect(ended.stdout + ended.stderr).not.toContain('abc.def');
});

test('a body with the @ of curl is not sent as that text', async () => {
  for (const body of [`@${file('body', '{}')}`, '@body.json']) {
    const { code, stderr } = await volley('http://127.0.0.1:1/', '-b', body, '-n', '1');
    expect([code, stderr]).toEqual([
      2,
      `volley: --body '${body}' would be sent as that text: for the content of the file use --body-file ${body.slice(1)}.\n`,
    ]);
  }
  const plain = await volley('http://127.0.0.1:1/', '-b', '@somebody', '-n', '1', '--dry-run');
  expect(plain.code).toBe(0);
});

test('stdin is read once, also where several plans are made of it', async () => {
  const { url, seen } = await listener();
  const args = ['modes', url, '--rounds', '2', '-n', '1', '-c', '1', '-w', '1', '--warmup', '0s', '-D', '-'];
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end('from a pipe');
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  expect(seen.map(({ body }) => body)).toEqual(Array(8).fill('from a pipe'));
});

test('what contradicts itself or cannot be read: a sentence each, nothing sent', async () => {
  const { url, seen } = await listener();
  const large = file('large.bin', '');
  truncateSync(large, 300 * 2 ** 20);
  const broken = file('broken.json', '{"password":"secretname",\n "x": oops}');
  const cases: [string[], string][] = [
    [['-b', 'x', '--json', '{}'], '--body and --json: a request has one body'],
    [['--json', '{nope'], "--json '{nope' is not JSON from column 2 on: mend it there."],
    [['--json', '{password:secretname}'], "--json '{password:…}' is not JSON from column 2 on"],
    [
      ['--json', '{"a":"{\\\\"password\\\\":\\\\"secretname\\\\"}"}'],
      'is not JSON from column 11 on: mend it there.',
    ],
    [
      ['--json', `@${broken}`],
      `--json '@${broken}': the file is not JSON at line 2, column 7: fix it there.`,
    ],
    [
      ['-D', join(folder, 'missing')],
      `--body-file '${join(folder, 'missing')}' cannot be read (no such file or folder)`,
    ],
    [['-D', folder], 'cannot be read (it is a folder)'],
    [['-D', large], 'has 314,572,800 bytes: give at most 268,435,456'],
    [['--data-urlencode', 'x'], "--data-urlencode 'x': give it as name=value"],
    [['-u', 'secretname'], '--user: give it as name:password'],
    [['-u', 'a:b', '--bearer-env', 'HOME'], '--user and --bearer-env: a request has one authorization'],
    [['--bearer-env', 'NO_SUCH_VARIABLE'], "--bearer-env 'NO_SUCH_VARIABLE': that variable is not set"],
    [['--cookie', 'a=secretname\nx: y'], "--cookie '…': a value must be one line of Latin-1 text"],
  ];
  for (const [args, sentence] of cases) {
    const { code, stdout, stderr } = await volley(url, ...args);
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('secretname');
  }
  expect(seen).toEqual([]);
});

describe('requests that cannot be as they are asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'volley-files-'));

  test('a body of a gigabyte is refused, and one that is there no more', async () => {
    const large = join(folder, 'large.bin');
    writeFileSync(large, '');
    // It takes no room on the disk.
    truncateSync(large, 2 ** 30);
    for (const options of [
      ['-D', large],
      ['-F', `a=@${large}`],
    ]) {
      const { code, stderr } = await volley('http://127.0.0.1:9/', ...options, '-n', '1');
      expect(code).toBe(2);
      expect(stderr).toMatch(/^volley: --(body-file|form) '.*large\.bin'.*give at most 268,435,456/);
    }
    const gone = await volley(
      'http://127.0.0.1:9/',
      '-F',
      `a=@${join(folder, 'gone')}`,
      '-D',
      join(folder, 'gone'),
    );
    expect(gone.code).toBe(2);
    expect(gone.stderr).toContain('--body-file and --form: a request has one body');
    const missing = await volley('http://127.0.0.1:9/', '-F', `a=@${join(folder, 'gone')}`);
    expect(missing.stderr).toMatch(
      /^volley: --form 'a=@.*gone': the file cannot be read \(no such file or folder\): check the path\.\n$/,
    );
  });

  test('of rows that cannot be read nothing else is said', async () => {
    const url = 'http://{{host}}:{{port}}/{{n1}}';
    const rows = ['--rows', '/no/file', '--json', '{"a":{{n2}}}', '-H', 'x: {{n3}}'];
    const trace = ['replay', '/no/file', 'http://127.0.0.1:9', '--preset', 'openai-chat'];
    const without = await volley('replay', '/no/file', 'http://127.0.0.1:9', '--speed', '0');
    expect(without.stderr).not.toContain('without --trace');
    for (const part of ["--trace '/no/file' cannot be read", "--speed '0': give how much"])
      expect(without.stderr).toContain(part);
    for (const words of [[url, ...rows], trace]) {
      const { code, stderr } = await volley(...words);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^volley: --\w+ '\/no\/file' cannot be read \(no such file or folder\): check the path\.\n$/,
      );
    }
  });

  test.each([
    [['-F', 'nothing'], "--form 'nothing': give it as name=text"],
    [['-F', 'password:abc-def'], "--form 'password:…': give it as name=text"],
    [['--urls', '/no/such/file'], "--urls '/no/such/file' cannot be read (no such file or folder)"],
    [['--urls', 'package.json'], "The URL list 'package.json' is not one: "],
    [['--har', 'package.json'], "The HAR file 'package.json' has no list log.entries"],
    [['--curl', ' '], 'The curl command is empty'],
    [['--curl', 'wget http://a/'], 'The curl command has to begin with the word curl'],
    [['--curl', 'curl http://a/ --frobnicate'], '--frobnicate'],
    [['http://a/', '--curl', 'curl http://b/'], 'a URL and --curl: each says where to send requests'],
    [['http://a/', '-L', '5', '--rows-mode', 'once'], "--rows-mode 'once' without --rows"],
    [['http://a/', '--expect-json', 'a'], "--expect-json 'a': give path=value"],
    [['http://a/', '--max-body', 'x'], "--max-body 'x'"],
    [['http://a/', '--set', 'x'], '--set: give it as name=value'],
    [
      ['http://a/{{y}}', '--set', 'x=1', '--set', 'y=2'],
      "--set 'x': nothing uses it: write {{x}} where it belongs, or leave it out.",
    ],

    [
      ['http://a/{{env NO_SUCH_VARIABLE}}'],
      "'{{env NO_SUCH_VARIABLE}}' names an environment variable that is not set",
    ],
  ])('%j is refused with a sentence', async (options, expected) => {
    const { code, stdout, stderr } = await volley(...options, '-n', '1');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
    expect(stderr).not.toContain('    at ');
  });

  test('of a comparison a variable may be that of one arm alone', async () => {
    const set = ['x=1', 'y=2', 'z=3'].flatMap((setting) => ['--set', setting]);
    const { code, stderr } = await volley(
      'compare',
      'http://127.0.0.1:9/{{y}}',
      'http://127.0.0.1:9/{{z}}',
      ...set,
    );
    expect(code).toBe(2);
    expect(stderr).toBe(
      "volley: --set 'x': nothing uses it: write {{x}} where it belongs, or leave it out.\n",
    );
  });

  test('a variable may have any name', async () => {
    const set = ['__proto__=a', 'constructor=b', 'toString=c'].flatMap((setting) => ['--set', setting]);
    const body = '{{__proto__}}{{constructor}}{{toString}}';
    const { code, stdout } = await volley('http://127.0.0.1:9/', ...set, '-b', body, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nabc\n$/);
  });

  test.each(['undici', 'wire'])('a GET may have a body, by %s', async (client) => {
    const target = await startTarget();
    const { code } = await volley(
      `${target.url}echo`,
      '-m',
      'GET',
      '-b',
      'x',
      '--client',
      client,
      '-n',
      '3',
      '--expect-body',
      'x',
    );
    expect([code, target.stats().requests, target.stats().bodyBytes]).toEqual([0, 3, 3]);
  });

  test('an environment variable is sent, and is in no result', async () => {
    const target = await startTarget();
    const { stdout } = await volley.with({ API_KEY: 's3cret' }, [
      `${target.url}headers?k={{env API_KEY}}`,
      '-H',
      'X-Key: {{env API_KEY}}',
      '-n',
      '2',
      '--expect-body',
      's3cret',
      '-o',
      'json',
    ]);
    expect((JSON.parse(stdout) as { requests: { ok: number } }).requests.ok).toBe(2);
    expect(stdout).not.toContain('s3cret');
  });

  test('nor in the example of an answer that repeats it, nor what a terminal would obey', async () => {
    const target = await startTarget();
    const body = 'key={{env API_KEY}} \u001b[31mred';
    const args = [`${target.url}echo`, '-b', body, '--expect-body', 'blue', '-n', '2'];
    // The text cuts lines that are too long; JSON and Markdown have escapes of their own.
    for (const [form, shown] of [
      ['text', 'key=…'],
      ['json', String.raw`key=… \\x1b[31mred'`],
      ['junit', String.raw`key=… \x1b[31mred'`],
      ['markdown', String.raw`key=… \\x1b\[31mred`],
    ] as const) {
      const env = { API_KEY: 's3cret' };
      const { code, stdout, stderr } = await volley.with(env, [...args, '-o', form]);
      expect(code).toBe(1);
      expect(stdout).toContain(`expected a body with 'blue', got '${shown}`);
      for (const bad of ['s3cret', '\u001b', '\\u001b']) expect(stdout + stderr).not.toContain(bad);
    }
  });

  test('what a recording cannot send is noted, and what it says cannot be said again', async () => {
    const target = await startTarget();
    const request = (url: string) => ({ request: { method: 'GET', url, headers: [] } });
    const entries = [request(target.url), request('data:,x'), request('wss://example.org/')];
    const har = file('page.har', JSON.stringify({ log: { entries } }));
    const { code, stdout } = await volley('--har', har, '-n', '4', '-o', 'json');
    const { notes, requests } = JSON.parse(stdout) as { notes: string[]; requests: { ok: number } };
    expect([code, requests.ok, target.stats().requests]).toEqual([0, 4, 4]);
    expect(notes).toContain('Left out of the HAR file: 2 entries with neither http nor https.');

    const refused = await volley('--har', har, '-n', '4', '-b', 'x', '-m', 'PUT');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^volley: --har with --method, --body: the recording says what is sent/);
    expect(target.stats().requests).toBe(4);
  });

  test('a long id of a row is sent as it is written', async () => {
    const { url, seen } = await listener();
    const rows = file('ids.jsonl', '{"id": 9007199254740993}\n{"id": 1.50}\n');
    const { code } = await volley(`${url}{{id}}`, '-b', '{{id}}', '--rows', rows, ...SMALL);
    expect([code, seen.map(({ body }) => body)]).toEqual([0, ['9007199254740993', '1.50']]);
  });
});
