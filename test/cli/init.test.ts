import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();
const startTarget = useTargets();

const PETS = {
  openapi: '3.1.0',
  info: { title: 'Pets' },
  servers: [{ url: '{base}', variables: { base: { default: '' } } }],
  paths: {
    '/bytes/{count}': {
      parameters: [{ $ref: '#/components/parameters/Count' }],
      get: { operationId: 'read' },
    },
    '/echo': {
      post: {
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } },
      },
    },
  },
  components: {
    parameters: {
      Count: { name: 'count', in: 'path', required: true, schema: { type: 'integer', minimum: 3 } },
    },
    schemas: { Pet: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
  },
};

test('a plan is made of each source, runs as it is, and is not overwritten', async () => {
  const target = await startTarget();
  const base = target.url.slice(0, -1);
  const har = inFolder('a.har');
  const openapi = inFolder('pets.json');
  const request = { method: 'GET', url: `${base}/bytes/11`, headers: [] };
  writeFileSync(har, JSON.stringify({ log: { entries: [{ request }] } }));
  PETS.servers[0]!.variables.base.default = base;
  writeFileSync(openapi, JSON.stringify(PETS));
  const sources: Readonly<Record<string, readonly string[]>> = {
    url: [`${base}/bytes/10`],
    curl: ['--curl', `curl ${base}/echo -d 'it'\\''s: #1'`],
    har: ['--har', har],
    openapi: ['--openapi', openapi],
  };
  for (const [name, source] of Object.entries(sources)) {
    const plan = inFolder(`${name}.yaml`);
    expect(await volley('init', ...source, '--out', plan)).toMatchObject({ code: 0, stdout: '' });
    const text = readFileSync(plan, 'utf8');
    expect(text).toMatch(/^# /);
    const again = await volley('init', ...source, '--out', plan);
    expect(again).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('already exists: add --force'),
    });
    const before = target.stats().requests;
    const ran = await volley('run', plan, '-n', '20', '-o', 'json');
    expect({ name, code: ran.code, sent: target.stats().requests - before }).toEqual({
      name,
      code: 0,
      sent: 20,
    });
  }
  const { byPath } = target.stats();
  expect([byPath['/bytes/10'], byPath['/bytes/11'], byPath['/bytes/3'], byPath['/echo']]).toEqual([
    20, 20, 10, 30,
  ]);
  const printed = await volley('init', `${base}/`, '--out', '-');
  expect(printed.stdout).toContain(`url: ${base}/\n`);
  expect(await volley('init', `${base}/2`, '--out', inFolder('url.yaml'), '--force')).toMatchObject({
    code: 0,
  });
  expect(readFileSync(inFolder('url.yaml'), 'utf8')).toContain(`url: ${base}/2\n`);
});

test('what no plan can be made of is said, and nothing is written', async () => {
  const plan = inFolder('none.yaml');
  const old = join(dirname(plan), 'old.json');
  writeFileSync(old, '{"swagger":"2.0"}');
  for (const [args, sentence] of [
    [[], 'There is nothing to make a plan from, and no terminal to ask on'],
    [['ftp://a/'], 'only http:// and https://'],
    [['http://a/', '--curl', 'curl http://b/'], 'a URL and --curl: each says what to send'],
    [
      ['--curl', 'curl http://127.0.0.1:9/ -F x=@/nowhere'],
      "curl --form 'x=@/nowhere': the file cannot be read",
    ],
    [['--openapi', old], 'it is a description in Swagger 2.0: turn it into OpenAPI 3 first'],
    [['--openapi', '/nowhere.yaml'], 'cannot be read (no such file or folder)'],
  ] as const) {
    const { code, stderr } = await volley('init', ...args, '--out', plan);
    expect({ args, code, stderr }).toEqual({ args, code: 2, stderr: expect.stringContaining(sentence) });
    expect(existsSync(plan)).toBe(false);
  }
});

test('a secret that is written, and hosts of a recording that are left out, are told', async () => {
  const [plan, module] = [inFolder('told.yaml'), inFolder('told.ts')];
  const curl = "curl http://127.0.0.1:9/ -H 'authorization: Bearer ";
  const initOf = async (out: string, ...args: string[]): Promise<string> => {
    const { code, stderr } = await volley('init', ...args, '--out', out, '--force');
    expect(code).toBe(0);
    return stderr;
  };
  const secret =
    /^volley: a token or password is written too: before others see the file, put (.+) in its place\.$/m;
  const said = [
    await initOf(plan, '--curl', `${curl}n2Xk9vQ4'`),
    await initOf(plan, 'http://me:n2Xk9vQ4@127.0.0.1:9/'),
    await initOf(module, '--scenario', '--curl', `${curl}n2Xk9vQ4'`),
    await initOf(plan, '--curl', `${curl}{{env PATH}}'`),
    await initOf(plan, '--curl', "curl http://127.0.0.1:9/ -H 'x-a: b'"),
  ];
  expect(said.map((stderr) => secret.exec(stderr)?.[1])).toEqual([
    '{{env NAME}}',
    '{{env NAME}}',
    'process.env.NAME',
    undefined,
    undefined,
  ]);
  expect(said.join('')).not.toContain('n2Xk9vQ4');
  const har = inFolder('hosts.har');
  const entries = ['http://127.0.0.1:9/a', 'http://cdn.example/b.js'].map((url) => ({
    request: { method: 'GET', url, headers: [] },
  }));
  writeFileSync(har, JSON.stringify({ log: { entries } }));
  const leftOut = 'Left out of the HAR file: 1 entry to other hosts, cdn.example (1).';
  expect(await initOf(plan, '--har', har)).toContain(leftOut);
  expect(readFileSync(plan, 'utf8')).toContain(`# ${leftOut}`);
});

test('a scenario is made of each source, and its iteration runs as it is', async () => {
  const target = await startTarget();
  const base = target.url.slice(0, -1);
  let atMs = Date.parse('2026-01-01T00:00:00Z');
  const json = 'application/json';
  const entry = (
    gapMs: number,
    method: string,
    path: string,
    more: { said?: unknown; body?: string; type?: string; status?: number; to?: string; headers?: object },
  ) => {
    atMs += gapMs + 50;
    const { said, body, type = json, status = 200, to = '', headers = {} } = more;
    return {
      startedDateTime: new Date(atMs - 50).toISOString(),
      time: 50,
      request: {
        method,
        url: base + path,
        headers: Object.entries({ Cookie: 'old=1', 'User-Agent': 'Mozilla', ...headers }).map(
          ([name, value]) => ({ name, value }),
        ),
        ...(body === undefined ? {} : { postData: { mimeType: type, text: body } }),
      },
      response: {
        status,
        redirectURL: to,
        headers: [],
        content: { text: typeof said === 'string' ? said : JSON.stringify(said) },
      },
    };
  };
  const order = '{"list":[{"id":7,"sku":"a-12345"}],"typed":"in-56789","csrf":"zz9-plural"}';
  const entries = [
    entry(0, 'POST', '/echo', { body: order, said: order }),
    entry(400, 'GET', '/status/302', { status: 302, to: `${base}/bytes/3`, said: '' }),
    entry(0, 'GET', '/bytes/3', { said: 'vvv' }),
    entry(0, 'POST', '/echo', {
      body: '{"id":8,"sku":"b-12345","braces":"{{n}}"}',
      said: { id: 8, sku: 'b-99999', csrf: 'yy8-plural' },
    }),
    entry(100, 'PUT', '/echo/8?sku=b-99999&page=2', {
      headers: { Authorization: 'Bearer yy8-plural' },
      body: 'csrf=yy8-plural&a=b+c',
      type: 'application/x-www-form-urlencoded',
      said: '',
    }),
    entry(0, 'GET', '/status/404', { status: 404, said: '' }),
  ];
  const har = inFolder('shop.har');
  const openapi = inFolder('api.json');
  writeFileSync(har, JSON.stringify({ log: { entries } }));
  PETS.servers[0]!.variables.base.default = base;
  writeFileSync(openapi, JSON.stringify(PETS));

  const flow = inFolder('flow.yaml');
  expect(await volley('init', '--scenario', har, '--out', flow)).toMatchObject({ code: 0, stdout: '' });
  const { scenarios, url } = parse(readFileSync(flow, 'utf8')) as {
    url: string;
    scenarios: { recorded: { flow: unknown[] } };
  };
  expect(url).toBe(base);
  expect(scenarios.recorded.flow).toEqual([
    { post: '/echo', json: JSON.parse(order) },
    { think: '0.4s' },
    { get: '/status/302' },
    {
      post: '/echo',
      json: { id: 8, sku: 'b-12345', braces: '{{raw braces}}n}}' },
      capture: { sku: 'json sku', csrf: 'json csrf' },
    },
    {
      put: '/echo/8?sku={{sku}}&page=2',
      header: { Authorization: 'Bearer {{csrf}}' },
      form: { csrf: '{{csrf}}', a: 'b c' },
    },
    { get: '/status/404', 'expect-status': 404 },
  ]);
  // The reference server gives back what it gets: what only the recording's server knew is not in it.
  writeFileSync(
    flow,
    readFileSync(flow, 'utf8').replace('sku: b-12345', 'sku: b-12345\n          csrf: new'),
  );
  const once = await volley('run', flow, '--once');
  expect(once.stdout).toContain('> PUT /echo/8?sku=b-12345&page=2');
  expect(once.stdout).toContain('"braces":"{{n}}"');
  expect(once.stdout).toContain('csrf=new&a=b+c');
  expect(once).toMatchObject({ code: 0, stderr: '' });

  const sources: Readonly<Record<string, readonly string[]>> = {
    url: [`${base}/bytes/10?a=b`],
    curl: [
      '--curl',
      `curl ${base}/echo -H 'x-a: it'"'"'s' --json '{"a":[1,{"__proto__":"b"}],"id":9007199254740993}'`,
    ],
    openapi: ['--openapi', openapi],
  };
  const sent: Readonly<Record<string, readonly string[]>> = {
    url: ['> GET /bytes/10?a=b'],
    curl: ['> POST /echo', "> x-a: it's", '{"a":[1,{"__proto__":"b"}],"id":9007199254740993}'],
    openapi: ['> GET /bytes/3', '> POST /echo', '{"name":"'],
  };
  for (const [name, source] of Object.entries(sources)) {
    const module = inFolder(`${name}.ts`);
    expect(await volley('init', '--scenario', ...source, '--out', module)).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(readFileSync(module, 'utf8')).toMatch(/^\/\/ .*\n[\s\S]*import \{ scenario \} from 'volley';/);
    const { code, stdout } = await volley('run', module, '--once');
    for (const line of sent[name]!) expect(stdout).toContain(line);
    expect(code).toBe(0);
  }
  expect(await volley('init', '--scenario', `${base}/`, '--out', inFolder('a.yaml'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('this writes a module: give a name that ends in .ts or .js'),
  });
});
