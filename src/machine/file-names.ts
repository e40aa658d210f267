import { randomHex } from './crypto.ts';

/** What some file system gives a meaning, blanks at the ends, and what leads out of a folder. */
const UNSAFE = /[\p{Cc}<>:"/\\|?*%]|^[.\s]|[.\s]$/gu;

/** Names that Windows takes for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** A name that stays within its folder on every system: what has a meaning in a path is percent-encoded. */
export function fileNameOf(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSAFE, encoded)
    .replace(DEVICE, (name) => encoded(name) + name.slice(1));
}

/** Of its first character. */
function encoded(text: string): string {
  const code = text.charCodeAt(0).toString(16).toUpperCase();
  return `%${code.padStart(2, '0')}`;
}

/** How every file begins whose body is not complete. */
export const UNFINISHED_PREFIX = '.volley-';
const SUFFIX = '.partial';
const RANDOM_BYTES = 9;

/** A new name for a body until it is complete. */
export function unfinishedName(prefix: string): string {
  return `${prefix}${randomHex(RANDOM_BYTES)}${SUFFIX}`;
}

/** Whether a file is one that `unfinishedName` has named. */
export function isUnfinishedName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && name.endsWith(SUFFIX);
}
