import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Stack frames in volley's own files, which are not the place of a scenario's error. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));
const FRAME = /(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[^\s()]*):(\d+):(\d+)\)?$/;
const MOST_PLACES = 6;
const LONGEST_NAME = 60;
const MOST_MEMBERS = 10;
const UNREADABLE = 'something that cannot be read';

/** The place in the user's code where an error was thrown, as `shop.ts:31:22`; null if unknown. */
export function placeOf(error: unknown): string | null {
  return placesOf(error)[0] ?? null;
}

/** What an error is, where it was thrown, and by which calls: `Error: no price (tax.ts:3:9, called at shop.ts:31:22)`. */
export function toldInFull(error: unknown): string {
  if (!isError(error)) return textOf(error);
  const [place, ...callers] = placesOf(error);
  const where = place === undefined ? '' : ` (${[place, ...calledAt(callers)].join(', ')})`;
  return `${nameOf(error)}: ${messageIn(error)}${where}`;
}

/** An error's message, and the calls that led to the place where it was thrown, which is reported next to it. */
export function messageWithCallers(error: unknown): string {
  if (!isError(error)) return textOf(error);
  return [messageIn(error), ...calledAt(placesOf(error).slice(1)).map((calls) => `(${calls})`)].join(' ');
}

function calledAt(callers: readonly string[]): string[] {
  return callers.length === 0 ? [] : [`called at ${callers.join(', ')}`];
}

/** Where an error was thrown in the user's code, and the calls that led there, the last one first. */
function placesOf(error: unknown): string[] {
  return framesOf(error)
    .flatMap((line) => {
      const [, path = '', row, column] = FRAME.exec(line) ?? [];
      const file = decoded(path);
      // The place where an answer was read, perhaps in a client's package, is not in the user's code.
      const isTheirs = file !== '' && !file.startsWith(OWN) && !/[\\/]node_modules[\\/]/.test(path);
      return isTheirs ? [`${basename(file)}:${row}:${column}`] : [];
    })
    .slice(0, MOST_PLACES);
}

/** The name of an error's type, or what else was thrown: `null`, `symbol`. */
export function nameOf(error: unknown): string {
  if (!isError(error)) return error === null ? 'null' : typeof error;
  const name = memberOf(error, 'name');
  return typeof name === 'string' && name !== '' ? name.slice(0, LONGEST_NAME) : 'Error';
}

/** What an error says, or what was thrown in its place; whatever it is, this never throws. */
export function textOf(thrown: unknown): string {
  if (isError(thrown)) return messageIn(thrown);
  if (typeof thrown === 'function') return 'a function';
  return isObject(thrown) ? membersOf(thrown) : String(thrown);
}

/** Whether it was made by this class; what asks of a proxy may throw. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

function messageIn(error: object): string {
  const message = memberOf(error, 'message');
  if (typeof message === 'string') return message;
  try {
    return message === undefined ? UNREADABLE : String(message);
  } catch {
    return UNREADABLE;
  }
}

/** The values may be secret. */
function membersOf(thrown: object): string {
  try {
    const names = Object.keys(thrown).slice(0, MOST_MEMBERS);
    return names.length === 0 ? 'an object' : `an object with ${names.join(', ')}`;
  } catch {
    return UNREADABLE;
  }
}

function framesOf(error: unknown): string[] {
  const stack = isError(error) ? memberOf(error, 'stack') : undefined;
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !line.includes('node:'));
}

/** Also recognizes errors of other realms. */
function isError(error: unknown): error is object {
  try {
    return isObject(error) && 'message' in error && 'name' in error;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Undefined if reading it throws. */
function memberOf(error: object, name: 'name' | 'message' | 'stack'): unknown {
  try {
    return Reflect.get(error, name);
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
