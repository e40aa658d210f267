import type { Cookie } from '../protocol/cookie.ts';
import { type CookiePlace, isFor, readSetCookie } from './set-cookie.ts';

/** Where curl says cookies that are secure without TLS. */
const LOCAL = new Set(['localhost', '127.0.0.1', '::1']);

/** The cookies of one transfer, as curl keeps and says them. */
export class CurlJar {
  readonly #cookies: Cookie[];

  constructor(cookies: readonly Cookie[] = []) {
    this.#cookies = [...cookies];
  }

  /** Those that it holds, the youngest first. */
  get cookies(): readonly Cookie[] {
    return this.#cookies;
  }

  /** Takes what an answer sets. */
  take(fields: readonly string[], from: CookiePlace): void {
    const nowMs = Date.now();
    for (const field of fields) {
      const cookie = readSetCookie(field, from, nowMs);
      // A value without a name is none to curl.
      if (cookie !== null && cookie.name !== '') this.put(cookie);
    }
  }

  /** One of the same name and place takes the other's place. */
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

  /** What goes to a place, as the value of `cookie`; null where nothing does. */
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

/** The place of a host and a path, as curl looks at it. */
export function curlCookiePlace(host: string, secure: boolean, path: string): CookiePlace {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const [bare = ''] = path.split('?');
  return { host: name, isSecure: secure || LOCAL.has(name), path: bare === '' ? '/' : bare };
}
