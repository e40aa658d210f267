import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { listening } from '../support/target.ts';

interface Demand {
  readonly algorithm?: string;
  readonly qop?: string;
  /** Requests that a nonce is good for. */
  readonly uses?: number;
  readonly userhash?: boolean;
  /** Another challenge that comes before. */
  readonly before?: string;
}

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'MD5-sess': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  'SHA-512-256': 'sha512-256',
};
const REALM = 'a "b" c';
const USER = 'mé';
const PASSWORD = 'p:ß';

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A server that checks every authorization by itself; a nonce belongs to a connection's requests in their order. */
async function startDemanding(demand: Demand) {
  const counts = new Map<string, number>();
  const seen = { challenges: 0, accepted: 0, bodies: [] as string[], wrong: [] as string[] };
  const { algorithm, qop, uses = Number.POSITIVE_INFINITY, userhash = false, before } = demand;
  const hash = (text: string): string =>
    createHash(HASHES[algorithm ?? 'MD5']!)
      .update(text)
      .digest('hex');

  function challenge(response: ServerResponse, isStale: boolean): void {
    const nonce = `n${++seen.challenges}`;
    counts.set(nonce, 0);
    const fields = [
      `Digest realm="${REALM.replaceAll('"', '\\"')}", nonce="${nonce}", opaque="o,=p"`,
      ...(qop === undefined ? [] : [`qop="${qop}"`]),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(isStale ? ['stale=true'] : []),
      ...(userhash ? ['userhash=true'] : []),
    ];
    response.writeHead(401, {
      'www-authenticate': [...(before === undefined ? [] : [before]), fields.join(', ')],
    });
    response.end('who?');
  }

  function isRight(request: IncomingMessage): boolean {
    const text = Buffer.from(request.headers.authorization ?? '', 'latin1').toString('utf8');
    const fields = new Map(
      [...text.matchAll(/(\w+)=(?:"((?:\\.|[^"\\])*)"|([^,\s]*))/g)].map(([, name, quoted, plain]) => [
        name!,
        (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'),
      ]),
    );
    const field = (name: string): string => fields.get(name) ?? '';
    let ofUser = hash(`${USER}:${REALM}:${PASSWORD}`);
    if (algorithm?.endsWith('-sess')) ofUser = hash(`${ofUser}:${field('nonce')}:${field('cnonce')}`);
    const ofRequest = hash(`${request.method}:${request.url}`);
    const middle =
      qop === undefined ? field('nonce') : `${field('nonce')}:${field('nc')}:${field('cnonce')}:auth`;
    const count = (counts.get(field('nonce')) ?? Number.NaN) + 1;
    counts.set(field('nonce'), count);
    const expected: Record<string, string> = {
      username: userhash ? hash(`${USER}:${REALM}`) : USER,
      userhash: userhash ? 'true' : '',
      realm: REALM,
      uri: request.url!,
      opaque: 'o,=p',
      response: hash(`${ofUser}:${middle}:${ofRequest}`),
      ...(qop === undefined ? {} : { qop: 'auth', nc: count.toString(16).padStart(8, '0') }),
    };
    const wrong = Object.entries(expected).filter(([name, value]) => field(name) !== value);
    seen.wrong.push(...wrong.map(([name, value]) => `${name}: ${field(name)} for ${value}`));
    return wrong.length === 0;
  }

  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    const nonce = /nonce="([^"]*)"/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (request.url === '/open') response.end(body);
    else if (request.headers.authorization === undefined) challenge(response, false);
    else if ((counts.get(nonce) ?? 0) >= uses) challenge(response, true);
    else if (!isRight(request)) challenge(response, false);
    else if (request.url === '/moved') response.writeHead(307, { location: '/there?x=1' }).end();
    else {
      seen.accepted++;
      seen.bodies.push(body);
      response.end('ok');
    }
  });
  open.push(server);
  return { port: await listening(server), seen };
}

const DEMANDS: readonly (readonly [string, Demand])[] = [
  ['no algorithm and no qop', {}],
  ['MD5', { algorithm: 'MD5', qop: 'auth' }],
  ['MD5-sess, and auth-int beside auth', { algorithm: 'MD5-sess', qop: 'auth-int, auth' }],
  ['SHA-256', { algorithm: 'SHA-256', qop: 'auth' }],
  ['SHA-256-sess', { algorithm: 'SHA-256-sess', qop: 'auth' }],
  ['SHA-512-256', { algorithm: 'SHA-512-256', qop: 'auth', before: 'Basic realm="x", charset="UTF-8"' }],
  ['a hash of the name', { algorithm: 'SHA-256', qop: 'auth', userhash: true }],
  ['another kind first', { qop: 'auth', before: 'Digest realm="x", nonce="y", algorithm=TOKEN, Negotiate' }],
];

describe.each(['undici', 'wire'] as const)('Digest authorization by %s', (client) => {
  const options = { client, mode: 'inline', concurrency: 3, requests: 30 } as const;
  const command = (port: number, rest: string): string =>
    `curl --digest -u '${USER}:${PASSWORD}' ${rest.replace('BASE', `http://127.0.0.1:${port}`)}`;

  test.each(DEMANDS)('%s: one nonce for each connection, counted', async (_name, demand) => {
    const { port, seen } = await startDemanding(demand);
    const summary = await run({ ...options, curl: command(port, "-d 'a=b' 'BASE/x?y=1'") });
    expect(seen.wrong).toEqual([]);
    expect([summary.requests.ok, seen.accepted, seen.challenges]).toEqual([30, 30, 3]);
    expect(new Set(seen.bodies)).toEqual(new Set(['a=b']));
    expect(JSON.stringify(summary)).not.toContain(PASSWORD);
  });

  test('a nonce that has grown old is replaced, and redirects are authorized', async () => {
    const { port, seen } = await startDemanding({ qop: 'auth', uses: 5 });
    const summary = await run({ ...options, concurrency: 1, curl: command(port, '-L BASE/moved') });
    expect(seen.wrong).toEqual([]);
    // Sixty requests by five for each nonce.
    expect([summary.requests.ok, seen.accepted, seen.challenges]).toEqual([30, 30, 12]);
  });

  test('a refusal is a failure, of one attempt each', async () => {
    const { port, seen } = await startDemanding({ qop: 'auth' });
    const summary = await run({
      ...options,
      concurrency: 1,
      requests: 2,
      curl: command(port, 'BASE/').replace(PASSWORD, 'wrong'),
    });
    expect([summary.requests.failed, seen.accepted, seen.challenges]).toEqual([2, 0, 4]);
    expect(summary.errors).toMatchObject([{ kind: 'status', code: '401' }]);
  });

  test('a demand that cannot be met is a failure', async () => {
    const { port, seen } = await startDemanding({ algorithm: 'MD5', qop: 'auth-int' });
    const summary = await run({ ...options, curl: command(port, 'BASE/') });
    expect([summary.requests.failed, seen.challenges]).toEqual([30, 30]);
  });

  test('where nobody asks who it is, the body is sent all the same', async () => {
    const { port } = await startDemanding({});
    const summary = await run({ ...options, expectBody: ['a=b'], curl: command(port, '-d a=b BASE/open') });
    expect(summary.requests.ok).toBe(30);
  });
});

(spawnSync('curl', ['--version']).status === 0 ? test : test.skip).each(DEMANDS.slice(0, 5))(
  'the server lets curl in: %s',
  async (_name, demand) => {
    const { port, seen } = await startDemanding(demand);
    const args = [
      '-s',
      '--digest',
      '-u',
      `${USER}:${PASSWORD}`,
      '-d',
      'a=b',
      `http://127.0.0.1:${port}/x?y=1`,
    ];
    const answer = await new Promise((resolve) =>
      execFile('curl', args, (_error, stdout) => resolve(stdout)),
    );
    expect([answer, seen.wrong]).toEqual(['ok', []]);
  },
);
