// Puts the compiled modules together into a few files, so that a start and each worker load those and not hundreds:
// a sixth of a start's CPU. With --watch it goes on doing so at every change.
//
// A file in dist/bundle lies as deep as its sources in dist/src, so that what they name relative to themselves
// (workers' entries, package.json) is found from both: all of them are two folders below, `main/text` for example.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const SOURCES = fileURLToPath(new URL('../dist/src/', import.meta.url));
/** What is run, started or imported by its path. */
const ENTRIES = [
  'api/index.js',
  'main/cli/index.js',
  'main/compare/round-entry.js',
  'main/doctor/bench-entry.js',
  'main/text/version.js',
  'module/volley.js',
  'target/precise-entry.js',
  'target/process-entry.js',
  'workers/process-entry.js',
  'workers/act-once.js',
  'workers/send-once.js',
  'workers/thread-entry.js',
];

const options = {
  entryPoints: ENTRIES.map((entry) => SOURCES + entry),
  outbase: SOURCES,
  outdir: fileURLToPath(new URL('../dist/bundle/', import.meta.url)),
  bundle: true,
  // What is imported when it is needed stays apart.
  splitting: true,
  chunkNames: 'main/shared/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  // Dependencies are installed beside the package.
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) await (await context(options)).watch();
else {
  await build(options);
  // By when all of it was built: prepare.cjs looks whether anything is newer.
  writeFileSync(new URL('../dist/.built', import.meta.url), '');
}
