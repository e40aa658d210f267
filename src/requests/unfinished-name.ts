import { randomBytes } from 'node:crypto';

/** How every file begins whose body is not complete. */
export const UNFINISHED_PREFIX = '.volley-';
const SUFFIX = '.partial';
const RANDOM_BYTES = 9;

/** A new name for a body until it is complete. */
export function unfinishedName(prefix: string): string {
  return `${prefix}${randomBytes(RANDOM_BYTES).toString('hex')}${SUFFIX}`;
}

/** Whether a file is one that `unfinishedName` has named. */
export function isUnfinishedName(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && name.endsWith(SUFFIX);
}
