/** A user's value as an error message shows it. */
export function quoted(value: unknown): string {
  return `'${String(value)}'`;
}

/** A user's URL as an error message shows it: without a name and password. */
export function quotedUrl(text: string): string {
  return quoted(text.replace(CREDENTIALS, '$1…@'));
}

/** A URL without a name and password. */
export function withoutCredentials(url: string): string {
  return url.replace(CREDENTIALS, '$1');
}

const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i;
