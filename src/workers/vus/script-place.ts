import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is volley's own is not where a scenario went wrong. */
const OWN = fileURLToPath(new URL('../../', import.meta.url));
const FRAME = /(?:file:\/\/)?(\/[^\s()]*|[A-Za-z]:[^\s()]*):(\d+):(\d+)\)?$/;
const MOST_LINES = 6;

/** Where in the user's code an error was thrown, as `shop.ts:31:22`; null where that is not known. */
export function placeOf(error: unknown): string | null {
  for (const line of framesOf(error)) {
    const [, path = '', row, column] = FRAME.exec(line) ?? [];
    if (path === '' || decoded(path).startsWith(OWN)) continue;
    return `${basename(decoded(path))}:${row}:${column}`;
  }
  return null;
}

/** An error with the part of its stack that is the user's own. */
export function stackOf(error: unknown): string {
  if (!isError(error)) return String(error);
  const frames = framesOf(error).filter((line) => {
    const path = FRAME.exec(line)?.[1];
    return path !== undefined && !decoded(path).startsWith(OWN);
  });
  return [`${nameOf(error)}: ${error.message}`, ...frames.slice(0, MOST_LINES)].join(' ');
}

/** What kind of error it is, in a word. */
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

/** Of another realm too. */
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
