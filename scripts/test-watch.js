// Compiles and bundles on every change and runs tests again: those that the arguments name, else the pure ones.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { JEST_COMMAND, runNode } from './jest.js';

const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const BUNDLE = fileURLToPath(new URL('bundle.js', import.meta.url));
const MINIFY = fileURLToPath(new URL('minify.js', import.meta.url));
const words = process.argv.slice(2);

// The script of the HTML page is of another project, and seldom changes.
spawnSync(process.execPath, [TSC, '-p', 'src/main/reporters/html/browser'], { stdio: 'inherit' });
spawnSync(process.execPath, [MINIFY], { stdio: 'inherit' });
const compiler = spawn(process.execPath, [TSC, '--watch', '--preserveWatchOutput'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => compiler.kill());
const lines = createInterface({ input: compiler.stdout });
await new Promise((resolve) => {
  lines.on('line', (line) => {
    console.log(line);
    if (line.includes('Watching for file changes')) resolve();
  });
});
const bundler = spawn(process.execPath, [BUNDLE, '--watch'], { stdio: ['pipe', 'inherit', 'inherit'] });
process.once('exit', () => bundler.kill());
// jest looks for changes below its roots only, and dist/ is nothing that git could tell it about.
// They come last: a list takes every word behind it.
const watch = ['--watchAll', '--roots', '<rootDir>', '--roots', '<rootDir>/../src'];
process.exit(await runNode([...JEST_COMMAND, ...(words.length > 0 ? words : ['/unit/']), ...watch]));
