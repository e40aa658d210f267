import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useTargets } from '../support/target.ts';

const inFolder = useFolder();
const startTarget = useTargets();
const DOCS = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const PROGRAMS = [...DOCS.matchAll(/```js\n(.*?)```/gs)].map(([, text = '']) => text);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As in a project that has installed volley. */
function ranNode(args: readonly string[], cwd: string, target: string): Promise<Ran> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, TARGET: target };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

function project(name: string): string {
  const folder = inFolder(name);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/volley'), 'junction');
  return folder;
}

/** How the program of each block is started, by what it says of itself; null where its runner is not here. */
function commandFor(text: string, folder: string): string[] | null {
  if (text.includes("from 'vitest'")) return null;
  const name = /^\/\/ (\S+\.[mc]js)/.exec(text)?.[1] ?? 'program.mjs';
  const path = join(folder, name);
  writeFileSync(path, text);
  if (!name.includes('.jest.')) return name.startsWith('load.') ? ['--test', path] : [path];
  const config = {
    rootDir: folder,
    testMatch: [path],
    testEnvironment: 'node',
    transform: {},
    moduleFileExtensions: ['mjs', 'cjs', 'js', 'json'],
  };
  return [
    '--experimental-vm-modules',
    join(ROOT, 'node_modules/jest/bin/jest.js'),
    `--config=${JSON.stringify(config)}`,
  ];
}

describe('the programs of docs/library.md', () => {
  test('run, and put their load on the target', async () => {
    expect(PROGRAMS.length).toBeGreaterThan(7);
    // One after the other: their rules are about time.
    for (const [index, text] of PROGRAMS.entries()) {
      const target = await startTarget();
      const folder = project(`program-${index}`);
      const here = text.replaceAll('http://127.0.0.1:8080/', target.url);
      // As fast as it can for five seconds: what it shows takes less.
      const command = commandFor(
        here.replace('AbortSignal.timeout(5_000)', 'AbortSignal.timeout(1_500)'),
        folder,
      );
      if (command === null) continue;
      const ran = await ranNode(command, folder, target.url);
      expect({ text, ...ran }).toEqual({ text, ...ran, code: 0 });
      const isRefused = text.includes('timeout: 0');
      if (isRefused) expect(DOCS).toContain(`\`\`\`\n${ran.stdout}\`\`\``);
      expect(target.stats().requests > 0).toBe(!isRefused);
    }
  });

  test('a gate fails where the service does', async () => {
    const target = await startTarget();
    const folder = project('failing');
    const esm = PROGRAMS.find((text) => text.includes('--test load.test.mjs')) ?? '';
    const command = commandFor(esm, folder) ?? [];
    expect((await ranNode(command, folder, `${target.url}status/500`)).code).toBe(1);
  });
});

test('on a Node that is too old the import says so in one sentence', async () => {
  const folder = project('old');
  const old = ['--require', join(ROOT, 'test/fixtures/old-node.cjs')];
  const text = `import('volley').catch(({ message }) => console.log(message))`;
  const { stdout } = await ranNode([...old, '--eval', text], folder, '');
  expect(stdout).toBe('volley needs Node 22.19 or newer; this is Node 20.11.1.\n');
});

test('no declaration that a program reaches is one of the inside', () => {
  const seen = new Set<string>();
  const open = [join(ROOT, 'dist/src/api/index.d.ts')];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)\.ts'/g))
      open.push(`${join(dirname(path), name)}.d.ts`);
  }
  const inside = [...seen]
    .map((path) => path.slice(join(ROOT, 'dist/src/').length))
    .filter((path) => !/^(api|module|protocol|target)\//.test(path));
  expect(inside.sort()).toEqual(['main/plan/library-options.d.ts', 'main/run/run-handle.d.ts']);
  // The oldest TypeScript that is supported knows arrays of numbers without a type argument alone.
  const generic = [...seen].filter((path) => /\b(Uint|Int|Float)\d+Array</.test(readFileSync(path, 'utf8')));
  expect(generic).toEqual([]);
});
