import type { Cookie } from '../protocol/cookie.ts';
import { type CookiePlace, isFor, readSetCookie } from './set-cookie.ts';

/** Hosts to which curl sends secure cookies without TLS. */
const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);

/** The cookies of one transfer, stored and sent as by curl. */
export class CurlJar {
  readonly #cookies: Cookie[];

  constructor(cookies: readonly Cookie[] = []) {
    this.#cookies = [...cookies];
  }

  /** The stored cookies, newest first. */
  get cookies(): readonly Cookie[] {
    return this.#cookies;
  }

  /** Stores the cookies set by an answer. */
  take(fields: readonly string[], from: CookiePlace): void {
    const nowMs = Date.now();
    for (const field of fields) {
      const cookie = readSetCookie(field, from, nowMs, curlPath);
      // curl ignores a value without a name.
      if (cookie !== null && cookie.name !== '') this.put(cookie);
    }
  }

  /** Stores a cookie, replacing one with the same name, domain and path. */
  put(given: Cookie): void {
    const cookie = { ...given, path: given.path.replace(/(?<=.)\/$/, '') };
    const place = this.#cookies.findIndex(
      ({ name, domain, path, isHostOnly }) =>
        name === cookie.name &&
        domain === cookie.domain &&
        path === cookie.path &&
        isHostOnly === cookie.isHostOnly,
    );
    if (place < 0) this.#cookies.unshift(cookie);
    else this.#cookies[place] = cookie;
  }

  /** The value of the `cookie` header for a place; null without cookies. */
  valueFor(to: CookiePlace): string | null {
    const nowMs = Date.now();
    const matching = this.#cookies.filter((cookie) => cookie.expiresAtMs > nowMs && isFor(cookie, to));
    const sorted = matching.toSorted(
      (one, other) =>
        other.path.length - one.path.length ||
        other.domain.length - one.domain.length ||
        other.name.length - one.name.length,
    );
    return sorted.length === 0 ? null : sorted.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}

/** Quotes are not part of a path, and one that does not begin with a slash means the whole site. */
function curlPath(said: string | null): string | null {
  if (said === null) return null;
  const bare = said.replace(/^"/, '').replace(/"$/, '');
  return bare.startsWith('/') ? bare : '/';
}

/** The cookie place of a host and path, as curl sees it. */
export function curlCookiePlace(host: string, secure: boolean, path: string): CookiePlace {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const [bare = ''] = path.split('?');
  return { host: name, isSecure: secure || LOCAL.has(name), path: bare === '' ? '/' : bare };
}
