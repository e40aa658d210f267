/** A user's value as an error message shows it. */
export function quoted(value: unknown): string {
  return `'${String(value)}'`;
}

/** A user's URL as an error message shows it: without a name and password. */
export function quotedUrl(text: string): string {
  return quoted(text.replace(CREDENTIALS, '$1…@').replace(BARE_PASSWORD, '$1…@'));
}

/** A URL without a name and password. */
export function withoutCredentials(url: string): string {
  return url.replace(CREDENTIALS, '$1');
}

const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i;
/** One that has a slash, which no port has, nor what ends it. */
const BARE_PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/)?[^/?#@[\]…]*:(?!\d*(?:[/?#]|$))[\s\S]*@/i;
