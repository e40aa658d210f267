import { isUtf8 } from 'node:buffer';
import { readInput, whyUnread } from '../files/input-files.ts';
import type { Problems } from './problems.ts';
import { given, phrase, the } from './words.ts';

/** Whether these bytes are text in UTF-8; UTF-16 and binary data have zeros. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

/** Why these bytes are not text, and what to do. */
export function whyNotText(bytes: Buffer): string {
  return isUtf8(bytes) && !isUtf16(bytes)
    ? 'has a NUL character, which text cannot have: remove it, or give another file.'
    : 'is not text in UTF-8: give another file, or save it as UTF-8.';
}

/** In UTF-16 every second byte of plain text is zero. */
function isUtf16(bytes: Buffer): boolean {
  return bytes.filter((byte) => byte === 0).length * 4 >= bytes.length;
}

/** The text of a file that an option names, `-` for stdin; null where a problem has been noted. */
export function readTextOf(
  option: string,
  path: string,
  problems: Problems,
  mostBytes?: number,
): string | null {
  return readBytesOf(option, path, problems, mostBytes)?.toString('utf8') ?? null;
}

/** The same where each line of it is to be sent, so that it has to be text as it stands. */
export function readUtf8Of(option: string, path: string, problems: Problems): string | null {
  const bytes = readBytesOf(option, path, problems);
  if (bytes === null || isText(bytes)) return bytes?.toString('utf8') ?? null;
  problems.add(phrase`${the(option)} ${given(path)} ${whyNotText(bytes)}`);
  return null;
}

function readBytesOf(option: string, path: string, problems: Problems, mostBytes?: number): Buffer | null {
  try {
    return readInput(path, mostBytes);
  } catch (error) {
    problems.add(phrase`${the(option)} ${given(path)} ${whyUnread(error)}`);
    return null;
  }
}
