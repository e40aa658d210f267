import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { showSources } from './source-places.js';

const require = createRequire(import.meta.url);
const BUILT = new URL('../dist/', import.meta.url).href;
const TESTS = new URL('test/', BUILT).href;
const IS_BUNDLED = existsSync(new URL('bundle/', BUILT));
/** The modules that start threads and processes. */
const STARTERS = /\/dist\/src\/main\/(?:pool|compare|doctor)\//;
/** How they name what those begin with. */
const ENTRY = /'\.\.\/\.\.\/([\w/]+-entry\.js')/g;
const NAMES = 'afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test';
/** What test files import as @jest/globals. */
const GLOBALS = `data:text/javascript,export const { ${NAMES} } = globalThis[Symbol.for('test globals')]; //`;

/** How many test files this process has begun under watch. */
let watched = 0;
/** Modules below this URL are loaded again for each test file. */
let reloaded = TESTS;
/** Makes their URLs, by which Node knows modules, the file's own: the same in each run, so that compiled code is kept. */
let ofFile = '';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: GLOBALS + ofFile, format: 'module', shortCircuit: true };
    const found = next(specifier, context);
    return found.url.startsWith(reloaded) ? { ...found, url: found.url + ofFile } : found;
  },
  // What is started loads the bundle, as a user's does: hundreds of files would take a third of its CPU.
  load(url, context, next) {
    const loaded = next(url, context);
    if (!IS_BUNDLED || !STARTERS.test(url)) return loaded;
    return { ...loaded, source: String(loaded.source).replace(ENTRY, "'../../../bundle/$1") };
  },
});

/**
 * Loads test files with Node's own module loader. jest's runtime makes a context of node:vm for each file and loads
 * everything again in it, which took as long as most tests. Here tests and test/support are loaded for each file, what
 * they import from src once in each of jest's processes; a file with `@own-src` in a comment has its own.
 */
export default class NodeRuntime {
  #environment;

  constructor(
    _config,
    environment,
    _resolver,
    _transformer,
    texts,
    { collectCoverage },
    path,
    { watch, watchAll },
  ) {
    if (collectCoverage) throw new Error('jest cannot tell here which lines ran: use npm run coverage');
    this.#environment = environment;
    // Under watch one process may run tests before a change and after it.
    const isWatching = watch || watchAll;
    reloaded = isWatching || texts.get(path).includes('@own-src') ? BUILT : TESTS;
    ofFile = `?${pathToFileURL(path).href.slice(TESTS.length)}${isWatching ? `&${watched++}` : ''}`;
  }

  /** For jest-circus, which holds the tests of one file. */
  requireInternalModule(path) {
    delete require.cache[path];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  setGlobalsForRuntime(globals) {
    globalThis[Symbol.for('test globals')] = { ...globals, jest: this.#environment.jest };
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      showSources(error);
      throw error;
    }
  }

  /** jest finds source maps beside the compiled files. */
  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {}
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}
}
