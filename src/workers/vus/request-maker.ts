import type { ConnectionSettings, Endpoint } from '../../protocol/endpoint.ts';
import type { RequestPlan } from '../../protocol/request.ts';
import type { RequestParams, Url } from '../../protocol/test-definition.ts';
import { looksIntoFields } from '../../requests/expectation.ts';
import { InvalidRequest } from '../../requests/invalid-request.ts';
import { authorityIn, checkProtocol, openPlaceOf, writtenPathOf } from '../../requests/place.ts';
import { cookieValue, type RequestCookies } from '../exchange/cookie-keeper.ts';
import type { Discreet } from './discreet-user.ts';
import { timeoutOf } from './durations.ts';
import { expectationOf } from './expectations.ts';
import { Heads } from './heads.ts';
import { jsonBytesOf } from './json-bytes.ts';
import type { Names, Naming } from './name-numbers.ts';
import { bytesOf, checkParams, pairsOf, redirectsIn, withQuery } from './request-params.ts';
import { type HeadParts, ScenarioRequest } from './scenario-request.ts';
import { isA, placeOf, textOf } from './script-place.ts';
import { NO_COOKIES } from './user-cookies.ts';

const DEFAULT_REDIRECTS = 10;
const ABSOLUTE = /^https?:\/\//i;
const PLAIN_PATH = /^\/[\x21\x22\x24-\x7e]*$/;
/** Limit on cached places: parsing a URL costs more than everything else in making a request. */
const MOST_PLACES = 1_000;
/** Limit on cached routes of a method: code may put anything into a URL. */
const MOST_ROUTES = 1_000;
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The place of all URLs with the same scheme and authority. */
interface Place {
  readonly endpoint: Endpoint;
  /** The value of the `host` header. */
  readonly host: string;
  /** Prefix for the names of requests elsewhere than at the base URL. */
  readonly prefix: string;
}

interface Located {
  readonly place: Place;
  readonly path: string;
  readonly name: string;
  /** The path of the base URL, if it was put before the path. */
  readonly base: string;
}

/** A request by method and URL, and what is the same each time that it is sent. */
interface Route extends Located {
  /** Its plan, unless a request says otherwise; null until one is sent under the name of its URL. */
  known: NumberedPlan | null;
  /** Its head without headers, cookies and body of its own; null until one is sent like that. */
  bare: HeadParts | null;
}

interface NumberedPlan {
  readonly index: number;
  readonly plan: RequestPlan;
  /** As of its place. */
  readonly base: string;
}

/** Settings shared by all requests of a run. */
export interface RequestBase {
  /** The plan's only request: the endpoint of paths, and the headers of every request. */
  readonly plan: RequestPlan;
  /** Path of the base URL, without a slash at the end. */
  readonly basePath: string;
  readonly settings: ConnectionSettings;
  /** Whether the client takes and returns heads as text. */
  readonly hasTextHeads: boolean;
  /** Whether the test defines how to read streams of tokens. */
  readonly hasStreams: boolean;
}

/** Makes the requests of scenarios. */
export class RequestMaker {
  readonly #base: RequestBase;
  readonly #names: Names;
  readonly #heads: Heads;
  readonly #own: Place | null;
  readonly #places = new Map<string, Place>();
  /** Plans by request name, with default expectation and redirects, for the place where it was sent first. */
  readonly #plans = new Map<string, NumberedPlan>();
  /** For other places of requests that share a name, by name and place. */
  readonly #others = new Map<string, NumberedPlan>();
  /** By method and URL as written. */
  readonly #routes = new Map<string, Map<string, Route>>();

  constructor(base: RequestBase, names: Names) {
    this.#base = base;
    this.#names = names;
    this.#heads = new Heads(base.plan.message.headers, base.hasTextHeads);
    const { endpoint } = base.plan;
    this.#own = endpoint === null ? null : { endpoint, host: new URL(endpoint.origin).host, prefix: '' };
  }

  /**
   * @param isApart the request is not part of an iteration, and is counted separately
   * @param cookies the user's cookies
   * @param by whose code sends it
   * @throws InvalidRequest or TypeError if it cannot be sent
   */
  make(
    method: string,
    url: string | Url,
    params: RequestParams | undefined,
    isApart: boolean,
    cookies: RequestCookies,
    by: Naming & Discreet,
  ): ScenarioRequest {
    try {
      return this.#made(method, url, params, isApart, cookies, by);
    } catch (error) {
      throw withCaller(error);
    }
  }

  #made(
    method: string,
    url: string | Url,
    params: RequestParams | undefined,
    isApart: boolean,
    cookies: RequestCookies,
    by: Naming & Discreet,
  ): ScenarioRequest {
    if (params !== undefined) checkParams(params);
    const route = this.#routeOf(method, url);
    const { place, path } = route;
    const known = this.#planOf(method, route, params, by);
    let whole = path;
    let body: Buffer | null = null;
    let contentType: string | null = null;
    if (params !== undefined) {
      if (params.query !== undefined) whole = withQuery(path, pairsOf('query', params.query));
      if (params.json !== undefined) {
        body = jsonBytesOf(params.json);
        contentType = JSON_TYPE;
      } else if (params.form !== undefined) {
        body = Buffer.from(pairsOf('form', params.form).toString());
        contentType = FORM_TYPE;
      } else if (params.body !== undefined) body = bytesOf(params.body);
    }
    const own = params?.headers;
    const saying = cookiesOf(params, cookies);
    const kept = saying.saysKept ? (saying.keeper?.valueFor(place.endpoint, whole) ?? null) : null;
    const said = kept === null ? null : cookieValue(kept, saying.others);
    const isBare = said === null && own === undefined && body === null && whole === path;
    const parts =
      (isBare ? route.bare : null) ??
      this.#heads.of(method, whole, place.host, own, said, contentType, body?.length ?? 0, isBare);
    if (isBare) route.bare = parts;
    const { expectation, digest } = known.plan;
    const isStreamed = this.#isStreamed(params);
    const wantsFields =
      !this.#base.hasTextHeads ||
      isStreamed ||
      digest !== null ||
      (expectation !== null && looksIntoFields(expectation));
    return new ScenarioRequest(known, place.endpoint, whole, parts, body, {
      wantsFields,
      keepsHead: !wantsFields,
      isApart,
      isWhole: !isStreamed,
      cookies: saying,
      sender: by,
      timeoutMs: params?.timeout === undefined ? null : timeoutOf(params.timeout),
    });
  }

  /** The common `cookie` header; null without one. */
  get cookies(): string | null {
    const { headers } = this.#base.plan.message;
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'cookie');
    return at < 0 ? null : (headers[at + 1] ?? null);
  }

  /** @throws InvalidRequest or TypeError if nothing can be sent there */
  locate(url: string | Url): { readonly endpoint: Endpoint; readonly path: string } {
    const { place, path } = this.#locate(url);
    return { endpoint: place.endpoint, path };
  }

  /** @throws TypeError if the test does not define how to read streams */
  #isStreamed(params: RequestParams | undefined): boolean {
    const asked = params?.stream ?? false;
    if (typeof asked !== 'boolean') throw new TypeError(`stream: '${String(asked)}': give true or false`);
    if (asked && !this.#base.hasStreams)
      throw new TypeError(
        "stream: true: say in the test how streams are read, as in streams: { preset: 'openai-chat' }",
      );
    return asked;
  }

  #locate(url: string | Url): Located {
    const { href, template } = writtenUrl(url);
    if (ABSOLUTE.test(href)) return this.#locateElsewhere(href, template);
    const own = this.#own;
    if (own === null)
      throw new TypeError(`the URL '${href}' names no host: give the test a baseURL, or write it in full`);
    const written = href.startsWith('/') ? href : `/${href}`;
    const path = this.#base.basePath + written;
    const name = template ?? written;
    return {
      place: own,
      path: PLAIN_PATH.test(path) ? path : writtenPathOf(path, 0),
      name: withoutQuery(name),
      base: this.#base.basePath,
    };
  }

  #locateElsewhere(href: string, template: string | null): Located {
    const authority = authorityIn(href);
    const place = this.#places.get(authority) ?? this.#placeOf(authority);
    const path = writtenPathOf(href, authority.length);
    const name = template === null ? path : template.slice(authorityIn(template).length) || '/';
    return { place, path, name: place.prefix + withoutQuery(name), base: '' };
  }

  #placeOf(authority: string): Place {
    const { place, authorization } = openPlaceOf(authority);
    if (authorization !== null)
      throw new InvalidRequest('CREDENTIALS', 'a URL with a user name: give it in a header');
    checkProtocol(place, this.#base.settings.protocol);
    const isOwn = place.origin === this.#own?.endpoint.origin;
    const found =
      isOwn && this.#own !== null
        ? this.#own
        : { endpoint: { ...place, addresses: [] }, host: new URL(place.origin).host, prefix: place.origin };
    if (this.#places.size < MOST_PLACES) this.#places.set(authority, found);
    return found;
  }

  /** Kept for URLs given as text: those of templates have values in them. */
  #routeOf(method: string, url: string | Url): Route {
    if (typeof url !== 'string') return { ...this.#locate(url), known: null, bare: null };
    const routes = this.#routes.get(method) ?? new Map<string, Route>();
    const known = routes.get(url);
    if (known !== undefined) return known;
    const route: Route = { ...this.#locate(url), known: null, bare: null };
    this.#routes.set(method, routes);
    if (routes.size < MOST_ROUTES) routes.set(url, route);
    return route;
  }

  #planOf(method: string, route: Route, params: RequestParams | undefined, by: Naming): NumberedPlan {
    const name = params?.name;
    if (name !== undefined && typeof name !== 'string')
      throw new TypeError(`name: ${textOf(name)}: the name of a request is text`);
    const known =
      name === undefined
        ? (route.known ?? this.#named(`${method} ${route.name}`, method, route, by))
        : this.#named(name, method, route, by);
    if (name === undefined) route.known = known;
    const expect = params?.expect;
    const maxRedirects = params?.redirects ?? DEFAULT_REDIRECTS;
    if (expect === undefined && maxRedirects === DEFAULT_REDIRECTS) return known;
    return {
      ...known,
      plan: {
        ...known.plan,
        expectation: expect === undefined ? null : expectationOf(expect),
        maxRedirects: redirectsIn(maxRedirects),
      },
    };
  }

  /** Requests may share a name, but what is said of one that failed is about its own place. */
  #named(name: string, method: string, route: Route, by: Naming): NumberedPlan {
    const first = this.#plans.get(name);
    if (first === undefined) {
      const isKept = !this.#names.isFull;
      const made = this.#newPlan(method, name, route, by);
      if (isKept) this.#plans.set(name, made);
      return made;
    }
    if (isSentTo(first, method, route)) return first;
    const key = `${name}\n${method} ${urlOf(route)}`;
    const known = this.#others.get(key);
    if (known !== undefined) return known;
    const made = this.#newPlan(method, name, route, by);
    if (this.#others.size < MOST_ROUTES) this.#others.set(key, made);
    return made;
  }

  #newPlan(method: string, given: string, route: Route, by: Naming): NumberedPlan {
    const { base, name: ofUrl, place } = route;
    const { endpoint, prefix } = place;
    const index = this.#names.numberOf(given, by, { method, url: urlOf(route) });
    // Where there are too many to remember, looking for secrets in each would take its time.
    const isLookedThrough = !this.#names.isFull && this.#others.size < MOST_ROUTES;
    const name = this.#plans.get(given)?.plan.name ?? (isLookedThrough ? by.shownName(given) : given);
    const path = isLookedThrough ? by.shownName(ofUrl) : ofUrl;
    const plan: RequestPlan = {
      ...this.#base.plan,
      name,
      endpoint,
      message: {
        url: prefix === '' ? endpoint.origin + path : path,
        path,
        method,
        headers: [],
        body: null,
        asksToClose: false,
      },
      expectation: null,
      maxRedirects: DEFAULT_REDIRECTS,
    };
    return { index, plan, base };
  }
}

/** The error with the place of the call in its stack, which has few frames: volley's own calls may have used them up. */
function withCaller(error: unknown): unknown {
  if (isA(error, Error) && placeOf(error) === null)
    Error.captureStackTrace(error, RequestMaker.prototype.make);
  return error;
}

/** A request with its own `cookie` header sends no others, but the cookies set by its answer are kept. */
function cookiesOf(params: RequestParams | undefined, cookies: RequestCookies): RequestCookies {
  if (params === undefined || cookies.keeper === null) return cookies;
  if (params.cookies === false) return NO_COOKIES;
  for (const name in params.headers)
    if (name.length === 6 && name.toLowerCase() === 'cookie')
      return { keeper: cookies.keeper, saysKept: false, others: null };
  return cookies;
}

function isSentTo({ plan, base }: NumberedPlan, method: string, route: Located): boolean {
  const { message, endpoint } = plan;
  const isAlike = message.method === method && message.path === route.name && base === route.base;
  return isAlike && endpoint === route.place.endpoint;
}

/** As a whole, with `{}` for each value of a template. */
function urlOf({ place: { endpoint, prefix }, base, name }: Located): string {
  if (prefix !== '') return name;
  return endpoint.origin + base + (name.startsWith('/') ? name : `/${name}`);
}

function withoutQuery(path: string): string {
  const end = path.indexOf('?');
  return end < 0 ? path : path.slice(0, end);
}

/** @throws TypeError for what is neither text nor a URL */
function writtenUrl(url: unknown): { readonly href: string; readonly template: string | null } {
  if (typeof url === 'string') return { href: url, template: null };
  if (typeof url === 'object' && url !== null && 'href' in url && typeof url.href === 'string')
    return { href: url.href, template: 'name' in url && typeof url.name === 'string' ? url.name : null };
  throw new TypeError(`the URL ${textOf(url)}: give text, a path or a whole URL`);
}
