import type { Endpoint } from '../../protocol/endpoint.ts';
import type { Cookies, Url } from '../../protocol/test-definition.ts';
import type { CookieKeeper, RequestCookies } from '../exchange/cookie-keeper.ts';
import { Jar } from './jar.ts';

/** What a user keeps of cookies. Most users of most tests get none: the jar is made for the first one. */
export class UserCookies implements CookieKeeper, RequestCookies {
  readonly keeper = this;
  readonly saysKept = true;
  readonly others: string | null;
  #jar: Jar | null = null;

  /** @param others what every request says besides; null where that is nothing */
  constructor(others: string | null) {
    this.others = others;
  }

  get jar(): Jar {
    this.#jar ??= new Jar();
    return this.#jar;
  }

  take(fields: readonly string[], from: Endpoint, path: string): void {
    if (fields.length > 0) this.jar.take(fields, from, path);
  }

  valueFor(to: Endpoint, path: string): string | null {
    return this.#jar === null ? null : this.#jar.valueFor(to, path);
  }

  /** What it holds now is what later iterations begin with. */
  keep(): void {
    this.#jar?.keep();
  }

  /** Forgets what came since then. */
  reset(): void {
    this.#jar?.reset();
  }
}

/** For requests that neither say nor get any. */
export const NO_COOKIES: RequestCookies = { keeper: null, saysKept: false, others: null };

/** Where a URL leads. */
type Locate = (url: string | Url) => { readonly endpoint: Endpoint; readonly path: string };

/** What a scenario's code may do with the cookies of its user. */
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
    // Of two with the same name the first is the nearer one.
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
