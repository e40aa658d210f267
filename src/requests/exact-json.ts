import { compareNumbers, ExactNumber, isJsonNumber } from './exact-number.ts';

declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): unknown;
  }
}

/** Limit on nesting: code that walks through deeper JSON would run out of stack. */
export const DEEPEST_JSON = 1_000;

/**
 * Matches JSON with a number whose digits would change by conversion to a double: 16 characters or more, an
 * exponent, less than a millionth, a minus zero, a fraction that ends in zero. It may also match within a string,
 * which only costs time.
 */
const NEEDS_CARE = /(?:^|[:,[\s])(?:-0(?![.\d])|-?(?:[\d.]{16}|0\.0{6}|[\d.]+[eE]))|\.\d*0(?=[\s,\]}]|$)/;

/** JSON that is nested too deeply to be inspected. */
export class JsonTooDeep extends Error {
  constructor() {
    super(`JSON that is nested more than ${DEEPEST_JSON.toLocaleString('en')} deep is not read`);
  }
}

/**
 * Parses JSON and keeps numbers as written: a long id has more digits than a double can hold. Such a number becomes
 * an `ExactNumber`, any other a number.
 *
 * @throws SyntaxError
 * @throws JsonTooDeep
 */
export function parseExactJson(text: string): unknown {
  // Each level takes at least two brackets.
  if (text.length > 2 * DEEPEST_JSON && depthOf(text) > DEEPEST_JSON) throw new JsonTooDeep();
  return readBack(text);
}

/**
 * The same for JSON written by volley itself, at any depth.
 *
 * @throws SyntaxError
 */
export function readBack(text: string): unknown {
  if (!NEEDS_CARE.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? new ExactNumber(source)
      : value,
  );
}

/** A JSON value as text: text unchanged, empty for null, everything else as JSON. */
export function textOfJson(value: unknown): string {
  if (value === null || value === undefined) return '';
  return shownJson(value);
}

/** A JSON value for display: text unchanged, everything else as JSON. */
export function shownJson(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof ExactNumber ? value.text : JSON.stringify(value);
}

/** Whether two values are equal: numbers by value, objects regardless of the order of their names. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (isJsonNumber(a) && isJsonNumber(b)) return compareNumbers(a, b) === 0;
  if (a === b) return true;
  if (!isContainer(a) || !isContainer(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((value, index) => isSameJson(value, b[index]));
  }
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name], b[name]));
}

/** An object or a list. */
export function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof ExactNumber);
}

/** Nesting depth of brackets, ignoring those in strings. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === OPEN_LIST || character === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth--;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Position of the closing quote of the string that begins at `from`, or the end of the text. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
