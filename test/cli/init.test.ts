import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
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
      stderr: expect.stringContaining('is there already: give --force'),
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
    [[], 'Nothing to make a plan of, and no terminal to ask on'],
    [['ftp://a/'], 'only http:// and https://'],
    [['http://a/', '--curl', 'curl http://b/'], 'a URL and --curl: each says what to send'],
    [
      ['--curl', 'curl http://127.0.0.1:9/ -F x=@/nowhere'],
      "curl --form 'x=@/nowhere': the file cannot be read",
    ],
    [['--openapi', old], 'it does not begin with openapi: 3.0 or 3.1'],
    [['--openapi', '/nowhere.yaml'], 'it cannot be read (ENOENT)'],
  ] as const) {
    const { code, stderr } = await volley('init', ...args, '--out', plan);
    expect({ args, code, stderr }).toEqual({ args, code: 2, stderr: expect.stringContaining(sentence) });
    expect(existsSync(plan)).toBe(false);
  }
});
