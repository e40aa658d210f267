import { withoutSecretsInQuery } from '../../requests/parameter-secrets.ts';

const LONGEST_NAME_SHOWN = 8;
const LIKE_A_TOKEN = /^[\w.~+/=-]+$/;
/** Longer values are cut: the beginning shows which one is meant. */
const LONGEST = 200;

/** A user's value for an error message: texts as they are, other values as JSON; long ones are cut. */
export function quoted(value: unknown): string {
  return `'${cut(shownText(value))}'`;
}

/** A user's URL for an error message: without secrets, however its beginning is written. */
export function quotedUrl(text: string): string {
  return quoted(shownUrl(text));
}

/**
 * A text given as the name of an environment variable. What is long, and no name in capitals, may be the secret itself,
 * pasted in its place: nothing of it is shown.
 */
export function shownVariable(name: string): string {
  const isName = name.length <= LONGEST_NAME_SHOWN || /^[A-Z_][A-Z0-9_]*$/.test(name);
  return isName || !LIKE_A_TOKEN.test(name) ? name : '…';
}

/** The same without quotes. */
export function shownUrl(text: string): string {
  return withoutSecretsInQuery(text).replace(BEFORE_HOST, '$1…@');
}

/** A URL as a name: without name and password, and without what its query calls a secret. */
export function withoutCredentials(url: string): string {
  return withoutSecretsInQuery(url).replace(CREDENTIALS, '$1');
}

/** The beginning of a text that is too long to show. */
export function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  // Half of a surrogate pair is not a character.
  return `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…`;
}

// URL parsers accept any number of slashes, and backslashes too.
const CREDENTIALS = /^(\s*[a-z][a-z0-9+.-]*:[\\/]+)?[^/?#\\]*@/i;
/** An invalid URL may have a password with any character: everything from the scheme to the last @ is hidden. */
const BEFORE_HOST = /^(\s*(?:https?:|[a-z][a-z0-9+.-]*:(?=[\\/]))[\\/]*)?.*@/is;

/** Texts as they are, other values as JSON. */
export function shownText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  } catch {
    // A cycle, or one of the caller's getters throws.
    return Array.isArray(value) ? 'a list' : 'an object';
  }
}
