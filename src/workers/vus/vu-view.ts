import type {
  Cookies,
  Http,
  Metrics,
  RequestParams,
  Response,
  ScenarioDuration,
  Url,
  VU,
} from '../../protocol/test-definition.ts';
import { checksIn } from './check-result.ts';
import { textOf } from './script-place.ts';

/** The user behind a view. */
export interface ActingUser {
  readonly id: number;
  readonly iteration: number;
  readonly n: number;
  readonly scenario: { readonly name: string };
  readonly data: unknown;
  readonly row: unknown;
  readonly vars: Record<string, unknown>;
  readonly signal: AbortSignal;
  readonly metrics: VU<unknown, Metrics>['metrics'];
  readonly http: Http;
  readonly cookies: Cookies;
  random(): number;
  /** Its code runs, whatever it has awaited. */
  goesOn(): void;
  request(method: string, url: string | Url, params: RequestParams | undefined): Promise<Response>;
  sleep(time: ScenarioDuration, upTo: ScenarioDuration | undefined, scope: Scope | null): Promise<void>;
  group<T>(name: string, around: Scope | null, body: (vu: VuView) => T | Promise<T>): Promise<T>;
  check<T>(value: T, checks: Readonly<Record<string, (value: T) => boolean>>): boolean;
}

/** A running group, and the groups around it. */
export interface Scope {
  readonly path: string;
  readonly around: Scope | null;
  /** Think time requested within it. */
  thinkMs: number;
}

/** A user as seen by its scenario's code; each group has its own view. */
export class VuView implements VU {
  readonly #user: ActingUser;
  readonly #scope: Scope | null;

  constructor(user: ActingUser, scope: Scope | null) {
    this.#user = user;
    this.#scope = scope;
  }

  get http(): Http {
    return this.#user.http;
  }

  get id(): number {
    return this.#user.id;
  }

  get iteration(): number {
    return this.#user.iteration;
  }

  get n(): number {
    return this.#user.n;
  }

  get scenario(): string {
    return this.#user.scenario.name;
  }

  get data(): unknown {
    return this.#user.data;
  }

  get row(): unknown {
    return this.#user.row;
  }

  get vars(): Record<string, unknown> {
    return this.#user.vars;
  }

  get signal(): AbortSignal {
    return this.#user.signal;
  }

  get cookies(): Cookies {
    return this.#user.cookies;
  }

  get metrics(): VU<unknown, Metrics>['metrics'] {
    return this.#user.metrics;
  }

  random(): number {
    return this.#user.random();
  }

  sleep(time: ScenarioDuration, upTo?: ScenarioDuration): Promise<void> {
    return this.#user.sleep(time, upTo, this.#scope);
  }

  group<T>(name: string, body: (vu: this) => T | Promise<T>): Promise<T> {
    if (typeof name !== 'string')
      return Promise.reject(new TypeError(`group(${textOf(name)}, …): give it a name as text`));
    if (typeof body !== 'function')
      return Promise.reject(
        new TypeError(`group('${name}', ${textOf(body)}): give it a function, as in async (vu) => { … }`),
      );
    this.#user.goesOn();
    // The body of a group takes a view.
    return this.#user.group(name, this.#scope, body as (vu: VuView) => T | Promise<T>);
  }

  check<T>(value: T, checks: Readonly<Record<string, (value: T) => boolean>>): boolean {
    this.#user.goesOn();
    return this.#user.check(value, checksIn(checks));
  }
}

/** Sends requests over a user's connections. */
export class UserHttp implements Http {
  readonly #user: ActingUser;

  constructor(user: ActingUser) {
    this.#user = user;
  }

  get(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('GET', url, params);
  }

  head(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('HEAD', url, params);
  }

  post(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('POST', url, params);
  }

  put(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('PUT', url, params);
  }

  patch(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('PATCH', url, params);
  }

  delete(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('DELETE', url, params);
  }

  options(url: string | Url, params?: RequestParams): Promise<Response> {
    return this.#user.request('OPTIONS', url, params);
  }
}
