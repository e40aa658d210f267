import { kindOf } from '../main/plan/option-shapes.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';

/** Lists of requests with objects of headers are the deepest that options have; a preset's body may be deeper. */
const DEEPEST = 8;

/**
 * A caller's options, read once: getters, and objects that answer differently each time, are met here alone.
 *
 * @param what names them in errors
 * @param isDeep whether what is in them is read too
 * @throws VolleyError VOLLEY_USAGE if they are no object, or if reading one of them throws
 */
export function takenOptions<T extends object>(options: T, what: string, isDeep = true): T {
  const areOptions = what.endsWith('s');
  if (!isObject(options) || isUrl(options)) {
    const kind = isUrl(options) ? 'a URL' : kindOf(options);
    const example = areOptions ? ", such as { url: 'http://localhost:8080/' }" : ', at least { }';
    throw usage(`The ${what} ${areOptions ? 'are' : 'is'} ${kind}: give an object${example}.`);
  }
  try {
    const names = Object.keys(options) as (keyof T)[];
    return Object.fromEntries(names.map((name) => [name, takenField(options, name, what, isDeep)])) as T;
  } catch (error) {
    if (error instanceof VolleyError) throw error;
    throw unreadable(`The ${what}`);
  }
}

function takenField<T extends object>(options: T, name: keyof T, what: string, isDeep: boolean): unknown {
  try {
    const value = options[name];
    return isDeep ? taken(value, 1) : value;
  } catch {
    throw unreadable(`Of the ${what} '${String(name)}'`);
  }
}

/** Lists and plain objects are copied; what is of a class stays what it is. */
function taken(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return Array.from(value as unknown[], (one) => taken(one, depth + 1));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, taken(one, depth + 1)]));
}

/** Also of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isObject(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // A proxy that has been revoked.
    return false;
  }
}

/** A URL of another realm is one too. */
export function isUrl(value: unknown): value is URL {
  try {
    return Object.prototype.toString.call(value) === '[object URL]';
  } catch {
    return false;
  }
}

function unreadable(what: string): VolleyError {
  return usage(`${what} cannot be read, since a getter or a proxy of it throws: give plain values.`);
}

function usage(sentence: string): VolleyError {
  return new VolleyError(ERROR_CODES.usage, sentence);
}
