import { describe, expect, test } from '@jest/globals';
import { type HarRequest, readHar } from '../../src/main/plan/har.ts';
import { Problems } from '../../src/main/plan/problems.ts';

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

function problemsOf(text: string): readonly string[] {
  const problems = new Problems();
  expect(readHar(text, problems)).toBeNull();
  return problems.sentences;
}

function onlyRequest(request: object): HarRequest {
  const problems = new Problems();
  const recording = readHar(har({ ...GET, ...request }), problems);
  expect(problems.sentences).toEqual([]);
  expect(recording).toMatchObject({ requests: [expect.anything()], skipped: 0 });
  return recording!.requests[0]!;
}

const header = (name: string, value: string): object => ({ name, value });

describe('requests of a HAR file', () => {
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
      skipped: 3,
    });
  });

  test('headers without those of HTTP/2 and of the connection', () => {
    const { headers } = onlyRequest({
      headers: [
        header(':authority', 'shop.example'),
        header(':method', 'GET'),
        header('Host', 'Shop.Example:443'),
        header('Connection', 'keep-alive'),
        header('Keep-Alive', '115'),
        header('Content-Length', '0'),
        header('Transfer-Encoding', 'chunked'),
        header('Accept-Encoding', 'gzip, br'),
        header('cookie', 'a=1; b=2'),
        header('X-Empty', ''),
      ],
    });
    expect(headers).toEqual(['Accept-Encoding: gzip, br', 'cookie: a=1; b=2', 'X-Empty: ']);
  });

  test('a host other than that of the URL stays', () => {
    expect(onlyRequest({ headers: [header('Host', 'other.example')] }).headers).toEqual([
      'Host: other.example',
    ]);
  });

  test.each<[string, object | null, object]>([
    ['nothing', null, { headers: [] }],
    ['no text', { mimeType: 'text/plain', text: '' }, { headers: [] }],
    [
      'text, which comes before the fields that it was made of',
      { mimeType: 'application/json', text: '{"ä":"😀"}', params: [header('a', 'b')] },
      { headers: ['content-type: application/json'], body: '{"ä":"😀"}' },
    ],
    [
      'fields, which are encoded',
      { mimeType: 'application/x-www-form-urlencoded', params: [header('a b', 'c&d'), { name: 'e' }] },
      { headers: ['content-type: application/x-www-form-urlencoded'], body: 'a+b=c%26d&e=' },
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
  ])('a body of %s', (_name, postData, expected) => {
    const request = onlyRequest({ method: 'POST', postData });
    expect(request).toEqual({ name: 'POST /items', method: 'POST', url: GET.url, ...expected });
  });

  test('a content type that was recorded is the one', () => {
    const { headers } = onlyRequest({
      headers: [header('Content-Type', 'text/xml')],
      postData: { mimeType: 'text/plain', text: '<a/>' },
    });
    expect(headers).toEqual(['Content-Type: text/xml']);
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
      ['The HAR file has 2 entries, and none is of http:// or https://: record requests that can be sent.'],
    ],
    [
      'a form whose files are lost',
      har(GET, {
        ...GET,
        postData: { mimeType: 'multipart/form-data', params: [{ name: 'a', fileName: 'b' }] },
      }),
      [
        'log.entries[1].request.postData of the HAR file is a form in parts, without its text: leave the entry out.',
      ],
    ],
    [
      'entries of another shape, all of them named',
      har(
        undefined,
        { ...GET, url: 5 },
        { ...GET, headers: [{ name: 'a', value: 1 }] },
        { ...GET, url: '/x' },
      ),
      [
        'log.entries[0].request of the HAR file is missing or no object: record it again, or leave the entry out.',
        'log.entries[1].request.url of the HAR file is missing or no string: record it again, or leave the entry out.',
        'log.entries[2].request.headers[0].value of the HAR file is missing or no string: record it again, or leave the entry out.',
        'log.entries[3].request.url of the HAR file is no URL: correct it, or leave the entry out.',
      ],
    ],
    [
      'more wrong entries than one wants to read of',
      har(...Array.from({ length: 7 }, () => ({ ...GET, url: '' }))),
      [
        ...[0, 1, 2, 3, 4].map(
          (index) =>
            `log.entries[${index}].request.url of the HAR file is no URL: correct it, or leave the entry out.`,
        ),
        'The HAR file has 2 more such problems: record it again.',
      ],
    ],
  ])('%s', (_name, text, sentences) => {
    expect(problemsOf(text)).toEqual(sentences);
  });
});
