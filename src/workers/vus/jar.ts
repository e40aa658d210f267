import type { Cookie } from '../../protocol/cookie.ts';
import type { Endpoint } from '../../protocol/endpoint.ts';
import { NOT_IN_A_HEADER, TOKEN } from '../../requests/header-text.ts';
import { type CookiePlace, isFor, isLoopback, readSetCookie } from '../../requests/set-cookie.ts';
import type { CookieKeeper } from '../exchange/cookie-keeper.ts';

/** Limit per user, as browsers have per site; beyond it the oldest cookie is dropped. */
const MOST_COOKIES = 180;
const NOT_IN_A_VALUE = /[;\s]/;

/** Cached `cookie` value for all requests to one host, until cookies change. */
interface Known {
  readonly to: Endpoint;
  readonly value: string | null;
  readonly untilMs: number;
}

/** The cookies of one user (RFC 6265). */
export class Jar implements CookieKeeper {
  /** In order of arrival; keyed by name, domain and path. */
  #cookies = new Map<string, Cookie>();
  /** Cookies that every iteration begins with. */
  #kept: ReadonlyMap<string, Cookie> | null = null;
  /** Null if the value depends on the path, or is not known. */
  #known: Known | null = null;

  get values(): readonly string[] {
    return Array.from(this.#cookies.values(), ({ value }) => value);
  }

  take(fields: readonly string[], from: Endpoint, path: string): void {
    if (fields.length === 0) return;
    const place = placeOf(from, path);
    const nowMs = Date.now();
    for (const field of fields) {
      const cookie = readSetCookie(field, place, nowMs);
      if (cookie !== null) this.#put(cookie, nowMs);
    }
  }

  valueFor(to: Endpoint, path: string): string | null {
    if (this.#cookies.size === 0) return null;
    const known = this.#known;
    if (known !== null && known.to === to && (known.untilMs === Infinity || Date.now() < known.untilMs))
      return known.value;
    const cookies = this.cookiesFor(to, path);
    const text = cookies.map(({ name, value }) => (name === '' ? value : `${name}=${value}`)).join('; ');
    const value = text === '' ? null : text;
    const all = [...this.#cookies.values()];
    this.#known = all.every((cookie) => cookie.path === '/')
      ? { to, value, untilMs: Math.min(...all.map(({ expiresAtMs }) => expiresAtMs)) }
      : null;
    return value;
  }

  /** The cookies for a request in the order they are sent: longer paths first, then older ones. */
  cookiesFor(to: Endpoint, path: string): Cookie[] {
    this.#forget(Date.now());
    const place = placeOf(to, path);
    return [...this.#cookies.values()]
      .filter((cookie) => isFor(cookie, place))
      .sort((a, b) => b.path.length - a.path.length);
  }

  /**
   * Sets a cookie for a host and all its paths.
   *
   * @throws TypeError if the name or value is not valid in a cookie
   */
  set(to: Endpoint, name: string, value: string): void {
    if (!TOKEN.test(name)) throw new TypeError(`cookies: '${name}' is not the name of a cookie`);
    if (NOT_IN_A_HEADER.test(value) || NOT_IN_A_VALUE.test(value))
      throw new TypeError(
        `cookies: the value of '${name}' has a character that cookies cannot have: encode it`,
      );
    const { host } = placeOf(to, '/');
    const rest = { domain: host, isHostOnly: true, path: '/', isSecure: false, expiresAtMs: Infinity };
    this.#put({ name, value, ...rest }, Date.now());
  }

  clear(): void {
    this.#cookies.clear();
    this.#known = null;
  }

  /** Makes later iterations begin with the current cookies. */
  keep(): void {
    this.#kept = this.#cookies.size === 0 ? null : new Map(this.#cookies);
  }

  /** Forgets cookies received in the previous iteration. */
  reset(): void {
    if (this.#cookies.size === 0 && this.#kept === null) return;
    this.#cookies = new Map(this.#kept);
    this.#known = null;
  }

  #put(cookie: Cookie, nowMs: number): void {
    const key = `${cookie.name};${cookie.domain};${cookie.isHostOnly};${cookie.path}`;
    const before = this.#cookies.get(key);
    if (before !== undefined && before.value === cookie.value && before.expiresAtMs === cookie.expiresAtMs)
      if (before.isSecure === cookie.isSecure && cookie.expiresAtMs > nowMs) return;
    this.#known = null;
    if (cookie.expiresAtMs <= nowMs) {
      this.#cookies.delete(key);
      return;
    }
    // A cookie that is set again keeps its position.
    this.#cookies.set(key, cookie);
    if (this.#cookies.size <= MOST_COOKIES) return;
    const [oldest] = this.#cookies.keys();
    if (oldest !== undefined) this.#cookies.delete(oldest);
  }

  #forget(nowMs: number): void {
    for (const [key, { expiresAtMs }] of this.#cookies)
      if (expiresAtMs <= nowMs) {
        this.#cookies.delete(key);
        this.#known = null;
      }
  }
}

function placeOf({ hostname, secure }: Endpoint, path: string): CookiePlace {
  const host = hostname.toLowerCase();
  const end = path.indexOf('?');
  return { host, isSecure: secure || isLoopback(host), path: end < 0 ? path : path.slice(0, end) };
}
