import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isAtTop } from '../../../machine/at-top.ts';
import { watchLoop } from '../../../machine/endless-code.ts';
import { importDefault } from '../../../machine/load-module.ts';
import { codeOf, ERROR_CODES, messageOf, readable, reasonOf, VolleyError } from '../../../protocol/errors.ts';
import type { ScenarioCode } from '../../../protocol/scenario.ts';
import type { Test, TestDefinition } from '../../../protocol/test-definition.ts';
import { MS_PER_SECOND } from '../../../protocol/units.ts';
import { quoted } from '../../text/quoted.ts';
import { SCENARIO_API } from '../scenario-api.ts';
import { LONGEST_TOP_MS } from './code-modules.ts';
import type { ReadTest } from './read-test.ts';

const CHECK_MS = 5_000;
/** Volley's own folder: a frame in it is not where a module went wrong. */
const OWN = dirname(dirname(SCENARIO_API));
const FRAME = /(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[^\s()]*):(\d+)(?::(\d+))?\)?$/m;
/** Removed from messages: which of volley's own files did the import is irrelevant. */
const IMPORTED_HERE = ` imported from ${OWN}`;
/** The first line of a syntax error's stack is its place. */
const FIRST_LINE = /^(?:file:\/\/)?(\S+):(\d+)$/m;

/** A test with its place. */
export interface LoadedTest {
  readonly definition: TestDefinition;
  /** Absolute; files of rows are relative to it. */
  readonly path: string;
  /** Puts the place before a sentence about the test. */
  readonly placed: (sentence: string) => string;
  /** The file as given on the command line. */
  readonly name: string;
  /** Options are named as in modules, not as in plans. */
  readonly isTermOfModule: boolean;
  /** Made by `scenario()`: its options stand in one object with those of the load. */
  readonly isOfOne: boolean;
  /**
   * Loads the code of its users.
   *
   * @param problems collects what is wrong, with its place
   */
  readonly code: (
    read: ReadTest,
    problems: string[],
  ) => Promise<{ readonly code: ScenarioCode; readonly secrets: readonly string[] }>;
}

/**
 * Loads the test that a module exports by default.
 *
 * @throws VolleyError VOLLEY_SCENARIO if it cannot be loaded or does not export a test
 */
export async function loadTest(given: string): Promise<LoadedTest> {
  const path = resolve(given);
  const module = pathToFileURL(path).href;
  checkFile(path, given);
  let exported: unknown;
  try {
    exported = await orNever(() => importDefault(module, SCENARIO_API));
  } catch (error) {
    throw new VolleyError(ERROR_CODES.scenario, whyNotLoaded(error, given));
  }
  if (!isTest(exported))
    throw new VolleyError(
      ERROR_CODES.scenario,
      `${given} ${whatIsExported(exported)}: write export default scenario(…) or defineTest(…), in CommonJS module.exports = ….`,
    );
  return {
    definition: exported.definition,
    path,
    name: given,
    placed: (sentence) => `${given}: ${sentence}`,
    isTermOfModule: true,
    isOfOne: exported.isOfOne === true,
    code: async () => ({ code: { type: 'module', url: module }, secrets: [] }),
  };
}

/** What is not a test. A CommonJS module that sets nothing, or an empty file, exports an empty object. */
function whatIsExported(exported: unknown): string {
  if (exported === undefined) return 'has no default export';
  if (typeof exported === 'object' && exported !== null) {
    const names = Object.keys(exported);
    if (names.length === 0) return 'exports nothing';
    const named = names.find((name) => isTest((exported as Readonly<Record<string, unknown>>)[name]));
    if (named !== undefined) return `exports a test as ${quoted(named)}, but not by default`;
  }
  return 'has a default export that is not a test';
}

/**
 * Fails if the module's top never comes to its end: a top-level await that never resolves would end the process silently,
 * as if all were well, and an endless loop would never give a sign.
 */
async function orNever<T>(load: () => Promise<T>): Promise<T> {
  const never = Promise.withResolvers<never>();
  const isEndless = (): void =>
    never.reject(
      new Error(
        `the code at its top did not end within ${LONGEST_TOP_MS / MS_PER_SECOND} s, and nothing else can run meanwhile: look for a loop without an end, or do this in setup`,
      ),
    );
  const watch = watchLoop(LONGEST_TOP_MS, isEndless);
  const isIdle = (): void => {
    if (watch.hasEndedCode) isEndless();
    else never.reject(new Error('its top-level await never ends'));
  };
  process.once('beforeExit', isIdle);
  try {
    return await Promise.race([load(), never.promise]);
  } finally {
    process.off('beforeExit', isIdle);
    await watch.stop();
  }
}

function checkFile(path: string, given: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.scenario,
      `The scenarios ${quoted(given)} cannot be read (${reasonOf(error)}): check the path.`,
    );
  }
  throw new VolleyError(
    ERROR_CODES.scenario,
    `The scenarios ${quoted(given)} are not a file: give the path of a module.`,
  );
}

/** An exception in a timer, a callback or an event of a module, in words; null if it is not of one. */
export function placeOfUncaught(thrown: unknown): string | null {
  const error = readable(thrown);
  // What Node has thrown for it, such as of a socket without a listener, has no place.
  const place = placeIn(error) ?? (isAtTop() ? 'the top of a module' : null);
  if (place === null) return null;
  return `${place}: nothing caught what a timer, a callback or an event threw: ${messageOf(error)}.`;
}

/** The error with its place, and advice if there is any. */
export function whyNotLoaded(thrown: unknown, given: string): string {
  const error = readable(thrown);
  const [message = ''] = (messageOf(error).split('\n')[0] ?? '').split(IMPORTED_HERE);
  const place = placeIn(error) ?? placeOfSyntaxError(error, given) ?? given;
  return `${place}: ${message.replace(/\.$/, '')}${adviceOn(error, message)}.`;
}

function adviceOn(error: unknown, message: string): string {
  switch (codeOf(error)) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return ': Node only strips types: write without enum, namespace and parameter properties, or start volley with NODE_OPTIONS="--import tsx"';
    case 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING':
      return ': copy it out of node_modules, where Node runs no TypeScript';
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      if (/'k6(\/[^']*)?'/.test(message))
        return ': it is a script of k6, whose modules only k6 has: docs/moving.md has their names here';
      return /(?:module|package) '(?:\.{0,2}[\\/]|[A-Za-z]:|file:)/.test(message)
        ? ': check the path, and write the whole name of the file, with .ts or .js'
        : ': install it where the module is (npm install)';
    default:
      if (/^(Cannot use import statement outside a module|Unexpected token 'export')/.test(message))
        return ': the package.json of this folder makes it CommonJS: give it the ending .mts or .mjs, or set "type": "module" there';
      return /does not provide an export named/.test(message) && /'volley'/.test(message)
        ? ': docs/api.md lists its exports'
        : '';
  }
}

/** Where it went wrong, as `shop.ts:3:1`; null if unknown. */
function placeIn(error: unknown): string | null {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
  const [, first, line] = FIRST_LINE.exec(stack.split('\n')[0] ?? '') ?? [];
  if (first !== undefined) return `${basename(first)}:${line}`;
  for (const frame of stack.split('\n').filter((text) => text.trim().startsWith('at '))) {
    const [, path = '', row, column] = frame.includes('node:') ? [] : (FRAME.exec(frame) ?? []);
    if (path !== '' && !path.startsWith(OWN) && !/[\\/]node_modules[\\/]/.test(path))
      return `${basename(path)}:${row}${column === undefined ? '' : `:${column}`}`;
  }
  return null;
}

/** Of an ES module in JavaScript, an error of syntax does not say where; Node says so where it only checks a file. */
function placeOfSyntaxError(error: unknown, given: string): string | null {
  if (!(error instanceof SyntaxError)) return null;
  const { stderr } = spawnSync(process.execPath, ['--check', given], { encoding: 'utf8', timeout: CHECK_MS });
  const [, file, line] = FIRST_LINE.exec(stderr.split('\n')[0] ?? '') ?? [];
  return file === undefined ? null : `${basename(file)}:${line}`;
}

/** Also recognizes tests made by another copy of volley. */
function isTest(exported: unknown): exported is Pick<Test, 'definition' | 'isOfOne'> {
  return (
    typeof exported === 'object' &&
    exported !== null &&
    'kind' in exported &&
    exported.kind === 'test' &&
    'definition' in exported &&
    typeof exported.definition === 'object' &&
    exported.definition !== null
  );
}
