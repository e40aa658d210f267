// Every HTML page in a browser without a window.
import { chromiumPath } from '../dist/test/support/chromium.js';
import { JEST_COMMAND, runNode } from './jest.js';

if (chromiumPath() === null) {
  console.error(
    'Chromium is not installed: install it (apt-get install chromium), or set CHROMIUM to the path of a browser of its kind.',
  );
  process.exit(1);
}
process.exitCode = await runNode([
  ...JEST_COMMAND,
  '--config',
  'jest.browser.config.js',
  ...process.argv.slice(2),
]);
