// Packs volley and tries the package as a stranger would: installs it into an empty project, runs its command, imports
// and requires it, and compiles a strict program against its types with the oldest TypeScript that is supported, without
// skipLibCheck. Says how large it is and how long the install took. Needs a build, and npm's registry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_TYPESCRIPT = '5.6.3';
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
} finally {
  rmSync(folder, { recursive: true, force: true });
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
