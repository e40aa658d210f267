import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importDefault } from '../../../machine/load-module.ts';
import { codeOf, ERROR_CODES, messageOf, VolleyError } from '../../../protocol/errors.ts';
import type { ScenarioCode } from '../../../protocol/scenario.ts';
import type { TestDefinition } from '../../../protocol/test-definition.ts';
import { quoted } from '../../text/quoted.ts';
import { SCENARIO_API } from '../scenario-api.ts';
import type { ReadTest } from './read-test.ts';

/** What is volley's own is not where a module went wrong. */
const OWN = dirname(dirname(SCENARIO_API));
const FRAME = /(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[^\s()]*):(\d+)(?::(\d+))?\)?$/m;
/** By which file of volley's own is nobody's business. */
const IMPORTED_HERE = ` imported from ${OWN}`;
/** The first line of a syntax error's stack says where it is. */
const FIRST_LINE = /^(?:file:\/\/)?(\S+):(\d+)$/m;

/** A test with where it is. */
export interface LoadedTest {
  readonly definition: TestDefinition;
  /** Absolute: files of rows are beside it. */
  readonly path: string;
  /** A sentence on what it says, with its place before it. */
  readonly placed: (sentence: string) => string;
  /** As the command line names it. */
  readonly name: string;
  /** Options are called as in modules, and not as in plans. */
  readonly isTermOfModule: boolean;
  /**
   * What its users do.
   *
   * @param problems takes up what is wrong, with its place
   */
  readonly code: (
    read: ReadTest,
    problems: string[],
  ) => Promise<{ readonly code: ScenarioCode; readonly secrets: readonly string[] }>;
}

/**
 * Loads the test that a module exports by default.
 *
 * @throws VolleyError VOLLEY_SCENARIO where it cannot be loaded, or exports no test
 */
export async function loadTest(given: string): Promise<LoadedTest> {
  const path = resolve(given);
  const module = pathToFileURL(path).href;
  checkFile(path, given);
  let exported: unknown;
  try {
    exported = await orNever(importDefault(module, SCENARIO_API));
  } catch (error) {
    throw new VolleyError(ERROR_CODES.scenario, whyNotLoaded(error, given));
  }
  if (!isTest(exported))
    throw new VolleyError(
      ERROR_CODES.scenario,
      `${given} ${exported === undefined ? 'exports nothing by default' : 'exports something else than a test by default'}: write export default scenario(…) or defineTest(…), in CommonJS module.exports = ….`,
    );
  return {
    definition: exported.definition,
    path,
    name: given,
    placed: (sentence) => `${given}: ${sentence}`,
    isTermOfModule: true,
    code: async () => ({ code: { type: 'module', url: module }, secrets: [] }),
  };
}

/** What a module awaits at its top may never come: then the process would end without a word, as if all were well. */
async function orNever<T>(loading: Promise<T>): Promise<T> {
  const never = Promise.withResolvers<never>();
  const isIdle = (): void => never.reject(new Error('it awaits at its top what never comes'));
  process.once('beforeExit', isIdle);
  try {
    return await Promise.race([loading, never.promise]);
  } finally {
    process.off('beforeExit', isIdle);
  }
}

function checkFile(path: string, given: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw new VolleyError(
      ERROR_CODES.scenario,
      `The scenarios ${quoted(given)} cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
  }
  throw new VolleyError(
    ERROR_CODES.scenario,
    `The scenarios ${quoted(given)} are no file: give the path of a module.`,
  );
}

/** The error with its place, and what to do where that is known. */
export function whyNotLoaded(error: unknown, given: string): string {
  const [message = ''] = (messageOf(error).split('\n')[0] ?? '').split(IMPORTED_HERE);
  const place = placeIn(error) ?? given;
  return `${place}: ${message.replace(/\.$/, '')}${adviceOn(error, message)}.`;
}

function adviceOn(error: unknown, message: string): string {
  switch (codeOf(error)) {
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return ': Node only takes types out: write without enum, namespace and parameter properties, or start volley with NODE_OPTIONS="--import tsx"';
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      if (/'k6(\/[^']*)?'/.test(message))
        return ': it is a script of k6, whose modules are in k6 alone: docs/moving.md has what they are called here';
      return ': install it where the module is, or write the whole name of a file, with .ts or .js';
    default:
      return /does not provide an export named/.test(message) && /'volley'/.test(message)
        ? ': docs/scenarios.md has what there is'
        : '';
  }
}

/** Where it went wrong, as `shop.ts:3:1`; null where nobody says. */
function placeIn(error: unknown): string | null {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack) : '';
  const [, first, line] = FIRST_LINE.exec(stack.split('\n')[0] ?? '') ?? [];
  if (first !== undefined) return `${basename(first)}:${line}`;
  for (const frame of stack.split('\n').filter((text) => text.trim().startsWith('at '))) {
    const [, path = '', row, column] = frame.includes('node:') ? [] : (FRAME.exec(frame) ?? []);
    if (path !== '' && !path.startsWith(OWN))
      return `${basename(path)}:${row}${column === undefined ? '' : `:${column}`}`;
  }
  return null;
}

/** Made by any copy of volley. */
function isTest(exported: unknown): exported is { readonly definition: TestDefinition } {
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
