// Packs volley and tries the package as a stranger would: installs it into an empty project, runs its command, imports
// and requires it, compiles a strict program against its types with the oldest TypeScript that is supported, without
// skipLibCheck, and runs the gates of docs/library.md in node:test, vitest and jest. Says how large it is and how long the
// install took. Needs a build, and npm's registry.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const OLDEST_TYPESCRIPT = '5.6.3';
const RUNNERS = ['vitest@5.1.1', 'jest@30.5.2'];
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'volley-try-'));
const isWindows = process.platform === 'win32';
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: isWindows && command === 'npm',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const PROGRAM = `
import { createReferenceServer, render, run, type RunOptions, type Summary } from 'volley';
const server = await createReferenceServer();
const options: RunOptions = { url: new URL(server.url), requests: 10, concurrency: 2, headers: { 'x-a': ['b'] }, timeout: 2_000 };
const summary: Summary = await run(options);
console.log(render(summary).split('\\n').length > 5, summary.requests.ok);
await server.close();
`;
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
/** How the gate in each file is run. */
const GATES = {
  'load.test.mjs': ['--test', 'load.test.mjs'],
  'load.test.cjs': ['--test', 'load.test.cjs'],
  'load.spec.mjs': ['node_modules/vitest/vitest.mjs', 'run', 'load.spec.mjs'],
  'load.jest.cjs': [...JEST, '--config={"testMatch":["**/load.jest.cjs"],"transform":{}}'],
  'load.jest.mjs': [
    ...JEST,
    '--config={"testMatch":["**/load.jest.mjs"],"transform":{},"moduleFileExtensions":["mjs","js"]}',
  ],
};
const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
  },
  files: ['use.mts'],
};

try {
  const [{ filename, size, unpackedSize, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT),
  );
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const beganAt = performance.now();
  run('npm', ['install', '--no-audit', '--no-fund', join(folder, filename)]);
  const installMs = performance.now() - beganAt;
  console.log(`packed ${kib(size)} KiB in ${files.length} files, ${kib(unpackedSize)} KiB unpacked`);
  console.log(
    `installed in ${(installMs / 1000).toFixed(1)} s: ${kib(sizeOf(join(folder, 'node_modules')))} KiB`,
  );

  const bin = join(folder, 'node_modules/volley/bin/volley.js');
  expectSame('the command', run(process.execPath, [bin, '--version']), /^\d+\.\d+\.\d+/);
  const required = `const { ERROR_CODES } = require('volley'); console.log(ERROR_CODES.usage)`;
  expectSame('require()', run(process.execPath, ['--eval', required]), /^VOLLEY_USAGE\n$/);

  writeFileSync(join(folder, 'use.mts'), PROGRAM);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  run('npm', ['install', '--no-audit', '--no-fund', `typescript@${OLDEST_TYPESCRIPT}`, '@types/node@22']);
  run(process.execPath, [join(folder, 'node_modules/typescript/bin/tsc')]);
  expectSame('the compiled program', run(process.execPath, [join(folder, 'use.mjs')]), /^true 10\n$/);
  console.log(`TypeScript ${OLDEST_TYPESCRIPT}, without skipLibCheck: fine`);

  run('npm', ['install', '--no-audit', '--no-fund', ...RUNNERS]);
  await tryGates();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Each gate holds where the service does, and fails where it does not. */
async function tryGates() {
  const docs = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
  const texts = new Map(
    [...docs.matchAll(/```js\n(\/\/ (load\.\S+?)[:\n].*?)```/gs)].map(([, text, name]) => [name, text]),
  );
  const installed = join(folder, 'node_modules/volley/dist/bundle/api/index.js');
  const { createReferenceServer } = await import(pathToFileURL(installed).href);
  const server = await createReferenceServer();
  try {
    for (const [name, args] of Object.entries(GATES)) {
      const text = texts.get(name);
      if (text === undefined) throw new Error(`docs/library.md has no ${name}`);
      writeFileSync(join(folder, name), text);
      for (const [path, holds] of [
        ['', true],
        ['status/500', false],
      ]) {
        const env = { ...process.env, TARGET: server.url + path };
        // The server is in this process: nothing may block it.
        const passed = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).then(
          () => true,
          (error) => holds && Promise.reject(error),
        );
        if (passed !== holds) throw new Error(`${name} passes although the service fails`);
      }
      console.log(`the gate ${name}: fine`);
    }
  } finally {
    await server.close();
  }
}

function expectSame(what, found, wanted) {
  if (!wanted.test(found)) throw new Error(`${what} said ${JSON.stringify(found)}`);
  console.log(`${what}: fine`);
}

function kib(bytes) {
  return Math.round(bytes / 1024).toLocaleString('en');
}

function sizeOf(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
