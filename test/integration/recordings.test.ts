import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { listening } from '../support/target.ts';

const inFolder = useFolder();
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of open.splice(0)) close();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  /** Flat, as they came. */
  readonly fields: readonly string[];
  readonly body: string;
}

async function startRecorder(): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders: fields } = request;
      seen.push({ method, url, fields, body: Buffer.concat(chunks).toString('latin1') });
      response.end('ok');
    });
  });
  const port = await listening(server);
  open.push({ close: () => server.closeAllConnections() }, { close: () => server.close() });
  return { url: `http://127.0.0.1:${port}/`, seen };
}

/** All values of a field, in order. */
function valuesOf({ fields }: Seen, name: string): string[] {
  return fields.filter((_, at) => at % 2 === 1 && fields[at - 1]!.toLowerCase() === name);
}

/** As browsers and a proxy save them; what is sent has the method, the path, and what follows. */
const CORPUS: readonly {
  readonly name: string;
  readonly sent: readonly string[];
  readonly notes: readonly RegExp[];
}[] = [
  {
    name: 'chrome',
    sent: [
      'GET shop.test /',
      'GET www.shop.test /home cookie=sid=abc; theme=dark',
      `GET www.shop.test /api/items?filter={%22a%22:1}&q=it's|x`,
      'POST www.shop.test /api/cart application/json {"id":{{n}}}',
      'POST www.shop.test /login application/x-www-form-urlencoded user=me&pass=a%2Bb',
      'POST www.shop.test /upload multipart/form-data; boundary=----WebKitFormBoundaryAbC ------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n------WebKitFormBoundaryAbC--\r\n',
    ],
    notes: [
      /: 4 entries with neither http nor https\.$/,
      /: 2 entries to other hosts, cdn\.test \(1\), stats\.test \(1\)\. /,
      /: log\.entries\[\d+\], because it was blocked or broken off, and never answered \(status 0\)\.$/,
    ],
  },
  {
    name: 'firefox',
    sent: [
      'GET shop.test / cookie=sid=abc',
      'PUT shop.test /profile application/json;charset=utf-8 {"name":"J\u00c3\u00bcrgen"}',
      'POST shop.test /search application/x-www-form-urlencoded q=a+b&n=1%262',
      'GET shop.test /%C3%A4/../x?a x-name=J\u00fcrgen',
    ],
    notes: [
      /: 2 entries to other hosts, fonts\.test \(1\), other\.test \(1\)\. /,
      /: log\.entries\[2\], because it asks for another protocol \(upgrade\)\.$/,
      /: log\.entries\[5\], because its body is a form with a file, whose content was not recorded\.$/,
      /: log\.entries\[8\], because the header x-name has a character that no header may have\.$/,
    ],
  },
  {
    name: 'safari',
    sent: [
      'GET shop.test /',
      'GET shop.test /logo.png',
      'DELETE shop.test /cart/7 authorization=Bearer recorded',
      'POST shop.test /note text/plain two\r\nlines',
    ],
    notes: [/: 1 entry to other hosts, metrics\.test \(1\)\. /],
  },
  {
    name: 'proxy',
    sent: [
      'GET shop.test /list?page=2&q=%C3%BC%20x cookie=a=1; b=2',
      'POST shop.test /bytes application/octet-stream \0\x01\xff\xfe',
      'POST shop.test /form multipart/form-data; boundary=b --b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--b--\r\n',
      'GET shop.test /last',
    ],
    notes: [
      /: log\.entries\[3\], because it waits for an interim answer \(expect\)\.$/,
      /: log\.entries\[4\], because request\.url is not a URL\.$/,
      /: log\.entries\[5\], because it is not an object\.$/,
      /: log\.entries\[6\], because request\.url is missing or not a string\.$/,
    ],
  },
];

function shown(seen: Seen): string {
  const { method, url, body } = seen;
  const fields = ['cookie', 'x-name', 'authorization'].flatMap((name) =>
    valuesOf(seen, name).map((value) => `${name}=${value}`),
  );
  return [method, ...valuesOf(seen, 'host'), url, ...fields, ...valuesOf(seen, 'content-type'), body]
    .join(' ')
    .trimEnd();
}

const header = (name: string, value: string): object => ({ name, value });

describe.each(CLIENT_NAMES)('a recording is sent as it was recorded, by %s', (client) => {
  const base = { client, mode: 'inline', concurrency: 1 } as const;

  function harOf(...entries: readonly object[]): string {
    const path = inFolder(`${client}.har`);
    writeFileSync(path, JSON.stringify({ log: { entries } }));
    return path;
  }

  test.each(CORPUS)('as $name saves it', async ({ name, sent, notes }) => {
    const target = await startRecorder();
    const har = join(ROOT, `test/fixtures/har/${name}.har`);
    const connectTo = [`::127.0.0.1:${new URL(target.url).port}`];
    const summary = await run({ ...base, har, connectTo, requests: sent.length });
    expect(summary.requests.ok).toBe(sent.length);
    expect(target.seen.map(shown)).toEqual(sent.map((text) => text.trimEnd()));
    const forbidden = ['te', 'proxy-authorization', 'proxy-connection', 'keep-alive', 'upgrade', 'expect'];
    for (const one of target.seen) {
      for (const field of forbidden) expect(valuesOf(one, field)).toEqual([]);
      expect(one.fields.some((text) => text.startsWith(':'))).toBe(false);
    }
    const said = summary.notes.filter((note) => note.startsWith('Left out of the HAR file'));
    expect(said).toHaveLength(notes.length);
    for (const [index, note] of notes.entries()) expect(said[index]).toMatch(note);
  });

  test('path, query and bytes; nothing goes to a third party, and that is said', async () => {
    const [target, third] = [await startRecorder(), await startRecorder()];
    const har = harOf(
      { request: { method: 'GET', url: `${target.url}a/%2e%2e/b?` } },
      { request: { method: 'GET', url: `${third.url}track.js`, headers: [] } },
      {
        request: {
          method: 'POST',
          url: `${target.url}{x}?q='|`,
          headers: [header(':path', '/x'), header('X-Kind', '{{n}}'), header('Content-Length', '99')],
          postData: { mimeType: 'x/y', text: 'AP8=', encoding: 'base64' },
        },
      },
      { request: { method: 'GET', url: target.url, headers: [header('Upgrade', 'websocket')] } },
    );
    const { requests, notes } = await run({ ...base, har, requests: 4 });
    expect([requests.ok, third.seen]).toEqual([4, []]);
    expect(target.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/a/%2e%2e/b?', ''],
      ['POST', "/{x}?q='|", '\0\xff'],
      ['GET', '/a/%2e%2e/b?', ''],
      ['POST', "/{x}?q='|", '\0\xff'],
    ]);
    expect(valuesOf(target.seen[1]!, 'x-kind')).toEqual(['{{n}}']);
    expect(valuesOf(target.seen[1]!, 'content-length')).toEqual(['2']);
    const port = new URL(third.url).port;
    expect(notes.slice(0, 2)).toEqual([
      `Left out of the HAR file: 1 entry to other hosts, 127.0.0.1:${port} (1). Name the hosts to send to with harHosts, or * for all.`,
      'Left out of the HAR file: log.entries[3], because it asks for another protocol (upgrade).',
    ]);
    await run({ ...base, har, harHosts: '*', requests: 3 });
    expect(third.seen).toHaveLength(1);
  });

  test('headers of the user take the place of recorded ones, with placeholders filled in', async () => {
    const target = await startRecorder();
    const recorded = [
      header('Authorization', 'Bearer old'),
      header('COOKIE', 'old=1'),
      header('User-Agent', 'Browser'),
      header('X-Trace', 'old'),
      header('X-Trace', 'older'),
      header('Accept', 'text/html'),
    ];
    const url = target.url.replace('//', '//me:old@');
    const har = harOf({ request: { method: 'GET', url, headers: recorded } });
    const sent = async (options: Partial<RunOptions>): Promise<Record<string, string[]>> => {
      await run({ ...base, har, requests: 1, ...options });
      const [seen] = target.seen.splice(0);
      const names = ['authorization', 'cookie', 'user-agent', 'x-trace', 'accept'];
      return Object.fromEntries(names.map((name) => [name, valuesOf(seen!, name)]));
    };
    const before = {
      authorization: ['Bearer old'],
      cookie: ['old=1'],
      'user-agent': ['Browser'],
      'x-trace': ['old', 'older'],
      accept: ['text/html'],
    };
    expect(await sent({})).toEqual(before);
    expect(await sent({ headers: ['x-trace: new {{n}}'] })).toEqual({ ...before, 'x-trace': ['new 1'] });
    expect(
      await sent({ headers: ['AUTHORIZATION: Bearer new'], cookie: 'new={{n}}', userAgent: 'me' }),
    ).toEqual({ ...before, authorization: ['Bearer new'], cookie: ['new=1'], 'user-agent': ['me'] });
    const basic = `Basic ${Buffer.from('you:new').toString('base64')}`;
    expect(await sent({ user: 'you:new' })).toEqual({ ...before, authorization: [basic] });
  });
});
