import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const folder = mkdtempSync(join(tmpdir(), 'volley-requests-'));
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** A server that remembers what it was asked, and answers as it is told. */
async function startRecorder(
  answer: (seen: Seen) => { status?: number; headers?: Record<string, string>; body?: string } = () => ({}),
  address = '127.0.0.1',
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const { status = 200, headers: fields = {}, body = 'ok' } = answer(one);
      response.writeHead(status, fields);
      response.end(body);
    });
  });
  const port = await listening(server, address);
  open.push({ close: () => server.closeAllConnections() }, { close: () => server.close() });
  return { url: `http://127.0.0.1:${port}/`, seen };
}

const countsOf = (values: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));

describe.each(VARIANTS)('rows and placeholders, $mode $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  const many: Partial<RunOptions> =
    mode === 'inline' ? { client, concurrency: 5 } : { client, workers: 3, concurrency: 5 };

  test.each([
    { model: 'closed', load: {} },
    { model: 'open', load: { rate: 2_000 } },
  ])('a budget uses each row as often as any other, or once more ($model)', async ({ load }) => {
    const target = await startRecorder();
    const rows = fileOf('seven.csv', `id\n${[0, 1, 2, 3, 4, 5, 6].map((id) => `row ${id}`).join('\n')}\n`);
    const summary = await run({
      url: `${target.url}{{id}}/{{n}}`,
      rows,
      mode,
      ...many,
      ...load,
      requests: 100,
    });
    expect(summary.requests.ok).toBe(100);
    const counts = Object.values(countsOf(target.seen.map(({ url }) => url.split('/')[1]!)));
    expect(counts.toSorted()).toEqual([14, 14, 14, 14, 14, 15, 15]);
    // The numbers are 1 to 100, each once, and the k-th goes with the k-th row.
    const numbers = target.seen.map(({ url }) => Number(url.split('/')[2]));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    for (const { url } of target.seen) {
      const [, row, number] = url.split('/');
      expect(decodeURIComponent(row!)).toBe(`row ${(Number(number) - 1) % 7}`);
    }
  });

  test('once ends the run with the last row', async () => {
    const target = await startRecorder();
    const rows = fileOf(
      'once.jsonl',
      '{"id":1,"q":"a b"}\n{"id":2,"q":"ä"}\n{"id":3,"q":null}\n{"id":4,"q":[1]}\n',
    );
    const summary = await run({
      url: `${target.url}?q={{q}}&id={{id}}`,
      rows,
      rowsMode: 'once',
      mode,
      ...many,
    });
    expect(summary.requests).toMatchObject({ scheduled: 4, ok: 4 });
    expect(summary.plan.rows).toEqual({ mode: 'once', count: 4, skipped: 0 });
    expect(target.seen.map(({ url }) => url).toSorted()).toEqual([
      '/?q=%5B1%5D&id=4',
      '/?q=%C3%A4&id=2',
      '/?q=&id=3',
      '/?q=a%20b&id=1',
    ]);
  });

  test('headers and bodies are filled in as their place asks for', async () => {
    const target = await startRecorder();
    const rows = fileOf('odd.csv', 'name,age\n"say ""hi"", ü",7\n');
    // One request is one worker's.
    const options = { rows, mode, ...many, workers: 1, requests: 1, method: 'POST' };
    await run({
      ...options,
      url: target.url,
      json: '{"name":"{{name}}","age":{{age}}}',
      headers: ['X-Age: <{{age}}>'],
    });
    await run({ ...options, url: target.url, dataUrlencode: ['a b={{name}}', 'c={{age}}'] });
    await run({ ...options, url: target.url, body: '{{name}}|{{n}}' });
    await run({
      ...options,
      url: target.url,
      form: ['name={{name}};type=text/plain', 'f=in place;filename=a.csv'],
    });
    const [json, fields, text, form] = target.seen;
    expect(JSON.parse(json!.body)).toEqual({ name: 'say "hi", ü', age: 7 });
    expect(json!.headers['x-age']).toBe('<7>');
    expect(Object.fromEntries(new URLSearchParams(fields!.body))).toEqual({ 'a b': 'say "hi", ü', c: '7' });
    expect(text!.body).toBe('say "hi", ü|1');
    const parts = await new Response(form!.body, {
      headers: { 'content-type': String(form!.headers['content-type']) },
    }).formData();
    expect(parts.get('name')).toBe('say "hi", ü');
    expect(await (parts.get('f') as File).text()).toBe('in place');
    expect((parts.get('f') as File).name).toBe('a.csv');
  });

  test('random text follows from the seed, whatever the number of workers', async () => {
    const urls = async (workers: number): Promise<string[]> => {
      const target = await startRecorder();
      await run({
        url: `${target.url}{{uuid}}/{{random -5 5}}`,
        mode,
        client,
        workers: workersIn(mode, workers),
        concurrency: 4,
        requests: 40,
        seed: 7,
      });
      return target.seen.map(({ url }) => url).toSorted();
    };
    const one = await urls(1);
    expect(await urls(3)).toEqual(one);
    expect(new Set(one).size).toBe(40);
    for (const url of one)
      expect(url).toMatch(/^\/[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\/-?[0-5]$/);
  });

  test('rows may name the origin, and its connections are kept', async () => {
    const [a, b] = [await startTarget(), await startTarget()];
    const rows = fileOf('origins.csv', `url\n${a.url}bytes/3\n${b.url}bytes/5\n`);
    const summary = await run({
      url: '{{url}}',
      rows,
      mode,
      client,
      concurrency: 2,
      workers: 1,
      requests: 40,
    });
    expect(summary.requests.ok).toBe(40);
    expect([a.stats().byPath, b.stats().byPath]).toEqual([{ '/bytes/3': 20 }, { '/bytes/5': 20 }]);
    expect(a.stats().connectionsAccepted).toBeLessThanOrEqual(2);
    expect(b.stats().connectionsAccepted).toBeLessThanOrEqual(2);
  });

  test('requests of a mix whose origin rows name are each their own', async () => {
    const target = await startRecorder();
    const base = target.url.slice(0, -1);
    const summary = await run({
      mix: [
        { name: 'read', url: '{{u}}/read' },
        { name: 'write', url: '{{u}}/write', method: 'POST', body: 'x', headers: ['x-kind: w'] },
        { name: 'own', url: '{{u}}/own/{{id}}', user: 'me:secret', json: '{"id":{{id}}}', method: 'PUT' },
        { name: 'fixed', url: `${base}/fixed`, cookie: 'c=1' },
      ],
      rows: fileOf('bases.csv', `u,id\n${base},1\n${base},2\n`),
      mode,
      ...many,
      requests: 40,
    });
    expect(summary.requests.ok).toBe(40);
    const shown = target.seen.map(({ method, url, headers, body }) =>
      [method, url, headers['x-kind'], headers['authorization'], headers['cookie'], body].join(' '),
    );
    const basic = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    expect(countsOf(shown)).toEqual({
      'GET /read    ': 10,
      'POST /write w   x': 10,
      [`PUT /own/1  ${basic}  {"id":1}`]: 5,
      [`PUT /own/2  ${basic}  {"id":2}`]: 5,
      'GET /fixed   c=1 ': 10,
    });
  });

  test('a mix keeps its weights exactly, and has a row and thresholds for each request', async () => {
    const target = await startRecorder(({ url }) => ({ status: url === '/c' ? 500 : 200 }));
    const summary = await run({
      mix: [
        { name: 'a', url: `${target.url}a`, weight: 6 },
        { name: 'b c', url: `${target.url}b`, weight: 3, method: 'PUT', headers: ['X-B: 1'] },
        { name: 'c', url: `${target.url}c` },
      ],
      headers: ['X-All: 1'],
      mode,
      ...many,
      requests: 200,
      thresholds: ['error-rate{c}<50%', 'error-rate{a}<1%', 'p50{b c}<9s'],
    });
    expect(countsOf(target.seen.map(({ method, url }) => `${method} ${url}`))).toEqual({
      'GET /a': 120,
      'PUT /b': 60,
      'GET /c': 20,
    });
    expect(target.seen.every(({ headers }) => headers['x-all'] === '1')).toBe(true);
    expect(summary.mix.map(({ name, sent, ok, failed }) => [name, sent, ok, failed])).toEqual([
      ['a', 120, 120, 0],
      ['b c', 60, 60, 0],
      ['c', 20, 0, 20],
    ]);
    expect(summary.mix.reduce((sum, { latencyMs }) => sum + latencyMs.count, 0)).toBe(200);
    expect(summary.thresholds.map(({ expression, ok }) => [expression, ok])).toEqual([
      ['error-rate{c}<50%', false],
      ['error-rate{a}<1%', true],
      ['p50{b c}<9s', true],
      ['error-rate{b c}<=1%', true],
    ]);
  });
});

describe.each(VARIANTS)('requests that cannot be sent, $mode $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  test.each([
    { model: 'closed', load: {} },
    { model: 'open', load: { rate: 2_000 } },
  ])('fail under their own kind, and cost nothing else ($model)', async ({ load }) => {
    const target = await startRecorder(() => ({}), '0.0.0.0');
    const { port } = new URL(target.url);
    const summary = await run({
      url: `http://127.0.0.{{n}}:${port}/`,
      mode,
      client,
      workers: workersIn(mode, 2),
      concurrency: 4,
      requests: 260,
      ...load,
    });
    expect(summary.requests).toMatchObject({ scheduled: 260, sent: 260, ok: 255, failed: 5 });
    expect(target.seen).toHaveLength(255);
    expect(summary.errors).toMatchObject([
      {
        kind: 'request',
        code: 'URL',
        count: 5,
        example: expect.stringMatching(/^'http:\/\/127\.0\.0\.2(5[6-9]|60):/),
      },
    ]);
    expect(summary.workers.some(({ lost }) => lost)).toBe(false);
  });
});

describe.each(CLIENT_NAMES)('expectations and redirects, %s', (client) => {
  const base = { mode: 'inline', client, requests: 10, concurrency: 2 } as const;

  test('a response that misses an expectation fails, with an example of what came', async () => {
    const target = await startRecorder(({ url }) => ({
      status: url === '/missing' ? 404 : 201,
      body: '{"data":{"items":[{"id":7,"ok":true}]},"text":"find me"}',
    }));
    const told = async (options: Partial<RunOptions>, path = ''): Promise<string> => {
      const { errors, requests, thresholds } = await run({ ...base, url: target.url + path, ...options });
      expect(requests.ok + requests.failed).toBe(10);
      if (Object.keys(options).length > 0)
        expect(thresholds).toMatchObject([{ expression: 'error-rate<=0%', ok: requests.failed === 0 }]);
      return errors.map(({ kind, code, example }) => `${kind} ${code}: ${example}`).join('\n');
    };
    expect(await told({ expectStatus: '200' })).toBe('expectation STATUS: expected status 200, got 201');
    expect(await told({ expectStatus: '200-203,404' })).toBe('');
    expect(await told({ expectStatus: '4xx' }, 'missing')).toBe('');
    expect(await told({}, 'missing')).toMatch(/^status 404: /);
    expect(await told({ expectBody: ['find me'] })).toBe('');
    expect(await told({ expectBody: ['find you'] })).toMatch(
      /^expectation BODY_TEXT: expected a body with 'find you', got '\{"data/,
    );
    expect(await told({ expectJson: ['data.items[0].id=7', 'data.items[0].ok=true', 'text=find me'] })).toBe(
      '',
    );
    expect(await told({ expectJson: ['data.items[1].id=7'] })).toBe(
      "expectation BODY_JSON: expected data.items[1].id to be '7', got nothing",
    );
    expect(await told({ maxBody: 10 })).toMatch(
      /^expectation BODY_LENGTH: expected at most 10 bytes of body, got 56/,
    );
  });

  test('redirects are followed as one request; too many of them fail it', async () => {
    const other = await startRecorder();
    const target = await startRecorder(({ url }) => {
      if (url === '/loop') return { status: 302, headers: { location: '/loop' } };
      if (url === '/empty') return { status: 302, headers: { location: '' } };
      if (url === '/post') return { status: 303, headers: { location: '/end' } };
      if (url === '/keep') return { status: 307, headers: { location: 'end?x=1' } };
      if (url === '/other') return { status: 301, headers: { location: `${other.url}there` } };
      return {};
    });
    const follow = async (path: string, options: Partial<RunOptions> = {}) =>
      run({ ...base, requests: 1, location: true, url: target.url + path, ...options });

    expect((await follow('post', { body: 'x' })).requests.ok).toBe(1);
    expect(target.seen.splice(0).map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/post', 'x'],
      ['GET', '/end', ''],
    ]);
    expect((await follow('keep', { body: 'x' })).statuses).toEqual({ '200': 1 });
    expect(target.seen.splice(0).map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/keep', 'x'],
      ['POST', '/end?x=1', 'x'],
    ]);
    expect((await follow('other', { user: 'me:secret' })).requests.ok).toBe(1);
    expect(target.seen.splice(0)[0]!.headers['authorization']).toMatch(/^Basic /);
    expect(other.seen.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
      ['/there', undefined],
    ]);
    const loop = await follow('loop', { location: 3 });
    expect(target.seen.splice(0)).toHaveLength(4);
    expect(loop.errors).toMatchObject([
      {
        kind: 'expectation',
        code: 'REDIRECT',
        count: 1,
        example: "after 3 of at most 3 redirects: 302 to '/loop'",
      },
    ]);
    expect((await follow('loop', { location: false })).requests.ok).toBe(1);
    target.seen.splice(0);
    expect((await follow('empty')).notes.join()).toMatch(/redirects without a location/);
    expect(target.seen).toHaveLength(1);
  });
});

describe.each(CLIENT_NAMES)('what a redirect asks for, %s', (client) => {
  const BODY = 'content-type: text/plain';
  const followed = async (
    status: number,
    options: Partial<RunOptions>,
    location = '/end',
  ): Promise<Seen[]> => {
    const target = await startRecorder(({ url }) =>
      url === '/begin' ? { status, headers: { location } } : {},
    );
    const base = { client, mode: 'inline', requests: 1, concurrency: 1, location: true } as const;
    const summary = await run({ ...base, url: `${target.url}begin`, headers: [BODY], ...options });
    expect(summary.requests.ok).toBe(1);
    return target.seen.slice(1);
  };

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    ...['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'QUERY'].flatMap((method) => [
      [301, method, method] as const,
      [302, method, method] as const,
      [303, method, 'GET'] as const,
    ]),
  ] as const)('%i after %s is followed by %s', async (status, method, next) => {
    const [seen] = await followed(status, { method, body: 'x' });
    expect(seen).toMatchObject({ method: next, url: '/end', body: next === 'GET' ? '' : 'x' });
    expect(seen!.headers['content-type']).toBe(next === 'GET' ? undefined : 'text/plain');
  });

  test('HEAD stays HEAD', async () => {
    const methods = [301, 302, 303].map(async (status) => followed(status, { method: 'HEAD' }));
    for (const [seen] of await Promise.all(methods)) expect(seen!.method).toBe('HEAD');
  });

  test.each([
    ['UTF-8 bytes', Buffer.from('/café/日?q=ü').toString('latin1'), '/caf%C3%A9/%E6%97%A5?q=%C3%BC'],
    ['Latin-1 bytes', '/caf\xe9', '/caf%E9'],
    ['what is encoded already', '/caf%C3%A9/%2e%2E/a', '/caf%C3%A9/%2e%2E/a'],
    ['characters that browsers encode', `/{}|"?'x'`, `/{}|"?'x'`],
    ['an empty query and a fragment', '/a?#b', '/a?'],
  ])('a location in %s', async (_name, location, expected) => {
    expect((await followed(302, {}, location))[0]!.url).toBe(expected);
  });
});

describe.each(CLIENT_NAMES)('a path that was recorded goes out as it is written, %s', (client) => {
  test('from a list of URLs, or a column of them', async () => {
    const target = await startRecorder();
    const paths: readonly (readonly [written: string, sent: string])[] = [
      ['a?', '/a?'],
      ['a/%2e%2e/b/../c//d', '/a/%2e%2e/b/../c//d'],
      [`{x}|^?q='"<>\\`, `/{x}|^?q='"<>\\`],
      ['é日?q=a b#c', '/%C3%A9%E6%97%A5?q=a%20b'],
      ['%zz%', '/%zz%'],
    ];
    const urls = paths.map(([written]) => target.url + written);
    const list = fileOf('paths.txt', [...urls, `${target.url.slice(0, -1)}?x#y`].join('\n'));
    const base = { client, mode: 'inline', concurrency: 1 } as const;
    await run({ ...base, urls: list, requests: 6 });
    const sent = paths.map(([, path]) => path);
    expect(target.seen.splice(0).map(({ url }) => url)).toEqual([...sent, '/?x']);
    const rows = fileOf('paths.jsonl', urls.map((url) => JSON.stringify({ url })).join('\n'));
    await run({ ...base, url: '{{url}}', rows, requests: 5 });
    expect(target.seen.splice(0).map(({ url }) => url)).toEqual(sent);
  });
});

describe('rows that cannot be sent', () => {
  const problems = async (
    options: Partial<RunOptions>,
    name: string,
    text: string | Buffer,
  ): Promise<string[]> => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return run({ url: 'http://127.0.0.1:9/{{a}}', rows: path, ...options }).then(
      () => [],
      (error: { problems: object[] }) => error.problems.map((one) => String(one).replaceAll(path, name)),
    );
  };

  test.each([
    [
      'a column that there is not',
      'x.csv',
      'b\n1\n',
      "The URL 'http://127.0.0.1:9/{{a}}': '{{a}}' is not a placeholder: choose from b, or from n, uuid",
    ],
    ['no rows', 'x.csv', 'a\n', "rows 'x.csv' has no rows"],
    ['nothing at all', 'x.csv', '', "rows 'x.csv' has no rows"],
    [
      'a ragged row',
      'x.csv',
      'a,b\n1,2\n3\n',
      "rows 'x.csv': line 3 has 1 cell, and the first line names 2 columns.",
    ],
    ['a column twice', 'x.csv', 'a,a\n1,2\n', "rows 'x.csv': two columns are called 'a'"],
    ['a column without a name', 'x.csv', 'a,\n1,2\n', "rows 'x.csv': column 2 has no name"],
    [
      'bytes that are no UTF-8',
      'x.csv',
      Buffer.from('a\nb\n\xff\n', 'latin1'),
      "rows 'x.csv' line 3 is not UTF-8",
    ],
    ['a line that is no JSON', 'x.jsonl', '{"a":1}\nnot\n', "rows 'x.jsonl': line 2 is not JSON"],
    ['an object that lacks a column', 'x.jsonl', '{"a":1}\n{"b":1}\n', "rows 'x.jsonl': line 2 lacks 'a'"],
  ])('%s', async (_name, name, text, expected) => {
    expect((await problems({}, name, text)).join('\n')).toContain(expected);
  });

  test('a line end in a header value is found before anything is sent', async () => {
    const found = await problems({ headers: ['X-A: {{a}}'] }, 'x.csv', 'a\nfine\n"two\nlines"\n');
    expect(found.join('\n')).toMatch(
      /^Row 2, .*the header value 'two\ufffdlines' has a character that no header may have/,
    );
  });
});
