import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/main/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
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

const header = (name: string, value: string): object => ({ name, value });

describe.each(CLIENT_NAMES)('a recording is sent as it was recorded, by %s', (client) => {
  const base = { client, mode: 'inline', concurrency: 1 } as const;

  function harOf(...entries: readonly object[]): string {
    const path = inFolder(`${client}.har`);
    writeFileSync(path, JSON.stringify({ log: { entries } }));
    return path;
  }

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
      `Left out of the HAR file: 1 entry to other hosts, 127.0.0.1:${port} (1). Name the hosts to send to with --har-hosts, or * for all.`,
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
