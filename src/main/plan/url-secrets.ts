import { secretsInQuery } from '../../requests/parameter-secrets.ts';

/** The credentials before the host of a URL. */
const CREDENTIALS = /^\s*(?:[a-z][a-z0-9+.-]*:[\\/]*)?([^/?#]*)@/i;

/** The password of a URL, and what its parameters call a secret, as written and decoded. */
export function secretsInUrl(url: string): string[] {
  const [, credentials = ''] = CREDENTIALS.exec(url) ?? [];
  const password = credentials.includes(':') ? passwordIn(credentials) : '';
  const inQuery = secretsInQuery(url);
  try {
    return [password, decodeURIComponent(password), ...inQuery];
  } catch {
    return [password, ...inQuery];
  }
}

/** The text after the first colon, or all of it without one. */
export function passwordIn(credentials: string): string {
  return credentials.slice(credentials.indexOf(':') + 1);
}
