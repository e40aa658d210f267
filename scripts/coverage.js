// What tests run of src, by line: those that the arguments name (jest's), else all but the truth experiments.
// V8 itself counts, in every thread and process that a test starts, which jest's own coverage would leave out.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { JEST_COMMAND, runNode } from './jest.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const COUNTS = path('../coverage/counts');
const REPORT = [
  ...['report', '--temp-directory', COUNTS, '--reports-dir', path('../coverage')],
  // One file of counts at a time: there is one for each process.
  ...['--merge-async', '--include', 'src/**', '--exclude-after-remap'],
  ...['--reporter', 'text', '--reporter', 'html', '--reporter', 'lcovonly'],
];

rmSync(path('../coverage'), { recursive: true, force: true });
const tests = await runNode([...JEST_COMMAND, ...process.argv.slice(2)], {
  ...process.env,
  NODE_V8_COVERAGE: COUNTS,
  // Of functions that come from the cache V8 counts less precisely.
  NODE_DISABLE_COMPILE_CACHE: '1',
});
const report = await runNode([path('../node_modules/c8/bin/c8.js'), ...REPORT]);
rmSync(COUNTS, { recursive: true, force: true });
process.exitCode = Math.max(tests, report);
