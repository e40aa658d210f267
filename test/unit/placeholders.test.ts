import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { requestMessageOf } from '../../src/main/plan/target.ts';
import type { Message } from '../../src/protocol/message.ts';
import { RequestPicker } from '../../src/requests/request-picker.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

function firstOf(options: RunOptions): Pick<Message, 'method' | 'path' | 'headers'> & { body: string } {
  const { mix, rows, seed, supplies } = checkOptions(options);
  const known = mix.map(({ target, ...request }) => ({
    ...request,
    endpoint: { ...target, addresses: [] },
    message: requestMessageOf(target),
  }));
  const settings = { protocol: 'http/1.1' } as const;
  const { message } = new RequestPicker({ settings, mix: known, rows, seed }, supplies.rows).pick(0, 0);
  const { method, path, headers, body } = message;
  return { method, path, headers, body: Buffer.from(body ?? []).toString() };
}

function problemsOf(options: RunOptions): readonly string[] {
  try {
    checkOptions(options);
    return [];
  } catch (error) {
    return (error as { problems: readonly object[] }).problems.map(String);
  }
}

function rowsOf(text: string): string {
  const path = inFolder('rows.jsonl');
  writeFileSync(path, text);
  return path;
}

const URL = 'http://127.0.0.1:9/';

test('a method may come from a row or a variable, and is checked there', () => {
  const rows = rowsOf('{"verb":"PUT"}\n{"verb":"GET /"}\n{"verb":"connect"}');
  expect(problemsOf({ url: URL, method: '{{verb}}', rows, requests: 3 })).toEqual([
    `Row 2, ${URL}: 'GET /' is not a method: give one such as GET or POST.`,
    `Row 3, ${URL}: 'connect' is not a method: give one such as GET or POST.`,
  ]);
  const good = rowsOf('{"verb":"PUT"}\n{"verb":"HEAD"}');
  expect(firstOf({ url: URL, method: '{{verb}}', rows: good, requests: 2 }).method).toBe('PUT');
  expect(firstOf({ url: URL, method: '{{v}}', variables: { v: 'PATCH' }, requests: 2 }).method).toBe('PATCH');
  expect(problemsOf({ url: URL, method: '{{v}}', variables: { v: 'A B' }, requests: 2 })).toEqual([
    `${URL}: the method '{{v}}' is not one that can be sent.`,
  ]);
});

describe('a name of volley’s own with something else behind it', () => {
  test.each([
    ['random 9 1', 'needs two whole numbers, the lower one first: {{random 1 6}}.'],
    ['random', 'needs two whole numbers, the lower one first: {{random 1 6}}.'],
    ['raw random 1', 'needs two whole numbers, the lower one first: {{random 1 6}}.'],
    ['now x', 'can be {{now}}, {{now ms}} or {{now s}}.'],
    ['n 3', 'takes nothing after its name: {{n}}.'],
    ['uuid 4', 'takes nothing after its name: {{uuid}}.'],
    ['constructor', 'is not a placeholder: there are n, uuid'],
  ])('%s', (name, advice) =>
    expect(problemsOf({ url: `${URL}?a={{${name}}}`, requests: '1' })).toEqual([
      expect.stringContaining(`'{{${name}}}' ${advice}`),
    ]),
  );
});

describe('a placeholder that is not closed, wherever it stands', () => {
  test.each<RunOptions>([
    { url: `${URL}{{n` },
    { url: 'http://{{n' },
    { url: '{{n' },
    { url: URL, method: '{{n' },
    { url: URL, headers: ['x: {{n'] },
    { url: URL, headers: ['host: {{n'] },
    { url: URL, cookie: 'a={{n' },
    { url: URL, userAgent: '{{n' },
    { url: URL, user: 'a:{{n' },
    { url: URL, body: '{{uuid}} {{n' },
    { url: URL, json: '{"a":"{{n"}' },
    { url: URL, json: '{"a":{{n' },
    { url: URL, form: ['a={{n'] },
    { url: URL, dataUrlencode: ['a={{n'] },
  ])('%j', (options) => {
    const problems = problemsOf({ requests: 1, ...options });
    expect(problems).toEqual([expect.stringContaining('is not closed: write }} after the name')]);
  });

  test('braces as text come from a variable', () => {
    const variables = { braces: '{{' };
    expect(firstOf({ url: URL, requests: 1, body: '{{braces}}n', variables }).body).toBe('{{n');
  });
});

test('where JSON with placeholders stops being JSON is told by its place in what was given', () => {
  expect(problemsOf({ url: URL, requests: 1, json: '{"a":{{n}}' })).toEqual([
    `--json '{"a":{{n}}' is not JSON from column 11 on: fix it there.`,
  ]);
  expect(problemsOf({ url: URL, requests: 1, json: '{"a":1,\n"b":"{{uuid}}",}' })).toEqual([
    expect.stringContaining('is not JSON from line 2, column 16 on: fix it there.'),
  ]);
});

describe('what names no host', () => {
  test.each(['a b', 'a/b', 'a:b', 'a@b', 'a:1:2', '[::1', 'é', 'a?b', 'a#b', '<a>', '%4', '"a"', 'a\\b'])(
    'is no Host: %s',
    (host) => {
      const told = [expect.stringContaining('is not a name or an address with or without a port')];
      const options = { url: URL, requests: 1 };
      expect(problemsOf({ ...options, headers: [`Host: ${host}`] })).toEqual(told);
      expect(problemsOf({ ...options, headers: ['host: {{h}}'], variables: { h: host } })).toEqual(told);
      const rows = rowsOf(JSON.stringify({ h: host }));
      expect(problemsOf({ ...options, headers: ['HOST: {{h}}'], rows })).toEqual(told);
    },
  );

  test.each(['', 'a', 'A_b.example:8080', 'a:', '127.0.0.1', '[::1]:80', '%41.b', 'a!b', '{{n}}.b:1'])(
    'but this is one: %s',
    (host) => expect(problemsOf({ url: URL, requests: 1, headers: [`host: ${host}`] })).toEqual([]),
  );
});

describe('many placeholders', () => {
  test('more than ten thousand, in every place', () => {
    const count = 25_000;
    const numbers = (separator: string): string =>
      Array.from({ length: count }, () => '{{n}}').join(separator);
    const expected = (separator: string): string => Array(count).fill('1').join(separator);
    expect(firstOf({ url: URL, body: numbers(' ') }).body).toBe(expected(' '));
    expect(firstOf({ url: URL, json: `[${numbers(',')}]` }).body).toBe(`[${expected(',')}]`);
    expect(firstOf({ url: URL + numbers('/') }).path).toBe(`/${expected('/')}`);
    expect(firstOf({ url: URL, headers: [`x: ${numbers('.')}`] }).headers).toContain(expected('.'));
  });

  const blanks = ' '.repeat(200_000);
  test.each<[string, string]>([
    ['braces that are never closed', `{{${blanks}`],
    ['and again and again', '{{ '.repeat(100_000)],
    ['closed before they are opened', `}}${'{{'.repeat(100_000)}`],
  ])('%s are told once, and take no time', (_name, text) => {
    const told = [expect.stringContaining('is not closed: write }} after the name')];
    for (const options of [{ body: text }, { url: `${URL}?${text}x` }, { headers: [`x: ${text.trim()}`] }])
      expect(problemsOf({ url: URL, ...options })).toEqual(told);
    expect(problemsOf({ url: text })).toEqual(told);
  });

  test('blanks within closed braces do not count, however many', () => {
    expect(firstOf({ url: URL, body: `{{${blanks}n${blanks}}}` }).body).toBe('1');
    expect(firstOf({ url: URL, body: `{{ raw${blanks}n }}` }).body).toBe('1');
  });

  test('of those that mean nothing, and of what there is instead, ten are named', () => {
    const columns = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`c${index}`, 1]));
    const rows = rowsOf(JSON.stringify(columns));
    const body = Array.from({ length: 12_000 }, (_, index) => `{{x${index}}}`).join('');
    const problems = problemsOf({ url: URL, rows, body });
    expect(problems).toHaveLength(10);
    expect(problems[0]).toContain("'{{x0}}' is not a placeholder: choose from c0, c1, c2,");
    expect(problems[0]).toContain('c9, 4990 more, or from n');
  });
});

describe('what makes no request is found before anything is sent', () => {
  const values = (...texts: readonly string[]): string => texts.map((v) => JSON.stringify({ v })).join('\n');

  test.each<[string, Partial<RunOptions>, string, string]>([
    [
      'a port beyond the range',
      { url: '{{v}}/' },
      values('http://a:1', 'http://a:99999'),
      "'http://a:99999' is not a URL that can be sent to",
    ],
    [
      'a port that is none',
      { url: 'http://a:{{v}}/' },
      values('1', 'x'),
      "'http://a:x' is not a URL that can be sent to",
    ],
    ['port 0', { url: 'http://a:{{v}}/' }, values('1', '0'), "'http://a:0' is not a URL that can be sent to"],
    [
      'another scheme',
      { url: '{{v}}/' },
      values('http://a', 'ftp://me:pw@a'),
      "'ftp://…@a' is not a URL that can be sent to",
    ],
    ['no scheme', { url: '{{v}}/' }, values('http://a', 'a:80'), 'is not a URL that can be sent to'],
    [
      'a scheme without TLS for --http2',
      { url: '{{v}}/', http2: true },
      values('https://a', 'http://a'),
      "'http://a': http2 is over TLS: give https://",
    ],
    [
      'a scheme with TLS for --h2c',
      { url: '{{v}}/', h2c: true },
      values('http://a', 'https://a'),
      "'https://a': h2c is without TLS: give http://",
    ],
    ['one slash', { url: '{{v}}/' }, values('http://a', 'http:/a'), 'is not a URL that can be sent to'],
    ['no host', { url: 'http://{{v}}/' }, values('a', ''), "'http://' is not a URL that can be sent to"],
    [
      'a line end in the host',
      { url: 'http://{{v}}/' },
      values('a', 'b\r\nc'),
      "'http://b��c' is not a URL that can be sent to",
    ],
    [
      'credentials that cannot be read',
      { url: 'http://{{v}}@a/' },
      values('me:pw', 'me:%zz'),
      'the user name or password in the URL cannot be read',
    ],
    [
      'two authorizations',
      { url: '{{v}}/', user: 'me:pw' },
      values('http://a', 'http://u:p@a'),
      'a request has one authorization',
    ],
    [
      'a blank in a raw path',
      { url: `${URL}{{raw v}}` },
      values('a', 'b c'),
      "the path '/b c' has a character that no path may have",
    ],
    [
      'a line end in a raw path',
      { url: `${URL}{{raw v}}` },
      values('a', 'b\r\nc: d'),
      "the path '/b��c: d' has a character that no path may have",
    ],
    [
      'a raw path beyond ASCII',
      { url: `${URL}{{raw v}}` },
      values('a', 'ü'),
      "the path '/ü' has a character that no path may have",
    ],
    [
      'a fragment in a raw path',
      { url: `${URL}{{raw v}}` },
      values('a', 'b#c'),
      "the path '/b#c' has a character that no path may have",
    ],
    [
      'a header value of two lines',
      { url: URL, headers: ['x: {{v}}'] },
      values('a', 'b\nc'),
      "the header value 'b�c' has a character",
    ],
    [
      'a header name that is none',
      { url: URL, headers: ['x-{{v}}: y'] },
      values('a', 'b c'),
      "'x-b c' is not a header name",
    ],
    [
      'a header of the client',
      { url: URL, headers: ['{{v}}: 9'] },
      values('a', 'Content-Length'),
      "the header 'Content-Length' is set by the client itself",
    ],
    [
      'a cookie of two lines',
      { url: URL, cookie: 'a={{v}}' },
      values('a', 'b\nc'),
      'has a character that no header may have',
    ],
  ])('%s', (_name, options, rows, expected) => {
    const [sentence, ...more] = problemsOf({ url: URL, ...options, rows: rowsOf(rows) });
    expect(more).toEqual([]);
    expect(sentence).toMatch(/^Row 2, /);
    expect(sentence).toContain(expected);
    expect(sentence).not.toMatch(/pw|u:p/);
  });

  test.each<[string, Partial<RunOptions>, string]>([
    [
      'the highest of a random port',
      { url: 'http://127.0.0.1:{{random 23101 99999}}/' },
      "'http://127.0.0.1:99999' is not a URL that can be sent to",
    ],
    [
      'the lowest',
      { url: 'http://127.0.0.1:{{random 0 9}}/' },
      "'http://127.0.0.1:0' is not a URL that can be sent to",
    ],
    ['the time in a name', { url: URL, headers: ['x-{{now}}: y'] }, 'is not a header name'],
    [
      'a variable in a raw path',
      { url: `${URL}{{raw v}}`, variables: { v: 's3cret x' } },
      "the path '/{{raw v}}' has a character that no path may have",
    ],
    [
      'a variable in a name',
      { url: URL, headers: ['{{v}}: y'], variables: { v: 's3cret x' } },
      "the header '{{v}}' is not a name that can be sent",
    ],
    [
      'a variable as a value',
      { url: URL, headers: ['x: {{v}}'], variables: { v: 's3cret\n' } },
      "the header value '{{v}}' has a character that no header may have",
    ],
    [
      'a variable as the port',
      { url: 'http://a:{{v}}/', variables: { v: '99999' } },
      'has port …, which is too high: give a port from 1 to 65535.',
    ],
    ['an empty JSON text', { json: ' ' }, "json ' ' is empty: give JSON, such as {"],
    ['a file in place of JSON', { json: 'body.json' }, '; for a file write @body.json.'],
    ['port 0', { url: 'http://a:0/' }, 'has port 0'],
    ['a port alone', { url: '3000' }, 'is a port without a host: did you mean localhost:3000?'],
    ['with a path', { url: ':3000/a' }, 'is a port without a host: did you mean localhost:3000?'],
  ])('%s', (_name, options, expected) => {
    const problems = problemsOf({ url: URL, ...options });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
    expect(problems[0]).not.toContain('s3cret');
  });

  test('ten bad rows are named, and the others counted', () => {
    const rows = rowsOf(values(...Array.from({ length: 50 }, () => 'a b')));
    const found = problemsOf({ url: `${URL}{{raw v}}`, rows });
    expect([found.length, found.at(-1)]).toEqual([11, `${URL}{{raw v}}: the same is true of 40 more rows.`]);
  });

  test('what is encoded, and what is only text, may hold anything', () => {
    const rows = rowsOf(values('ü /?#\r\n%'));
    const { path, body } = firstOf({ url: `${URL}{{v}}`, body: '{{v}}', rows });
    expect([path, body]).toEqual(['/%C3%BC%20%2F%3F%23%0D%0A%25', 'ü /?#\r\n%']);
  });

  test('credentials in a URL of a row are sent as an authorization', () => {
    const rows = rowsOf(values('http://me:p%40ss@a'));
    const { headers, path } = firstOf({ url: '{{v}}/x', rows });
    expect([headers.slice(0, 2), path]).toEqual([
      ['authorization', `Basic ${Buffer.from('me:p@ss').toString('base64')}`],
      '/x',
    ]);
  });
});

describe('name and password', () => {
  const VARIABLES = { VOLLEY_TEST_NAME: 'zoë', VOLLEY_TEST_PASSWORD: 'a:b {{n}}' };
  beforeEach(() => {
    Object.assign(process.env, VARIABLES);
  });
  afterEach(() => {
    for (const name of Object.keys(VARIABLES)) delete process.env[name];
  });

  const authorizationOf = (options: RunOptions): string | undefined => {
    const { headers } = firstOf({ url: URL, requests: 2, ...options });
    return headers[headers.indexOf('authorization') + 1];
  };
  const FROM_ENVIRONMENT = '{{env VOLLEY_TEST_NAME}}:{{env VOLLEY_TEST_PASSWORD}}';

  test('come from the environment or from variables, and count as secrets', () => {
    const expected = `Basic ${Buffer.from('zoë:a:b {{n}}').toString('base64')}`;
    expect(authorizationOf({ user: FROM_ENVIRONMENT })).toBe(expected);
    const mix = [{ name: 'a', url: URL, user: '{{who}}:{{env VOLLEY_TEST_PASSWORD}}' }];
    const { url: _url, ...inMix } = { url: URL, mix, variables: { who: 'zoë' }, requests: 2 };
    const plan = checkOptions(inMix);
    expect(plan.mix[0]?.target.headers).toContain(expected);
    expect(plan.supplies.secrets).toEqual(expect.arrayContaining(['a:b {{n}}', expected]));
  });

  test('are filled in for Digest authorization too', () => {
    const { mix, supplies } = checkOptions({ url: URL, requests: 2, user: FROM_ENVIRONMENT, digest: true });
    expect(mix[0]?.digest).toEqual({ user: 'zoë', password: 'a:b {{n}}' });
    expect(supplies.secrets).toContain('a:b {{n}}');
  });

  test('cannot differ from request to request, and a variable that is not set is named', () => {
    const rows = rowsOf('{"who":"me"}');
    expect(problemsOf({ url: URL, requests: 2, rows, user: '{{who}}:x' })).toEqual([
      expect.stringContaining('--user: only {{env NAME}} and values of'),
    ]);
    const unset = 'names an environment variable that is not set: set it, or leave the placeholder out.';
    expect(problemsOf({ url: URL, requests: 2, user: 'me:{{env VOLLEY_NOT_SET}}' })).toEqual([
      `--user: '{{env VOLLEY_NOT_SET}}' ${unset}`,
    ]);
    for (const header of ['authorization: Basic {{env VOLLEY_NOT_SET}}', 'cookie: {{env VOLLEY_NOT_SET}}'])
      expect(problemsOf({ url: URL, requests: 2, headers: [header] })).toEqual([
        expect.stringContaining(`'{{env VOLLEY_NOT_SET}}' ${unset}`),
      ]);
  });
});
