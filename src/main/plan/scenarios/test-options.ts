import type { TestDefinition, TestOptions } from '../../../protocol/test-definition.ts';
import { quoted } from '../../text/quoted.ts';
import type { RunOptions } from '../options.ts';

/** Options of a test that a run has too, which checks their values. */
interface Shared {
  readonly headers: Readonly<Record<string, string>>;
  readonly thresholds: readonly string[];
  readonly timeout: number | string | undefined;
  readonly seed: number | string | undefined;
}

/**
 * Adds the test's settings; the command line takes precedence.
 *
 * @param problems collects what is of the wrong type, which is left out, so that the rest can be checked
 */
export function withTest(options: RunOptions, definition: TestDefinition, problems: string[]): RunOptions {
  const { headers, thresholds, timeout, seed } = wellTyped(
    {
      headers: definition.headers,
      thresholds: definition.thresholds,
      timeout: definition.timeout,
      seed: definition.seed,
    },
    problems,
  );
  const said = new Set((options.headers ?? []).map((line) => line.split(':', 1)[0]?.trim().toLowerCase()));
  const lines = Object.entries(headers)
    .filter(([name]) => !said.has(name.toLowerCase()))
    .map(([name, value]) => `${name}: ${value}`);
  return {
    ...options,
    headers: [...lines, ...(options.headers ?? [])],
    thresholds: [...thresholds, ...(options.thresholds ?? [])],
    ...(options.timeout === undefined && timeout !== undefined
      ? { timeout: typeof timeout === 'number' ? `${timeout}ms` : timeout }
      : {}),
    ...(options.seed === undefined && seed !== undefined ? { seed: String(seed) } : {}),
  };
}

/** Whether a setting of the run comes from the module and not from the command line. */
export function isSaidThere(
  field: keyof TestOptions,
  definition: TestDefinition,
  options: RunOptions,
): boolean {
  if (definition[field] === undefined) return false;
  switch (field) {
    case 'baseURL':
    case 'setupTimeout':
    case 'streams':
      return true;
    case 'headers':
    case 'thresholds':
      return (options[field] ?? []).length === 0;
    case 'timeout':
    case 'seed':
      return options[field] === undefined;
  }
}

export function baseOf({ baseURL }: TestDefinition, problems: string[]): string | null {
  const given: unknown = baseURL;
  if (given === undefined) return null;
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url.href;
  problems.push(`baseURL ${quoted(given)}: give a URL such as 'http://127.0.0.1:8080', without a query.`);
  return null;
}

/** The settings as far as they are of their types, which nothing has checked in JavaScript. */
function wellTyped(
  { headers = {}, thresholds = [], timeout, seed }: Readonly<Record<keyof Shared, unknown>>,
  problems: string[],
): Shared {
  return {
    headers: headersIn(headers, problems),
    thresholds: rulesIn(thresholds, problems),
    timeout: quantityIn('timeout', timeout, "a time such as '30s'; a number is milliseconds", problems),
    seed: quantityIn('seed', seed, 'a whole number from 0', problems),
  };
}

/** A value that is none may still be a secret. */
function headersIn(headers: unknown, problems: string[]): Record<string, string> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    problems.push("headers: give an object of names and values, as in { 'x-a': 'b' }.");
    return {};
  }
  const entries = Object.entries(headers).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)]];
    problems.push(`headers['${name}']: give text.`);
    return [];
  });
  return Object.fromEntries(entries);
}

/** Rules that scenarios bring along; none if they are no list of text, which is reported once. */
function rulesIn(thresholds: unknown, problems: string[]): readonly string[] {
  if (Array.isArray(thresholds) && thresholds.every((rule) => typeof rule === 'string')) return thresholds;
  problems.push(`thresholds ${quoted(thresholds)}: give a list of rules, as in ['p99<500ms'].`);
  return [];
}

function quantityIn(name: string, value: unknown, what: string, problems: string[]): Shared['seed'] {
  if (value === undefined || typeof value === 'number' || typeof value === 'string') return value;
  problems.push(`${name} ${quoted(value)}: give ${what}.`);
  return undefined;
}
