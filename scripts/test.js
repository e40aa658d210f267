// All tests, then the truth experiments, which are timed and so run alone. With arguments, which are jest's
// (`npm test -- wire -t "cut at every place"`), only the tests that they name.
import { JEST_COMMAND, runNode } from './jest.js';

const words = process.argv.slice(2);
const tests = await runNode([...JEST_COMMAND, ...words]);
const experiments =
  words.length > 0 ? 0 : await runNode([...JEST_COMMAND, '--config', 'jest.truth.config.js']);
process.exitCode = Math.max(tests, experiments);
