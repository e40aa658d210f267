import type { Cookie } from '../../protocol/cookie.ts';
import type { CurlRedirects } from '../../protocol/request.ts';
import { CurlJar, curlCookiePlace } from '../../requests/curl-jar.ts';
import { hostAsWritten, withHostOf } from '../../requests/host-as-written.ts';
import type { Place } from '../../requests/place.ts';
import type { CookiePlace } from '../../requests/set-cookie.ts';
import { credentialsIn, writtenAuthorityIn } from './location.ts';
import type { CurlTrail, PreparedRequest } from './prepared-request.ts';

const PORT = /:\d*$/;
const NO_COOKIES: readonly Cookie[] = [];

/** A redirect from an answer to its location. */
interface CurlStep {
  readonly rules: CurlRedirects;
  readonly location: string;
  readonly place: Place;
  readonly path: string;
  readonly losesBody: boolean;
  /** The values of `set-cookie` in the answer. */
  readonly setCookies: readonly string[];
}

/** The headers of the next request, and the trail with this redirect; `request` has an endpoint. */
export function curlHeaders(
  request: PreparedRequest,
  step: CurlStep,
): { readonly headers: string[]; readonly trail: CurlTrail } {
  const { rules, place } = step;
  const before = request.trail ?? startOf(request, rules);
  const { first } = before;
  before.jar?.take(step.setCookies, placeOf(request, request.message.path));
  const trail: CurlTrail = {
    ...before,
    authorization: authorizationAfter(before, request, step),
    hasLostBody: before.hasLostBody || step.losesBody,
  };
  const isTold = rules.isTrusting || place.origin === first.endpoint?.origin;
  const isSameHost = place.hostname === first.endpoint?.hostname;
  const { headersOfBody } = first.plan;
  const kept = fieldsOf(first).filter(([written]) => {
    const name = written.toLowerCase();
    if (name === 'host') return rules.hasOwnHost && isSameHost;
    if (name === 'cookie') return !rules.saysCookies && isTold;
    if (name === 'authorization') return rules.authorizedBy === 'header' && isTold;
    if (name === 'referer') return !rules.saysReferer;
    return !(trail.hasLostBody && headersOfBody.includes(name));
  });
  const ownHost = kept.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? null;
  const host = ownHost === null ? nextHost(request, step) : null;
  const headers = [
    ...(host === null ? [] : [['host', host]]),
    ...kept,
    ...(trail.authorization === null || !isTold ? [] : [['authorization', trail.authorization]]),
    ...(rules.saysReferer ? [['referer', writtenUrlOf(request)]] : []),
  ].flat();
  if (!rules.saysCookies) return { headers, trail };
  const to = curlCookiePlace(ownHost?.replace(PORT, '') ?? place.hostname, place.secure, step.path);
  const cookie = [trail.jar?.valueFor(to) ?? null, cookieGiven(first, rules)].filter((text) => text !== null);
  return { headers: cookie.length === 0 ? headers : [...headers, 'cookie', cookie.join('; ')], trail };
}

function startOf(first: PreparedRequest, rules: CurlRedirects): CurlTrail {
  return {
    first,
    authorization: rules.authorizedBy === 'header' ? null : fieldIn(first, 'authorization'),
    jar: rules.keptCookies === null ? null : new CurlJar(rules.keptCookies),
    hasLostBody: false,
  };
}

/** curl drops credentials at another port or scheme; a location may give new ones, unless an option gave them. */
function authorizationAfter(
  { authorization }: CurlTrail,
  { endpoint }: PreparedRequest,
  { rules, location, place }: CurlStep,
): string | null {
  if (rules.authorizedBy === 'header') return null;
  const isElsewhere = place.port !== endpoint?.port || place.secure !== endpoint.secure;
  const kept = isElsewhere && !rules.isTrusting ? null : authorization;
  return rules.authorizedBy === 'user' ? kept : (credentialsIn(location, kept) ?? kept);
}

/** The URL of a request, with its host as it was written. */
function writtenUrlOf(request: PreparedRequest): string {
  const { path } = request.message;
  const origin = request.endpoint?.origin ?? '';
  return `${withHostOf(origin, fieldIn(request, 'host'))}${path}`;
}

/** `host` as written in the location; a relative location keeps the previous one. */
function nextHost(request: PreparedRequest, { location }: CurlStep): string | null {
  const authority = writtenAuthorityIn(location, request.endpoint?.secure === true ? 'https' : 'http');
  return authority === null ? fieldIn(request, 'host') : hostAsWritten(authority);
}

/** The cookies given by `--cookie` itself, which follow those from its files. */
function cookieGiven(first: PreparedRequest, { keptCookies }: CurlRedirects): string | null {
  const whole = fieldIn(first, 'cookie');
  const ofFiles = new CurlJar(keptCookies ?? NO_COOKIES).valueFor(placeOf(first, first.message.path));
  if (whole === null || ofFiles === null) return whole;
  return whole === ofFiles ? null : whole.slice(ofFiles.length + '; '.length);
}

function placeOf(request: PreparedRequest, path: string): CookiePlace {
  const { endpoint } = request;
  const host = fieldIn(request, 'host')?.replace(PORT, '') ?? endpoint?.hostname ?? '';
  return curlCookiePlace(host, endpoint?.secure ?? false, path);
}

function fieldIn({ message: { headers } }: PreparedRequest, asked: string): string | null {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === asked);
  return at < 0 ? null : (headers[at + 1] ?? null);
}

function fieldsOf({ message: { headers } }: PreparedRequest): [name: string, value: string][] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? ([[name, headers[index + 1] ?? '']] as [string, string][]) : [],
  );
}
