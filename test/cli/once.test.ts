import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();

const inFolder = useFolder();

describe('--dry-run', () => {
  test('prints the plan and the first request, and sends nothing', async () => {
    const target = await startTarget();
    const { code, stdout, stderr } = await volley(
      `${target.url}a?n={{n}}`,
      '--json',
      '{"n":{{n}}}',
      '-u',
      'me:secret',
      '-w',
      '2',
      '-c',
      '3',
      '-n',
      '7',
      '--threshold',
      'p99<1s',
      '--dry-run',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('threads: 2 workers, 3 connections, closed model, 7 requests');
    expect(stdout).toContain('worker 0: 2 connections, 5 requests\nworker 1: 1 connection, 2 requests\n');
    expect(stdout).toContain(`POST ${target.url}a?n={{n}}`);
    expect(stdout).toContain('threshold p99<1s');
    expect(stdout).toContain('> POST /a?n=1 HTTP/1.1\n> host: 127.0.0.1:');
    expect(stdout).toContain('> authorization: …\n');
    expect(stdout).toContain('> content-length: 7\n>\n{"n":1}\n');
    expect(stdout).not.toContain(Buffer.from('me:secret').toString('base64'));
    expect(target.stats().requests).toBe(0);
  });
});

test.each([
  ['threshold', ['--threshold', 'p99<1ms']],
  ['abort-on', ['--abort-on', 'error-rate<1%']],
  ['save', ['--save']],
])(
  '--once with --%s is refused: nothing would be judged or kept, and the exit code be 0',
  async (name, given) => {
    const target = await startTarget();
    const { code, stdout, stderr } = await volley(target.url, '--once', ...given);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`volley: --once with --${name}: nothing is measured: leave one of them out.\n`);
    expect(target.stats().requests).toBe(0);
  },
);

test("--once takes no notice of a plan's rules, and --dry-run shows them", async () => {
  const target = await startTarget();
  const plan = inFolder('ruled.json');
  writeFileSync(plan, JSON.stringify({ url: target.url, threshold: ['p99<1ms'] }));
  expect(await volley('run', plan, '--once')).toMatchObject({ code: 0, stderr: '' });
  expect((await volley('run', plan, '--dry-run')).stdout).toContain('threshold p99<1ms');
});

test('a value may have any name, also one that every object has', async () => {
  const url = 'http://127.0.0.1:9/{{__proto__}}/{{constructor}}';
  const { stdout } = await volley(url, '--set', '__proto__=a', '--set', 'constructor=b', '--dry-run');
  expect(stdout).toContain('> GET /a/b HTTP/1.1');
});

describe('every request of a mix', () => {
  const folder = useFolder();

  test('is shown by --dry-run, and sent and shown by --once; one that fails is the exit code', async () => {
    const target = await startTarget();
    const plan = folder('mix.json');
    const mix = [
      { name: 'read', url: '{{u}}bytes/3', weight: 3 },
      { name: 'write', url: '{{u}}echo', body: '{{id}}', header: ['x-kind: w'] },
      { name: 'fail', url: '{{u}}status/503' },
    ];
    writeFileSync(folder('rows.csv'), `u,id\n${target.url},first\n${target.url},second\n`);
    writeFileSync(plan, JSON.stringify({ mix }));
    const shown = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => /^(\* request|> [A-Z]+ |> x-kind|first|\* failed)/.test(line))
        .map((line) => line.replace(' HTTP/1.1', ''));
    const dry = await volley('run', plan, '--rows', folder('rows.csv'), '--dry-run');
    expect([dry.code, shown(dry.stdout)]).toEqual([
      0,
      [
        "* request 'read'",
        '> GET /bytes/3',
        "* request 'write'",
        '> POST /echo',
        '> x-kind: w',
        'first',
        "* request 'fail'",
        '> GET /status/503',
      ],
    ]);
    expect(target.stats().requests).toBe(0);
    const once = await volley('run', plan, '--rows', folder('rows.csv'), '--once');
    expect([once.code, shown(once.stdout)]).toEqual([
      1,
      [
        ...shown(dry.stdout).flatMap((line) => (line === 'first' ? [line, line] : [line])),
        '* failed: status 503',
      ],
    ]);
    expect(target.stats().byPath).toEqual({ '/bytes/3': 1, '/echo': 1, '/status/503': 1 });
  });
});

describe.each(['undici', 'wire'])('--once, by %s', (client) => {
  test('sends one request and shows it with its answer', async () => {
    const target = await startTarget();
    const { code, stdout } = await volley(target.url, '-b', 'hello\n', '--client', client, '--once');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^> POST \/ HTTP\/1\.1\n> host: /);
    expect(stdout).toMatch(
      /\n>\nhello\n\n< 200\n< content-type: text\/plain\n[\s\S]*\n<\nhello world\n\* first byte after/,
    );
    expect(target.stats().requests).toBe(1);
  });

  test('shows fields in UTF-8, and follows a location by its bytes', async () => {
    const seen: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      seen.push(url);
      const location = Buffer.from('/caf\u00e9').toString('latin1');
      response.writeHead(url === '/' ? 302 : 200, { location, 'x-latin': 'caf\u00e9' });
      response.end();
    });
    const port = await listening(server);
    const { code, stdout } = await volley(`http://127.0.0.1:${port}/`, '-L', '--client', client, '--once');
    server.closeAllConnections();
    server.close();
    expect([code, seen]).toEqual([0, ['/', '/caf%C3%A9']]);
    expect(stdout).toContain('< location: /caf\u00e9\n');
    expect(stdout).toContain('< x-latin: caf\u00e9\n');
  });

  test('shows no password of a location, and no cookie of the way, whoever repeats them', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer(({ url = '', headers: { authorization, cookie } }, response) => {
      if (url !== '/') seen.push(authorization, cookie);
      const location = `http://me:pass-of-location@127.0.0.1:${port}/x`;
      const setting = { location, 'set-cookie': 'sid=kept-on-the-way' };
      response.writeHead(url === '/' ? 302 : 200, url === '/' ? setting : {});
      response.end(`${authorization} ${cookie} ${url === '/' ? '' : 'pass-of-location'}`);
    });
    const port = await listening(server);
    const command = `curl -L -b '' http://127.0.0.1:${port}/`;
    const { code, stdout } = await volley('--curl', command, '--client', client, '--once');
    server.closeAllConnections();
    server.close();
    const basic = Buffer.from('me:pass-of-location').toString('base64');
    expect([code, seen]).toEqual([0, [`Basic ${basic}`, 'sid=kept-on-the-way']]);
    expect(stdout).toContain(`< location: http://…@127.0.0.1:${port}/x\n`);
    for (const secret of ['pass-of-location', 'kept-on-the-way', basic]) expect(stdout).not.toContain(secret);
  });

  test('shows no token of a location, in no line, although it is sent', async () => {
    const seen: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      seen.push(url);
      const link = '</list?page[token]=of-a-link>; rel="next"';
      response.writeHead(url === '/' ? 302 : 200, { location: '/end?token=of-a-redirect', link });
      response.end(url);
    });
    const port = await listening(server);
    const { code, stdout } = await volley(`http://127.0.0.1:${port}/`, '-L', '--client', client, '--once');
    server.closeAllConnections();
    server.close();
    expect([code, seen]).toEqual([0, ['/', '/end?token=of-a-redirect']]);
    expect(stdout).toContain('< location: /end?token=…\n< link: </list?page[token]=…>; rel="next"\n');
    expect(stdout).toContain('> GET /end?token=… HTTP/1.1\n');
    expect(stdout).not.toMatch(/of-a-redirect|of-a-link/);
  });

  test('says why it failed', async () => {
    const target = await startTarget();
    const failed = async (path: string, ...options: string[]): Promise<string> => {
      const { code, stdout } = await volley(target.url + path, '--client', client, '--once', ...options);
      expect(code).toBe(1);
      return stdout.split('\n').findLast((line) => line.startsWith('* failed'))!;
    };
    expect(await failed('status/503')).toBe('* failed: status 503');
    expect(await failed('', '--expect-body', 'bye')).toBe(
      "* failed: expected a body with 'bye', got 'hello world'",
    );
    expect(await failed('fault/hang', '--timeout', '200ms')).toMatch(/^\* failed: timeout: /);
    expect(await failed('fault/garbage')).toMatch(/^\* failed: protocol /);
  });
});

describe('what its name calls secret is sent, but shown by neither --once nor --dry-run', () => {
  const folder = useFolder();
  const SECRET = 'Zq7xSecret';
  const form = `> content-length: 28\n>\nuser=joe&password=…\n`;

  test.each([
    ['a row', ['?token={{tok}}', '--rows', 'ROWS'], '> GET /echo?token=… HTTP/1.1\n'],
    ['a nested name', [`?user[password]=${SECRET}`], '> GET /echo?user[password]=… HTTP/1.1\n'],
    ['a name after a semicolon', [`?a=1;password=${SECRET}`], '> GET /echo?a=1;password=… HTTP/1.1\n'],
    ['a header', ['', '-H', `Ocp-Apim-Subscription-Key: ${SECRET}`], '> Ocp-Apim-Subscription-Key: …\n'],
    ['another header', ['', '-H', `DPoP: ${SECRET}`], '> DPoP: …\n'],
    ['a form', ['', '--data-urlencode', 'user=joe', '--data-urlencode', `password=${SECRET}`], form],
    ['a field of a form', ['', '-F', `password=${SECRET}`], 'name="password"'],
    ['JSON', ['', '--json', `{"user":"joe","password":"${SECRET}"}`], '\n{"user":"joe","password":"…"}\n'],
    [
      'GraphQL',
      ['', '--json', `{"query":"mutation{login(password:\\"${SECRET}\\")}"}`],
      '\n{"query":"mutation{login(password:\\"…\\")}"}\n',
    ],
    ['a list of pairs', ['', '--json', `[["password","${SECRET}"]]`], '\n[["password","…"]]\n'],
    [
      'an object of name and value',
      ['', '--json', `{"name":"password","value":"${SECRET}"}`],
      '\n{"name":"password","value":"…"}\n',
    ],
    ['a line', ['', '-b', `password: ${SECRET}`], '\npassword: …\n'],
    [
      'a private key',
      ['', '-b', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`],
      '\n-----BEGIN PRIVATE KEY-----…-----END PRIVATE KEY-----\n',
    ],
    ['a body', ['', '-b', `user=joe&password=${SECRET}`], '\nuser=joe&password=…\n'],
  ])('in %s', async (_what, [path = '', ...words], shown) => {
    const target = await startTarget();
    writeFileSync(folder('rows.csv'), `tok\n${SECRET}\n`);
    const args = [
      `${target.url}echo${path}`,
      ...words.map((word) => (word === 'ROWS' ? folder('rows.csv') : word)),
    ];
    for (const way of ['--dry-run', '--once']) {
      const { code, stdout } = await volley(...args, way);
      expect([way, code]).toEqual([way, 0]);
      expect(stdout).toContain(shown);
      expect(stdout).not.toContain(SECRET);
    }
    expect(target.stats().requests).toBe(1);
  });

  test('in a curl command, and what is sent stays the same', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end('ok'));
    });
    const port = await listening(server);
    const command = `curl -d 'password=${SECRET}' http://127.0.0.1:${port}/`;
    const { stdout } = await volley('--curl', command, '--once');
    server.closeAllConnections();
    server.close();
    expect(bodies).toEqual([`password=${SECRET}`]);
    expect(stdout).toContain('\npassword=…\n');
  });

  test('nor is the fragment of a URL saved with it', async () => {
    const target = await startTarget();
    const samples = folder('samples.jsonl');
    const url = `${target.url}#access_token=${SECRET}`;
    const { code, stdout } = await volley(
      url,
      '-n',
      '5',
      '-c',
      '1',
      '-w',
      '1',
      '-o',
      'json',
      '--samples',
      samples,
    );
    const saved = readFileSync(samples, 'utf8');
    expect([code, saved.split('access_token=…').length]).toEqual([0, 6]);
    expect(stdout + saved).not.toContain(SECRET);
  });
});

test('with redirects --once tells what a run measures, and what the last answer took', async () => {
  const server = createServer(({ url }, response) => {
    const isFirst = url === '/';
    setTimeout(
      () => {
        response.writeHead(isFirst ? 302 : 200, { location: '/end' });
        response.end();
      },
      isFirst ? 400 : 20,
    );
  });
  const url = `http://127.0.0.1:${await listening(server)}/`;
  const { stdout } = await volley(url, '--once', '-L');
  const alone = await volley(`${url}end`, '--once');
  server.close();
  const [, last, since] =
    /^\* first byte after .+, complete after ([\d.]+ m?s), ([\d.]+ m?s) after the first request$/m.exec(
      stdout,
    ) ?? [];
  const ms = (text = ''): number => Number.parseFloat(text) * (text.endsWith('ms') ? 1 : 1_000);
  // Timers may fire a millisecond early.
  expect(ms(since) - ms(last)).toBeGreaterThanOrEqual(395);
  expect(alone.stdout).toMatch(/^\* first byte after [\d.]+ ms, complete after [\d.]+ ms$/m);
});
