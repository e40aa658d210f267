import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Cookies, Url } from '../../protocol/test-definition.ts';
import type { CookieKeeper, RequestCookies } from '../exchange/cookie-keeper.ts';
import { Jar } from './jar.ts';

/** A user's cookies. Most users never get any, so the jar is created for the first one. */
export class UserCookies implements CookieKeeper, RequestCookies {
  readonly keeper = this;
  readonly saysKept = true;
  readonly others: string | null;
  #jar: Jar | null = null;

  /** @param others the common `cookie` header; null without one */
  constructor(others: string | null) {
    this.others = others;
  }

  get jar(): Jar {
    this.#jar ??= new Jar();
    return this.#jar;
  }

  /** Of all cookies, without their names. */
  get values(): readonly string[] {
    return this.#jar?.values ?? [];
  }

  take(fields: readonly string[], from: Endpoint, path: string): void {
    if (fields.length > 0) this.jar.take(fields, from, path);
  }

  valueFor(to: Endpoint, path: string): string | null {
    return this.#jar === null ? null : this.#jar.valueFor(to, path);
  }

  /** Makes later iterations begin with the current cookies. */
  keep(): void {
    this.#jar?.keep();
  }

  /** Forgets cookies received since then. */
  reset(): void {
    this.#jar?.reset();
  }
}

/** For requests that neither send nor keep cookies. */
export const NO_COOKIES: RequestCookies = { keeper: null, saysKept: false, others: null };

/** Finds the endpoint and path of a URL. */
type Locate = (url: string | Url) => { readonly endpoint: Endpoint; readonly path: string };

/** Access of a scenario's code to its user's cookies. */
export class CookiesView implements Cookies {
  readonly #jar: Jar;
  readonly #locate: Locate;

  constructor(jar: Jar, locate: Locate) {
    this.#jar = jar;
    this.#locate = locate;
  }

  get(name: string, url: string | Url = '/'): string | null {
    return this.all(url)[name] ?? null;
  }

  all(url: string | Url = '/'): Record<string, string> {
    const { endpoint, path } = this.#locate(url);
    // Of two cookies with the same name, the first has the longer path.
    const farthestFirst = this.#jar.cookiesFor(endpoint, path).reverse();
    return Object.fromEntries(farthestFirst.map(({ name, value }) => [name, value]));
  }

  set(name: string, value: string, url: string | Url = '/'): void {
    this.#jar.set(this.#locate(url).endpoint, name, String(value));
  }

  clear(): void {
    this.#jar.clear();
  }
}
