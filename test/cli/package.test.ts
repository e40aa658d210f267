import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { linksOf } from '../support/papers.ts';

const folder = mkdtempSync(join(tmpdir(), 'volley-pack-'));
const INSTALLED = join(folder, 'node_modules', 'volley');

interface Manifest {
  readonly private: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
let files: string[] = [];

beforeAll(() => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as [{ filename: string; files: { path: string }[] }];
  files = packed.files.map(({ path }) => path);
  mkdirSync(INSTALLED, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', INSTALLED, '--strip-components=1']);
  // What an install would bring besides: the dependencies, and nothing of the development.
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name);
    // A name with a scope lies in a folder of its own.
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed package', () => {
  test('holds the program, its types and its documents, and nothing else', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'bin/volley.js',
        'dist/bundle/api/index.js',
        'dist/src/api/index.d.ts',
        'README.md',
        'LICENSE',
        'docs/cli.md',
        'man/volley.1',
      ]),
    );
    expect(
      files.filter(
        (file) =>
          !/^(bin\/volley\.js|dist\/bundle\/.*\.js|dist\/bundle\/THIRD-PARTY\.txt|dist\/src\/.*\.d\.ts|dist\/src\/main\/reporters\/html\/browser\/(chart|live|page|unpacked)\.min\.js|docs\/.*\.(md|svg|schema\.json)|examples\/[\w-]+\.(csv|md|sh|ts|yaml)|bench\/README\.md|man\/volley\.1|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/.test(
            file,
          ),
      ),
    ).toEqual([]);
  });

  test('holds what its documents link to', () => {
    const isPacked = (path: string): boolean =>
      files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`));
    const dead = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((paper) =>
        linksOf(readFileSync(join(ROOT, paper), 'utf8'))
          .filter((link) => !link.startsWith('#') && !isPacked(join(dirname(paper), link.replace(/#.*/, ''))))
          .map((link) => `${paper} → ${link}`),
      );
    expect(dead).toEqual([]);
  });

  test('holds the licence of each dependency whose code it includes', () => {
    const bundle = join(ROOT, 'dist/bundle');
    const maps = readdirSync(bundle, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.map'),
    );
    const sources = maps.flatMap(
      (name) => (JSON.parse(readFileSync(join(bundle, name), 'utf8')) as { sources: string[] }).sources,
    );
    const included = new Set(
      sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []),
    );
    expect(included).toContain('yargs');
    const texts = readFileSync(join(INSTALLED, 'dist/bundle/THIRD-PARTY.txt'), 'utf8').split(/^-{80}$/m);
    const named = texts.map((text) => text.trim().split(' ')[0]);
    expect(named).toEqual([...included].sort());
    for (const text of texts) expect(text).toMatch(/copyright/i);
  });

  test('runs nothing when it is installed, so that nobody is asked to allow it', () => {
    const ofInstalls = ['preinstall', 'install', 'postinstall'];
    expect(Object.keys(manifest.scripts).filter((name) => ofInstalls.includes(name))).toEqual([]);
  });

  test('is private until it has a name', () => {
    expect(manifest.private).toBe(true);
  });

  test('its binary and its library run where they are installed', () => {
    const script = `
      import { writeFileSync } from 'node:fs';
      import { createReferenceServer, render, run } from 'volley';
      const server = await createReferenceServer();
      for (const mode of ['threads', 'processes', 'inline']) {
        const summary = await run({ url: server.url, mode, concurrency: 2, requests: 10 });
        console.log(mode, summary.requests.ok);
        writeFileSync('result.json', render(summary, 'json'));
      }
      await server.close();`;
    const run = (args: string[]): string =>
      execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(run(['--input-type=module', '--eval', script])).toBe('threads 10\nprocesses 10\ninline 10\n');
    expect(run([join(INSTALLED, 'bin/volley.js'), '--version'])).toBe('0.1.0\n');
    run([join(INSTALLED, 'bin/volley.js'), 'report', 'result.json', '--html', 'page.html']);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('<script>"use strict";');
  });

  test('what few need is not installed with it, and the option that needs it says so', () => {
    const args = ['http://127.0.0.1:9/', '-n', '1', '--otlp', 'http://127.0.0.1:9/'];
    const { status, stderr } = spawnSync(process.execPath, [join(INSTALLED, 'bin/volley.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(
      /^volley: --otlp 'http:\/\/127\.0\.0\.1:9\/': volley does not install OpenTelemetry, .*: run npm install @opentelemetry\/api .* where volley is installed\.\n$/,
    );
    expect(status).toBe(2);
  });

  test('its types serve a strict project', () => {
    writeFileSync(
      join(folder, 'use.ts'),
      `import { run, type Summary } from 'volley';
       const summary: Summary = await run({ url: 'http://127.0.0.1/', requests: '1k', headers: ['a: b'] });
       const p99: number | null | undefined = summary.latencyMs.service.percentiles['99'];
       // @ts-expect-error there is no such mode
       await run({ url: 'x', mode: 'fibers' });
       console.log(p99);`,
    );
    writeFileSync(
      join(folder, 'shop.ts'),
      `import { csv, defineTest, items, jsonl, scenario } from 'volley';
       const load = { executor: 'constant-vus', vus: 1, duration: '1s' } as const;
       export const ofFile = scenario({ ...load, rows: csv<'user'>('users.csv') }, async (vu) => {
         const user: string = vu.row.user;
         await vu.http.post(user, { form: { a: [1, 2n], b: undefined, c: true } });
         // @ts-expect-error there is no such column
         await vu.http.get(user, { query: { a: vu.row.password } });
         const id = (await vu.http.get(user)).pick<string>('id');
         await vu.http.get(user, { query: { id, to: new URL(user), at: [new Date().toISOString(), null] } });
         await vu.http.post(user, { query: new URLSearchParams({ id }), form: vu.row });
         // @ts-expect-error a date has several texts
         await vu.http.get(user, { query: { at: new Date() } });
         // @ts-expect-error neither has an object in a list
         await vu.http.get(user, { query: { at: [{ id }] } });
         // @ts-expect-error nor a file
         await vu.http.post(user, { form: { file: new Blob(['x']) } });
       });
       export const ofItems = scenario({ ...load, rows: items([{ id: 1 }], 'per-vu') }, async (vu) => {
         vu.row.id.toFixed();
         // @ts-expect-error there is no such member
         vu.row.name;
       });
       export const ofTexts = scenario({ ...load, rows: items(['a']) }, (vu) => void vu.row.length);
       export const ofLines = scenario({ ...load, rows: jsonl<{ id: number }>('a.jsonl') }, (vu) => void vu.row.id.toFixed());
       // @ts-expect-error a load is given as a whole
       export const half = scenario({ executor: 'constant-arrival-rate', duration: '1s' }, (vu) => void vu.id);
       // @ts-expect-error how those start iterations is not said
       export const number = scenario({ vus: 3 }, (vu) => void vu.id);
       export const loadLater = scenario({ baseURL: 'http://127.0.0.1' }, (vu) => void vu.id);
       export const without = scenario(load, (vu) => void vu.http.get('/'));
       export default defineTest({
         load,
         metrics: { orders: 'counter' },
         setup: () => ({ id: 1 }),
         scenarios: {
           buy: {
             rows: csv<'user'>('users.csv'),
             async exec(vu) {
               vu.metrics.orders.add(vu.data.id);
               // @ts-expect-error there is no such column
               vu.row.password;
               // @ts-expect-error there is no such metric
               vu.metrics.sold.add();
               // @ts-expect-error there is no such field
               vu.data.name;
             },
           },
         },
       });`,
    );
    writeFileSync(
      join(folder, 'refused.ts'),
      `import { csv, defineTest, items, jsonl, type RequestParams, type Row, type Rows, scenario, type VU } from 'volley';
       const load = { executor: 'constant-vus', vus: 1, duration: '1s' } as const;
       const exec = (vu: VU): void => void vu.id;
       // What is refused when it runs, and why: a scenario without rows has none,
       // @ts-expect-error
       export const noRows = scenario(load, (vu) => void vu.row.user);
       // @ts-expect-error
       export const noRowsOfSeveral = defineTest({ load, scenarios: { a: { exec: (vu) => void vu.row.user } } });
       // nor any data without a setup,
       // @ts-expect-error
       export const noData = scenario(load, (vu) => void vu.data.id);
       // rows of iterations are no rows of their users,
       export const ofIterations = defineTest({ load, scenarios: {
         a: {
           rows: csv<'user'>('users.csv'),
           // @ts-expect-error
           vuSetup: (vu) => void vu.row.user,
           exec: (vu) => void vu.row.user,
           // @ts-expect-error
           vuTeardown: (vu) => void vu.row.user,
         },
         b: {
           rows: items([{ id: 1 }], 'once'),
           // @ts-expect-error
           vuSetup: (vu) => void vu.row.id,
           exec: (vu) => void vu.row.id,
         },
         c: {
           rows: jsonl<{ id: number }>('a.jsonl', 'random'),
           // @ts-expect-error
           vuSetup: (vu) => void vu.row.id,
           exec: (vu) => void vu.row.id,
         },
       } });
       // a load of its own leaves no part of the test's,
       // @ts-expect-error
       export const twoLoads = defineTest({ load, scenarios: { a: { load, weight: 2, exec } } });
       // what is not there cannot be kept,
       // @ts-expect-error
       export const noCookies = defineTest({ load, scenarios: { a: { cookies: false, keepCookies: true, exec } } });
       // @ts-expect-error
       export const noCookiesOfOne = scenario({ ...load, cookies: false, keepCookies: true }, exec);
       // and a request has one body.
       export const bodies = scenario(load, async ({ http }) => {
         // @ts-expect-error
         await http.post('/', { json: 1, body: 'x' });
         // @ts-expect-error
         await http.post('/', { json: { a: 1 }, form: { a: 1 } });
         // @ts-expect-error
         await http.post('/', { form: { a: 1 }, body: 'x' });
       });
       // All this is right.
       export async function sent({ http }: VU, params: RequestParams = {}): Promise<void> {
         await http.post('/', { ...params, headers: { a: 'b' } });
         await http.post('/', http === undefined ? { json: 1, form: undefined } : { form: { a: 1 } });
       }
       const withRow = (vu: VU<Row>): void => void vu.row['user'];
       const annotated: Rows<{ user: string }> = csv('users.csv', 'per-vu');
       const chosen = process.env['DEAL'] === 'once' ? 'once' : 'per-vu';
       export const ofUsers = defineTest({ load, scenarios: {
         a: { rows: annotated, vuSetup: (vu) => void vu.row.user, exec: (vu) => void vu.row.user },
         b: { exec: (vu) => void vu.row.user, vuSetup: (vu) => void vu.row.user, rows: csv<'user'>('users.csv', chosen) },
         c: { rows: csv('users.csv', 'per-vu'), vuSetup: withRow, exec: withRow, vuTeardown: withRow },
         d: { rows: items<{ id: number }>([{ id: 1 }], 'per-vu'), vuSetup: (vu) => void vu.row.id.toFixed(), exec: sent },
         e: { weight: 2, cookies: true, keepCookies: true, vuSetup: exec, exec },
         f: { cookies: process.env['COOKIES'] === 'yes', exec },
       } });
       export const ofOne = scenario({ ...load, rows: csv('users.csv', 'per-vu'), keepCookies: true }, withRow);`,
    );
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--typeRoots',
      join(ROOT, 'node_modules/@types'),
      '--types',
      'node',
      'use.ts',
      'shop.ts',
      'refused.ts',
    ];
    expect(execFileSync(process.execPath, [tsc, ...args], { cwd: folder, encoding: 'utf8' })).toBe('');
  });
});
