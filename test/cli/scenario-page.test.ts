import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { ROOT, volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop, type Visit } from '../support/shop.ts';

const PAGE = readFileSync(join(ROOT, 'docs/scenarios.md'), 'utf8');

/** The first block of code below a heading, against the server of this test. */
function example(heading: string, kind: 'ts' | 'yaml', url: string): string {
  const [, below = ''] = PAGE.split(`\n## ${heading}\n`);
  const [, text] = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(below) ?? [];
  if (text === undefined) throw new Error(`no ${kind} below ${heading}`);
  return text.replace('http://127.0.0.1:8080', url);
}

const inFolder = useFolder();

/** A file in a project that has volley installed. */
function written(name: string, text: string): string {
  const path = inFolder(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** As many as a rule on p95 takes. */
const users = Array.from({ length: 20 }, (_, index) => `user${index}`);
const TWENTY_USERS = `user,password\n${users.map((user) => `${user},x\n`).join('')}`;

const isLoggedIn = ({ headers }: Visit): boolean => /^Bearer t-\w+$/.test(headers.authorization ?? '');

/** The shop that the page tells of. */
function answer(visit: Visit, response: ServerResponse): boolean {
  const { method, path, body } = visit;
  const json = (value: unknown, status = 200): boolean => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    return true;
  };
  if (path === '/login') return json({ token: `t-${/user=(\w+)/.exec(body)?.[1] ?? 'ada'}` });
  if (path === '/admin/shops') return json({ id: 'one' });
  if (path.startsWith('/admin/') || visit.query['shop'] === 'one') return json({});
  if (path === '/conversations') return json({ id: 'c 1' });
  if (path === '/conversations/c%201/chat') {
    const events = ['Hello', ' you'].map(
      (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
    );
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`${events.join('')}data: [DONE]\n\n`);
    return true;
  }
  if (['/items', '/cart'].includes(path) && !isLoggedIn(visit)) return json({}, 401);
  if (path === '/items') return json([{ id: 7 }, { id: 8 }]);
  if (path === '/cart') return json([1, 2, 3]);
  if (path === '/orders') return json({ job: 'j1' }, body === '' ? 201 : 202);
  if (method === 'DELETE') {
    response.writeHead(204).end();
    return true;
  }
  return json({});
}

const shop = useShop(answer);

/** Runs a file; returns its JSON result. */
async function ran(path: string, ...args: string[]): Promise<Summary> {
  const { code, stdout, stderr } = await volley('run', path, '-w', '1', '-o', 'json', ...args);
  expect(stderr).not.toContain('volley:');
  const result = JSON.parse(stdout) as Summary;
  expect(result.thresholds!.filter(({ ok }) => !ok)).toEqual([]);
  expect(result.scenarios!.total).toMatchObject({ failed: 0, interrupted: 0, notStarted: 0 });
  expect(code).toBe(0);
  return result;
}

const STREAMS_NEED = [
  "import { scenario, url } from 'volley';",
  "const options = { executor: 'shared-iterations', vus: 1, iterations: 2, baseURL: 'http://127.0.0.1:8080' } as const;",
  '',
].join('\n');

describe('what the page of scenarios shows runs as it is', () => {
  test('the first one, the one of several and the one with a setup', async () => {
    written('first/users.csv', TWENTY_USERS);
    const first = written('first/first.ts', example('The first one', 'ts', shop.url));
    const several = written('first/several.ts', example('Several scenarios', 'ts', shop.url));
    const around = written('first/around.ts', example('Before and after', 'ts', shop.url));
    const all = await Promise.all([
      ran(first, '--vus', '2', '--iterations', '2'),
      ran(several, '--only', 'shop', '--vus', '20', '--iterations', '20'),
      ran(around, '--vus', '2', '-d', '200ms'),
    ]);
    expect(all[0]!.mix.map(({ name, sent }) => [name, sent])).toEqual([
      ['POST /login', 2],
      ['GET /items', 2],
      ['GET /items/{}', 2],
      ['DELETE /items/{}', 2],
    ]);
    expect(all[1]!.scenarios!.checks).toMatchObject([{ name: 'three items', failed: 0 }]);
    expect(shop.visits.filter(({ path }) => path.startsWith('/admin/')).map(({ method }) => method)).toEqual([
      'POST',
      'DELETE',
    ]);
  });

  test('steps in a plan file', async () => {
    written('steps/users.csv', TWENTY_USERS);
    const plan = written('steps/shop.yaml', example('Steps in a plan file', 'yaml', shop.url));
    const { mix, scenarios } = await ran(plan, '--vus', '20', '--iterations', '20');
    expect(mix.map(({ name, sent }) => [name, sent])).toEqual([
      ['GET /items', 20],
      ['GET /items/{}', 40],
      ['POST /orders', 20],
      ['GET /jobs/{}', 20],
    ]);
    expect(scenarios!.metrics).toMatchObject([{ name: 'orders', count: 20 }]);
    const orders = shop.visits.filter(({ path }) => path === '/orders').map(({ body }) => JSON.parse(body));
    expect(new Set(orders.map(({ user }) => user))).toEqual(new Set(users));
    expect(orders.every(({ item }) => item.join() === '7,8')).toBe(true);
  });

  test('the upload of a file', async () => {
    const text = example('A request', 'ts', shop.url);
    const head = "import { scenario } from 'volley';\nconst bytes = new Uint8Array([1, 2, 3]);\n";
    const load = `executor: 'per-vu-iterations', vus: 1, iterations: 1, baseURL: '${shop.url}'`;
    const module = `${head}export default scenario({ ${load} }, async (vu) => {\n${text}});\n`;
    await ran(written('upload/shop.ts', module));
    const { headers, body } = shop.visits.find(({ path }) => path === '/photos')!;
    const [, boundary = ''] =
      /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'] ?? '') ?? [];
    expect(body.split('\r\n')).toEqual([
      `--${boundary}`,
      'Content-Disposition: form-data; name="photo"; filename="photo.png"',
      ...['Content-Type: image/png', '', '\u0001\u0002\u0003', `--${boundary}--`, ''],
    ]);
  });

  test('streams of tokens', async () => {
    const text = (STREAMS_NEED + example('Streams of tokens', 'ts', shop.url)).replace(
      'http://127.0.0.1:8080',
      shop.url,
    );
    const { scenarios } = await ran(written('streams/chat.ts', text));
    expect(scenarios!.checks).toMatchObject([{ name: 'says something', passed: 2, failed: 0 }]);
  });

  test('their types fit where volley is installed, and what a run would refuse does not', async () => {
    const several = example('Several scenarios', 'ts', shop.url);
    const around = example('Before and after', 'ts', shop.url);
    written('types/first.ts', example('The first one', 'ts', shop.url));
    written('types/several.ts', several);
    written('types/around.ts', around);
    written('types/streams.ts', STREAMS_NEED + example('Streams of tokens', 'ts', shop.url));
    const column = several.replace('form: vu.row', 'form: { user: vu.row.user }');
    written('types/column.ts', column.replace('row.user', 'row.name'));
    written('types/metric.ts', several.replace('vu.metrics.orders.add()', 'vu.metrics.order.add()'));
    written('types/field.ts', around.replace('vu.data.id', 'vu.data.name'));
    const bodies = "await vu.http.post('/orders', { json: 1, body: 'x' });";
    written('types/bodies.ts', around.replace(/await vu\.http\.get\(.*/, bodies));
    written('types/rows.ts', column.replace("'users.csv', 'per-vu'", "'users.csv'"));
    written('types/weight.ts', several.replace('shop: {', 'shop: { weight: 2,'));
    written('types/package.json', '{ "type": "module" }');
    mkdirSync(inFolder('types/node_modules'));
    symlinkSync(ROOT, inFolder('types/node_modules/volley'));
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck'];
    const wrong = ['bodies', 'column', 'field', 'metric', 'rows', 'weight'];
    const names = ['first', 'several', 'around', 'streams', ...wrong];
    const args = [...options, '--types', '', ...names.map((name) => `${name}.ts`)];
    const out = await new Promise<string>((resolve) => {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      execFile(process.execPath, [tsc, ...args], { cwd: inFolder('types') }, (_, stdout) => resolve(stdout));
    });
    expect(out.match(/^\w+\.ts\(\d+,\d+\): .*/gm)).toEqual([
      expect.stringMatching(/^bodies\.ts.*'string' is not assignable to type 'undefined'/),
      expect.stringMatching(/^column\.ts.*'name' does not exist/),
      expect.stringMatching(/^field\.ts.*'name' does not exist/),
      expect.stringMatching(/^metric\.ts.*'order' does not exist/),
      expect.stringMatching(/^rows\.ts\(12,.*'vu\.row' is possibly 'undefined'/),
      expect.stringMatching(/^weight\.ts\(8,/),
    ]);
    expect(out).toContain("Type 'number' is not assignable to type 'NoWeightBesideLoad'.");
  });
});
