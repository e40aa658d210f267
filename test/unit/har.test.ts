import { describe, expect, test } from '@jest/globals';
import { readHar } from '../../src/main/plan/har/har.ts';
import type { HarRequest } from '../../src/main/plan/har/recorded-entry.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { commandLineTerms } from '../../src/main/plan/terms.ts';
import { sentenceOf } from '../../src/main/plan/words.ts';

const GET = { method: 'GET', url: 'https://shop.example/items?page=2', headers: [] };

function har(...requests: readonly unknown[]): string {
  return JSON.stringify({
    log: {
      version: '1.2',
      creator: { name: 'a browser' },
      entries: requests.map((request) => ({ request })),
    },
  });
}

function problemsOf(text: string, hosts?: string): readonly string[] {
  const problems = new Problems();
  expect(readHar(text, problems, hosts)).toBeNull();
  return problems.sentences;
}

function recordingIn(text: string, hosts?: string): { urls: string[]; notes: readonly string[] } {
  const problems = new Problems();
  const recording = readHar(text, problems, hosts);
  expect(problems.sentences).toEqual([]);
  return {
    urls: recording!.requests.map(({ url }) => url),
    notes: recording!.notes.map((note) => sentenceOf(note, commandLineTerms)),
  };
}

function onlyRequest(request: object): HarRequest {
  const problems = new Problems();
  const recording = readHar(har({ ...GET, ...request }), problems);
  expect(problems.sentences).toEqual([]);
  expect(recording).toMatchObject({ requests: [expect.anything()], notes: [] });
  return recording!.requests[0]!;
}

/** Why the second of two entries is left out. */
function reasonOf(request: unknown): string {
  const { urls, notes } = recordingIn(har(GET, request));
  expect(urls).toEqual([GET.url]);
  expect(notes).toHaveLength(1);
  return notes[0]!.replace('Left out of the HAR file: log.entries[1], because ', '');
}

const header = (name: string, value: string): object => ({ name, value });

describe('requests of a HAR file', () => {
  const NOT_RECORDED = {
    startedMs: null,
    tookMs: 0,
    status: 0,
    redirectUrl: null,
    headers: [],
    text: null,
  };

  test('in order, each with a name, and those that cannot be sent counted', () => {
    const text = har(
      { ...GET, httpVersion: 'h2', cookies: [], queryString: [], headersSize: -1, bodySize: 0 },
      { ...GET, url: 'data:image/png;base64,AAAA' },
      { ...GET, url: 'wss://shop.example/live' },
      { ...GET, url: 'blob:https://shop.example/1' },
      { ...GET, method: 'DELETE', url: 'http://shop.example/items/7#top' },
    );
    expect(readHar(`\uFEFF${text}`, new Problems())).toEqual({
      requests: [
        { name: 'GET /items', method: 'GET', url: 'https://shop.example/items?page=2', headers: [] },
        { name: 'DELETE /items/7', method: 'DELETE', url: 'http://shop.example/items/7#top', headers: [] },
      ],
      answers: [NOT_RECORDED, NOT_RECORDED],
      notes: [['Left out of the HAR file: 3 entries with neither http nor https.']],
    });
  });

  test('headers without those of HTTP/2 and of the connection', () => {
    const { headers } = onlyRequest({
      headers: [
        header(':authority', 'shop.example'),
        header(':method', 'GET'),
        header('Host', 'Shop.Example:443'),
        header('Connection', 'keep-alive'),
        header('Proxy-Connection', 'keep-alive'),
        header('Keep-Alive', '115'),
        header('Content-Length', '0'),
        header('Transfer-Encoding', 'chunked'),
        header('Accept-Encoding', 'gzip, br'),
        header('Upgrade-Insecure-Requests', '1'),
        header('cookie', 'a=1; b=2'),
        header('X-Latin', 'ü'),
        header('X-Empty', ''),
        { name: 'X-None', value: null },
      ],
    });
    expect(headers).toEqual([
      'Accept-Encoding: gzip, br',
      'Upgrade-Insecure-Requests: 1',
      'cookie: a=1; b=2',
      'X-Latin: ü',
      'X-Empty: ',
      'X-None: ',
    ]);
  });

  test('a host other than that of the URL stays', () => {
    expect(onlyRequest({ headers: [header('Host', 'other.example')] }).headers).toEqual([
      'Host: other.example',
    ]);
  });

  test.each<[string, object, object]>([
    ['no headers at all', { headers: undefined }, { headers: [] }],
    ['headers that are null', { headers: null }, { headers: [] }],
    [
      'cookies in their own list alone',
      { headers: undefined, cookies: [header('a', '1'), { name: 'b' }] },
      { headers: ['cookie: a=1; b='] },
    ],
    [
      'cookies in several headers, as HTTP/2 has them',
      { headers: [header('cookie', 'a=1'), header('x', 'y'), header('cookie', 'b=2')] },
      { headers: ['cookie: a=1; b=2', 'x: y'] },
    ],
    [
      'cookies in both, of which the header is the one',
      { headers: [header('Cookie', 'a=2')], cookies: [header('a', '1')] },
      { headers: ['Cookie: a=2'] },
    ],
    ['lists of another shape', { cookies: 7, queryString: 'x' }, { headers: [] }],
    [
      'a query in its own list alone',
      { url: 'https://shop.example/items#x', queryString: [header('a b', 'c&d'), { name: 'e' }] },
      { url: 'https://shop.example/items?a%20b=c%26d&e=' },
    ],
    [
      'a query in both, of which the URL is the one',
      { url: 'https://shop.example/items?', queryString: [header('a', 'b')] },
      { url: 'https://shop.example/items?' },
    ],
    [
      'credentials in the URL beside an authorization header, which is the one',
      { url: 'https://me:secret@shop.example/items', headers: [header('Authorization', 'Bearer x')] },
      { url: 'https://shop.example/items', headers: ['Authorization: Bearer x'] },
    ],
  ])('%s', (_name, request, expected) => {
    expect(onlyRequest(request)).toMatchObject(expected);
  });

  test.each<[string, object | null, object]>([
    ['nothing', null, { headers: [] }],
    ['no text', { mimeType: 'text/plain', text: '' }, { headers: [] }],
    ['text that is null', { mimeType: null, text: null, params: null }, { headers: [] }],
    [
      'text, which comes before the fields that it was made of',
      { mimeType: 'application/json', text: '{"ä":"😀"}', params: [header('a', 'b')] },
      { headers: ['content-type: application/json'], body: '{"ä":"😀"}' },
    ],
    [
      'fields, which are encoded',
      {
        mimeType: 'application/x-www-form-urlencoded; charset=UTF-8',
        text: null,
        params: [header('a b', 'c&d'), { name: 'e' }],
      },
      {
        headers: ['content-type: application/x-www-form-urlencoded; charset=UTF-8'],
        body: 'a+b=c%26d&e=',
      },
    ],
    [
      'fields of no type',
      { params: [header('a', 'b')] },
      { headers: ['content-type: application/x-www-form-urlencoded'], body: 'a=b' },
    ],
    [
      'a form in parts, as text',
      { mimeType: 'multipart/form-data; boundary=x', params: [], text: '--x--\r\n' },
      { headers: ['content-type: multipart/form-data; boundary=x'], body: '--x--\r\n' },
    ],
    [
      'a form in parts, as fields',
      {
        mimeType: 'multipart/form-data; boundary=x',
        params: [
          header('a "b"', '1'),
          { name: 'f', fileName: 'c.txt', contentType: 'text/plain', value: 'kept' },
          { name: 'g', fileName: '' },
        ],
      },
      {
        headers: ['content-type: multipart/form-data; boundary=x'],
        body:
          '--x\r\nContent-Disposition: form-data; name="a %22b%22"\r\n\r\n1\r\n' +
          '--x\r\nContent-Disposition: form-data; name="f"; filename="c.txt"\r\nContent-Type: text/plain\r\n\r\nkept\r\n' +
          '--x\r\nContent-Disposition: form-data; name="g"; filename=""\r\n\r\n\r\n--x--\r\n',
      },
    ],
    [
      'bytes in Base64',
      { mimeType: 'application/octet-stream', text: 'AP/+\nAA==', encoding: 'base64' },
      { headers: ['content-type: application/octet-stream'], body: Buffer.from([0, 255, 254, 0]) },
    ],
  ])('a body of %s', (_name, postData, expected) => {
    const request = onlyRequest({ method: 'POST', postData });
    expect(request).toEqual({ name: 'POST /items', method: 'POST', url: GET.url, ...expected });
  });

  test('a form in parts whose boundary was not recorded gets one', () => {
    const postData = { mimeType: 'multipart/form-data', params: [header('a', '1')] };
    const { headers, body } = onlyRequest({ method: 'POST', postData });
    const boundary = /^content-type: multipart\/form-data; boundary=(\S+)$/.exec(headers[0]!)![1];
    expect(body).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${boundary}--\r\n`,
    );
  });

  test('a content type that was recorded is the one', () => {
    const { headers } = onlyRequest({
      headers: [header('Content-Type', 'text/xml')],
      postData: { mimeType: 'text/plain', text: '<a/>' },
    });
    expect(headers).toEqual(['Content-Type: text/xml']);
  });
});

describe('entries that are left out, by number and without what they hold', () => {
  const SECRET = 's3cret';
  test.each<[string, unknown, string]>([
    [
      'an upgrade',
      { ...GET, headers: [header('Upgrade', SECRET)] },
      'it asks for another protocol (upgrade).',
    ],
    ['expect', { ...GET, headers: [header('expect', SECRET)] }, 'it waits for an interim answer (expect).'],
    [
      'a value beyond Latin-1',
      { ...GET, headers: [header('X-Name', `${SECRET} 日`)] },
      'the header x-name has a character that no header may have.',
    ],
    [
      'two lines in a value',
      { ...GET, headers: [header('X-Name', `${SECRET}\r\nx: y`)] },
      'the header x-name has a character that no header may have.',
    ],
    [
      'a broken name',
      { ...GET, headers: [header(`${SECRET} x`, 'y')] },
      'a header has a name that cannot be sent.',
    ],
    ['an empty name', { ...GET, headers: [header('', SECRET)] }, 'a header has a name that cannot be sent.'],
    [
      'two hosts',
      { ...GET, headers: [header('Host', 'a'), header('host', 'b')] },
      'it has more than one host header.',
    ],
    [
      'a cookie that no header may have',
      { ...GET, cookies: [header(SECRET, '日')] },
      'a cookie or the type of the body has a character that no header may have.',
    ],
    [
      'a method that is none',
      { ...GET, method: `${SECRET} x` },
      'request.method is not one that can be sent.',
    ],
    ['CONNECT', { ...GET, method: 'CONNECT' }, 'request.method is not one that can be sent.'],
    ['no URL', { ...GET, url: `//${SECRET}` }, 'request.url is not a URL.'],
    ['port 0', { ...GET, url: 'http://shop.example:0/' }, 'request.url is not a URL.'],
    ['no object', undefined, 'request is missing or not an object.'],
    [
      'a header of another shape',
      { ...GET, headers: [{ name: 1 }] },
      'request.headers[0].name is missing or not a string.',
    ],
    [
      'credentials that cannot be read',
      { ...GET, url: 'https://me:%zz@shop.example/' },
      'the user name or password of request.url cannot be read.',
    ],
    [
      'a file whose content was not recorded',
      { ...GET, postData: { mimeType: 'multipart/form-data', params: [{ name: 'a', fileName: SECRET }] } },
      'its body is a form with a file, whose content was not recorded.',
    ],
    [
      'bytes that are no Base64',
      { ...GET, postData: { mimeType: 'x/y', text: `${SECRET}!`, encoding: 'base64' } },
      'its body is not base64, although it says so.',
    ],
    [
      'an unknown encoding',
      { ...GET, postData: { mimeType: 'x/y', text: 'a', encoding: SECRET } },
      'its body was recorded in an unknown encoding.',
    ],
  ])('%s', (_name, request, expected) => {
    const reason = reasonOf(request);
    expect(reason).toBe(expected);
    expect(reason).not.toContain(SECRET);
  });

  test('ten sentences at most, however many there are', () => {
    const broken = Array.from({ length: 500 }, () => ({
      ...GET,
      headers: [header('x', '日'.repeat(1_000))],
    }));
    const hosts = Array.from({ length: 30 }, (_, index) => ({ ...GET, url: `http://ads${index}.example/` }));
    const { notes } = recordingIn(har(GET, { ...GET, url: 'data:,x' }, ...hosts, ...broken));
    expect(notes).toHaveLength(10);
    expect(notes.at(-1)).toBe('Left out of the HAR file: 493 more entries, for similar reasons.');
    expect(notes.join('').length).toBeLessThan(2_000);
    expect(problemsOf(har(...broken))).toHaveLength(9);
  });

  test('what is a web socket by its own word is none of http', () => {
    const entries = [{ request: GET }, { _resourceType: 'websocket', request: GET }];
    expect(recordingIn(JSON.stringify({ log: { entries } }))).toEqual({
      urls: [GET.url],
      notes: ['Left out of the HAR file: 1 entry with neither http nor https.'],
    });
  });
});

describe('hosts that load goes to', () => {
  const entry = (url: string, pageref?: string, redirectURL?: string): object => ({
    pageref,
    request: { ...GET, url },
    response: redirectURL === undefined ? { status: 200, redirectURL: '' } : { status: 301, redirectURL },
  });
  const recording = (pages: unknown, ...entries: readonly object[]): string =>
    JSON.stringify({ log: { pages, entries } });
  const THIRD = [entry('https://cdn.example/x.js', 'p1'), entry('https://ads.example/', 'p1')];

  test.each<[string, string, string | undefined, readonly string[]]>(
    [
      [
        'those of the first page, wherever its document was redirected, and no third party',
        recording(
          [{ id: 'p1', title: 'Shop' }, { id: 'p2' }],
          entry('http://shop.example/', 'p1', 'https://www.shop.example/'),
          entry('https://www.shop.example/', 'p1', '/home'),
          ...THIRD,
          entry('https://www.shop.example/home', 'p1'),
          entry('https://www.shop.example/2', 'p2'),
          entry('https://other.example/', 'p2'),
        ),
        undefined,
        [
          'http://shop.example/',
          'https://www.shop.example/',
          'https://www.shop.example/home',
          'https://www.shop.example/2',
        ],
      ],
      [
        'the first page is found where another was recorded before it',
        recording(
          [{ id: 'p1' }],
          entry('https://old.example/', 'p0'),
          entry('https://shop.example/', 'p1'),
          ...THIRD,
        ),
        undefined,
        ['https://shop.example/'],
      ],
      [
        'a title that is a URL says which page it is',
        recording(
          [{ id: 'p1', title: 'https://shop.example/' }],
          ...THIRD,
          entry('https://shop.example/', 'p1'),
        ),
        undefined,
        ['https://shop.example/'],
      ],
      [
        'without pages, the first entry',
        recording(undefined, entry('https://shop.example/'), ...THIRD),
        undefined,
        ['https://shop.example/'],
      ],
      [
        'with pages of another shape, too',
        recording([7], entry('https://shop.example/'), ...THIRD),
        undefined,
        ['https://shop.example/'],
      ],
      [
        'another port is another host, http and https of one are not',
        recording(
          null,
          entry('http://a.example/'),
          entry('https://a.example/x'),
          entry('http://a.example:81/y'),
        ),
        undefined,
        ['http://a.example/', 'https://a.example/x'],
      ],
      [
        'those that are named',
        recording(null, entry('https://a.example/'), ...THIRD),
        'CDN.example',
        [THIRD[0]],
      ],
      [
        'below a name',
        recording(
          null,
          entry('https://a.example/'),
          entry('https://x.b.example/'),
          entry('https://b.example/'),
        ),
        '*.b.example',
        ['https://x.b.example/'],
      ],
      [
        'by port',
        recording(
          null,
          entry('http://a.example:81/'),
          entry('http://a.example/'),
          entry('https://b.example/'),
        ),
        'a.example:81, b.example:443',
        ['http://a.example:81/', 'https://b.example/'],
      ],
      [
        'an address',
        recording(null, entry('http://[::1]:81/'), entry('http://a/')),
        '[::1]',
        ['http://[::1]:81/'],
      ],
      [
        'all',
        recording(null, entry('https://a.example/'), ...THIRD),
        '*',
        ['https://a.example/', 'https://cdn.example/x.js', 'https://ads.example/'],
      ],
    ].map(([name, text, hosts, urls]) => [
      name,
      text,
      hosts,
      (urls as (string | { request: { url: string } })[]).map((url) =>
        typeof url === 'string' ? url : url.request.url,
      ),
    ]) as [string, string, string | undefined, string[]][],
  )('%s', (_name, text, hosts, urls) => {
    expect(recordingIn(text, hosts).urls).toEqual(urls);
  });

  test('what was left out is said', () => {
    const { notes } = recordingIn(
      recording(null, entry('https://a.example/'), ...THIRD, entry('https://ads.example/2')),
    );
    expect(notes).toEqual([
      'Left out of the HAR file: 3 entries to other hosts, ads.example (2), cdn.example (1). ' +
        'Name the hosts to send to with --har-hosts, or * for all.',
    ]);
  });

  test.each([
    [
      'b.example',
      '--har-hosts: no entry of the HAR file goes to b.example: choose from a.example (1), cdn.example (1), ads.example (1).',
    ],
    ['http://a.example/', "--har-hosts 'http://a.example/': give hosts with commas between them"],
    ['', "--har-hosts '': give hosts with commas between them"],
    ['a.example,', "--har-hosts 'a.example,': give hosts with commas between them"],
  ])('%s is refused', (hosts, expected) => {
    const [sentence, ...more] = problemsOf(recording(null, entry('https://a.example/'), ...THIRD), hosts);
    expect([sentence!.slice(0, expected.length), more]).toEqual([expected, []]);
  });
});

describe('what is no HAR file', () => {
  const NO_LIST = 'The HAR file has no list log.entries: save it from the developer tools of a browser.';

  test.each<[string, string, readonly string[]]>([
    [
      'text that is not JSON, of which nothing is repeated',
      '{"log": {"entries": [secret',
      ['The HAR file is not JSON: save it again from the developer tools of a browser.'],
    ],
    ['nothing', '', ['The HAR file is not JSON: save it again from the developer tools of a browser.']],
    ['another JSON', '[]', [NO_LIST]],
    ['a log without entries', '{"log":{}}', [NO_LIST]],
    ['entries that are no list', '{"log":{"entries":{}}}', [NO_LIST]],
    ['an empty list', har(), ['The list log.entries of the HAR file is empty: record at least one request.']],
    [
      'nothing that can be sent',
      har({ ...GET, url: 'data:,a' }, { ...GET, url: 'ws://a/' }),
      [
        'The HAR file has 2 entries, and none can be sent: record it again.',
        'Left out of the HAR file: 2 entries with neither http nor https.',
      ],
    ],
    [
      'one that cannot be sent',
      har({ ...GET, url: 'data:,a' }),
      [
        'The HAR file has 1 entry, and none can be sent: record it again.',
        'Left out of the HAR file: 1 entry with neither http nor https.',
      ],
    ],
    [
      'entries that cannot be sent',
      har(undefined, { ...GET, url: 5 }),
      [
        'The HAR file has 2 entries, and none can be sent: record it again.',
        'Left out of the HAR file: log.entries[0], because request is missing or not an object.',
        'Left out of the HAR file: log.entries[1], because request.url is missing or not a string.',
      ],
    ],
  ])('%s', (_name, text, sentences) => {
    expect(problemsOf(text)).toEqual(sentences);
  });
});

test.each([
  ['by its header', { headers: [{ name: 'Content-Length', value: '1234' }] }],
  ['by its size', { bodySize: 1_234 }],
])('a body that was not kept is no empty one: %s', (_name, said) => {
  expect(reasonOf({ ...GET, method: 'POST', ...said })).toBe('its body was not recorded.');
});

test('what the browser answered itself, or never got out, is no load', () => {
  const entries = [
    { request: GET, response: { status: 200 } },
    { request: GET, response: { status: 200 }, _fromCache: 'memory' },
    { request: GET, response: { status: 0 }, _error: 'net::ERR_BLOCKED_BY_CLIENT' },
  ];
  const { urls, notes } = recordingIn(JSON.stringify({ log: { entries } }));
  expect(urls).toEqual([GET.url]);
  expect(notes).toEqual([
    "Left out of the HAR file: log.entries[1], because it was answered from the browser's cache.",
    'Left out of the HAR file: log.entries[2], because it was blocked or broken off, and never answered (status 0).',
  ]);
});
