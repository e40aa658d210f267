import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Stack frames in volley's own files, which are not the place of a scenario's error. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));
const FRAME = /(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[^\s()]*):(\d+):(\d+)\)?$/;
const MOST_LINES = 6;

/** The place in the user's code where an error was thrown, as `shop.ts:31:22`; null if unknown. */
export function placeOf(error: unknown): string | null {
  const [, path = '', row, column] = FRAME.exec(userFramesOf(error)[0] ?? '') ?? [];
  return path === '' ? null : `${basename(decoded(path))}:${row}:${column}`;
}

/** An error with only the user's own part of its stack. */
export function stackOf(error: unknown): string {
  if (!isError(error)) return String(error);
  return [`${nameOf(error)}: ${error.message}`, ...userFramesOf(error)].join(' ');
}

/** An error's message, and the calls that led to the place where it was thrown, which is told beside it. */
export function messageWithCallers(error: unknown): string {
  if (!isError(error)) return String(error);
  return [error.message, ...userFramesOf(error).slice(1)].join(' ');
}

function userFramesOf(error: unknown): string[] {
  return framesOf(error)
    .filter((line) => {
      const path = FRAME.exec(line)?.[1];
      // Where an answer was read, perhaps in a client's package, is no place of the user's.
      return path !== undefined && !decoded(path).startsWith(OWN) && !/[\\/]node_modules[\\/]/.test(path);
    })
    .slice(0, MOST_LINES);
}

/** The name of an error's type. */
export function nameOf(error: unknown): string {
  if (!isError(error)) return typeof error;
  return error.name === '' ? 'Error' : error.name;
}

function framesOf(error: unknown): string[] {
  if (!isError(error) || typeof error.stack !== 'string') return [];
  return error.stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !line.includes('node:'));
}

/** Also recognizes errors of other realms. */
function isError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
