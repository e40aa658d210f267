import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Ended, startVolley } from '../support/cli.ts';
import { ENDLESS_LOOP } from '../support/endless-loop.ts';
import { Fleet, hasRedis, RealBroker, resultOf } from '../support/fleet.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening } from '../support/target.ts';

const HAS_REDIS = hasRedis();
const pathOf = useFolder();
/** Of its own: it keeps the modules that it has loaded, and no path is written with another module. */
const volley = useKeptProcess(false);
const broker = new RealBroker();
const open = new Fleet(broker, 'open');
const closed = new Fleet(broker, 'closed');
let seen: URL[] = [];
const target = createServer((request, response) => {
  seen.push(new URL(request.url ?? '/', 'http://target'));
  response.end('{}');
});
let allowed: string[] = [];

beforeAll(async () => {
  if (!HAS_REDIS) return;
  const [port] = await Promise.all([listening(target), broker.start()]);
  allowed = ['--allow-target', `127.0.0.1:${port}`];
  process.env['SHOP'] = `http://127.0.0.1:${port}`;
  await Promise.all([
    open.start({ o1: [...allowed, '--allow-code'], o2: [...allowed, '--allow-code', '--mode', 'processes'] }),
    closed.start({ c1: allowed }),
  ]);
});

afterAll(async () => {
  for (const fleet of [open, closed]) fleet.close();
  target.closeAllConnections();
  target.close();
  await broker.close();
});

function write(name: string, text: string): string {
  const path = pathOf(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A module with a helper, a package for ESM and CommonJS, and data. */
function shop(name: string, act: string, options = ''): string {
  write('node_modules/tiny/package.json', '{ "exports": { "import": "./in.mjs", "require": "./in.cjs" } }');
  write('node_modules/tiny/in.mjs', "export const how = 'import';");
  write('node_modules/tiny/in.cjs', "exports.how = require('./deep/how.json').how;");
  write('node_modules/tiny/deep/how.json', '{ "how": "require" }');
  write('lib/asks.cjs', "exports.asked = require('tiny').how;");
  write(
    'lib/words.ts',
    "import { how } from 'tiny';\nimport asks from './asks.cjs';\nexport const words: string = [how, asks.asked].join(' ');\n",
  );
  write('lib/later.ts', 'export const later = 1;\n');
  return write(
    name,
    `import { defineTest, items } from 'volley';
import { words } from './lib/words.ts';
export default defineTest({
  baseURL: process.env['SHOP'],
  load: { executor: 'shared-iterations', vus: 4, iterations: 40 },
  async setup({ http }) { await http.get('/setup'); return { from: process.pid }; },
  scenarios: { a: {
    ${options}
    rows: items(Array.from({ length: 40 }, (_, id) => ({ id })), 'once'),
    async exec(vu) { ${act} },
  } },
  async teardown(data, { http }) { await http.get('/teardown', { query: data }); },
});
`,
  );
}

const LOOK =
  "await vu.http.get('/look', { query: { n: vu.n, row: vu.row.id, data: vu.data.from, words, at: import.meta.url } });";

function submit(
  pool: string,
  path: string,
  agents: number,
  ...more: string[]
): { readonly ended: Promise<Ended> } {
  seen = [];
  const words = ['run', path, '-o', 'json', '-q', '--agents', String(agents), '--pool', pool, ...more];
  return { ended: volley.with(open.environment, words) };
}

function valuesOf(path: string, name: string): string[] {
  return seen.filter(({ pathname }) => pathname === path).map((url) => url.searchParams.get(name) ?? '');
}

const numbers = (values: readonly string[]): number[] => values.map(Number).toSorted((a, b) => a - b);
const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('volley-code-'));

(HAS_REDIS ? describe : describe.skip)('scenarios in code over agents', () => {
  test('a module goes to the agents with all that it imports, its rows and what setup returned', async () => {
    const before = left();
    const { code, summary } = await resultOf(submit('open', shop('shop.ts', LOOK), 2));
    open.isWhole(code, summary);
    expect(summary.scenarios?.total).toMatchObject({ scheduled: 40, completed: 40, failed: 0 });
    expect(numbers(valuesOf('/look', 'n'))).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(numbers(valuesOf('/look', 'row'))).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(new Set(valuesOf('/look', 'words'))).toEqual(new Set(['import require']));
    // Each agent runs a copy of its own.
    const places = new Set(valuesOf('/look', 'at'));
    expect(places.size).toBe(2);
    for (const place of places) expect(place).toMatch(/volley-code-[^/]+\/files\/shop\.ts$/);
    // What is done once is done where the run was started.
    expect(seen.map(({ pathname }) => pathname).filter((path) => path !== '/look')).toEqual([
      '/setup',
      '/teardown',
    ]);
    expect(new Set(valuesOf('/look', 'data'))).toEqual(new Set(valuesOf('/teardown', 'from')));
    expect(summary.agents?.map(({ iterations }) => iterations?.planned)).toEqual([20, 20]);
    expect(left()).toEqual(before);
  });

  test('code that does not come to the end of its top on agents is named, and they are free again', async () => {
    const before = left();
    const path = shop('hangs.ts', LOOK);
    // In a process it loops, in a thread it waits; where the run is started it does neither.
    const hangs = `if (import.meta.url.includes('/volley-code-')) {\n  if (process.send) ${ENDLESS_LOOP}\n  else await new Promise(() => {});\n}\n`;
    writeFileSync(path, `${readFileSync(path, 'utf8')}${hangs}`);
    const { code, stderr } = await submit('open', path, 2, '--join-timeout', '5s').ended;
    expect(code).toBe(3);
    for (const agent of ['o1', 'o2'])
      expect(stderr).toContain(
        `Agent ${agent}: Worker 0 could not start: the code at the top of hangs.ts did not end within 5 s: look there for`,
      );
    expect(seen.map(({ pathname }) => pathname)).toEqual(['/setup', '/teardown']);
    expect(left()).toEqual(before);
  });

  test('steps that call code take it along', async () => {
    write('sign.ts', "import { words } from './lib/words.ts';\nexport const sign = () => ({ by: words });\n");
    const path = write(
      'steps.yaml',
      `url: ${process.env['SHOP']}\nload: { executor: per-vu-iterations, vus: 2, iterations: 3 }\n` +
        "scenarios: { a: { flow: [{ group: g, flow: [{ call: ./sign.ts#sign, sets: [by] }, { get: '/s?by={{by}}' }] }] } }\n",
    );
    const { code, summary } = await resultOf(submit('open', path, 2));
    open.isWhole(code, summary);
    expect(valuesOf('/s', 'by')).toEqual(Array(6).fill('import require'));
  });

  test('what did not come along is told, with its place', async () => {
    const path = shop('later.ts', "await import('./lib/later.ts');");
    const { code, summary } = await resultOf(submit('open', path, 1));
    expect(code).toBe(1);
    const [error] = summary.scenarios?.total.errors ?? [];
    expect(error).toMatchObject({ kind: 'script', count: 40 });
    expect(error?.example).toMatch(
      /Cannot find module .*later\.ts.*: it did not come with the scenarios\. Import it at the top of the module/,
    );
  });

  test('a package with native code is taken where the agent was started', async () => {
    write('node_modules/native/package.json', '{ "main": "index.js" }');
    write('node_modules/native/fast.node', '');
    write('node_modules/native/index.js', "exports.path = require.resolve('./fast.node');\n");
    const path = shop('native.ts', "await vu.http.get('/native', { query: { path: native.path } });");
    writeFileSync(path, `import native from 'native';\n${readFileSync(path, 'utf8')}`);
    const missing = await submit('open', path, 1).ended;
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(
      /Cannot find package 'native' .*: it did not come with the scenarios\. Import it at the top of the module, or install it where the agent was started/,
    );
    const words = ['agent', ...allowed, '--allow-code', '-w', '1', '--name', 'n1', '--pool', 'native'];
    const agent = startVolley(words, { env: open.environment, cwd: pathOf('.') });
    await agent.stderrHas('waits in pool');
    const { code, summary } = await resultOf(submit('native', path, 1));
    agent.child.kill('SIGTERM');
    open.isWhole(code, summary);
    expect(new Set(valuesOf('/native', 'path'))).toEqual(new Set([pathOf('node_modules/native/fast.node')]));
    await agent.ended;
  });

  test('an agent without --allow-code refuses it, and items that cannot be sent are told before', async () => {
    const refused = await submit('closed', shop('shop.ts', LOOK), 1).ended;
    expect([refused.code, seen.map(({ pathname }) => pathname)]).toEqual([3, []]);
    expect(refused.stderr).toContain('c1: its scenarios are code, and it was started without --allow-code.');
    const path = write(
      'items.mjs',
      "import { items, scenario } from 'volley';\n" +
        "export default scenario({ executor: 'shared-iterations', vus: 1, iterations: 1, baseURL: process.env.SHOP, rows: items([{ act() {} }]) }, (vu) => vu.http.get('/'));\n",
    );
    const wrong = await submit('open', path, 1).ended;
    expect([wrong.code, seen]).toEqual([2, []]);
    expect(wrong.stderr).toMatch(
      /\.m?[jt]s: rows: agents cannot be sent these items \(.*\): give plain data\./,
    );
  });
});
