import type { Endpoint, Protocol } from '../../protocol/endpoint.ts';
import type { Message } from '../../protocol/message.ts';
import type { ErrorAdvice } from '../../protocol/report.ts';
import type { CurlRedirects, MethodOnRedirect, RequestPlan } from '../../protocol/request.ts';
import { fitsProtocol } from '../../requests/place.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import { cookieValue, type RequestCookies } from './cookie-keeper.ts';
import { curlHeaders } from './curl-redirect.ts';
import { destinationOf, writtenAuthorityIn } from './location.ts';
import { type PreparedRequest, withParts } from './prepared-request.ts';

/** Fields that must not be sent to another origin. */
const PRIVATE_FIELDS = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);

/** 301, 302, 303, 307 or 308. */
export function isRedirectStatus(status: number): boolean {
  // Runs for every answer.
  return status > 300 && status < 309 && (status < 304 || status > 306);
}

/** Whether an answer may have a location to follow: curl follows one with any of these. */
export function mayBeRedirect(status: number): boolean {
  // Runs for every answer.
  return status > 299 && status < 400;
}

/** Whether an answer asks to go elsewhere, and the request wants to; an empty location leads nowhere, as with curl. */
export function isRedirect(
  { maxRedirects, curlRedirects }: RequestPlan,
  status: number,
  location: string | null,
): boolean {
  // A curl command that follows redirects, and none at all, fails at the first.
  if ((maxRedirects === 0 && curlRedirects === null) || location === null || location === '') return false;
  return curlRedirects === null ? isRedirectStatus(status) : mayBeRedirect(status);
}

/**
 * The request that a redirect asks for; null if its location is not an http or https URL, or if the protocol does not fit
 * the new place.
 *
 * @param setCookies cookies set by its answer, if curl would keep them
 */
export function redirected(
  request: PreparedRequest,
  status: number,
  location: string,
  protocol: Protocol,
  setCookies: readonly string[] = [],
): PreparedRequest | null {
  const { endpoint: from, message } = request;
  if (from === null) return null;
  const rules = request.plan.curlRedirects;
  const destination = destinationOf(location, from.origin, message.path, rules);
  if (destination === null || !fitsProtocol(destination.place, protocol)) return null;
  if (rules !== null && !isAllowed(rules, destination.place.origin, location)) return null;
  const { place, path } = destination;
  const isElsewhere = place.origin !== from.origin;
  const { method } = message;
  const { methodOnRedirect, headersOfBody } = request.plan;
  const staysPost = rules?.keepsPostAfter.includes(status) === true;
  const turnsToGet =
    methodOnRedirect === 'standard' && becomesGet(status, method) && !(staysPost && method === 'POST');
  const losesBody =
    turnsToGet ||
    (methodOnRedirect !== 'standard' &&
      dropsBody(status, methodOnRedirect) &&
      !(staysPost && methodOnRedirect === 'kept'));
  const endpoint = isElsewhere ? { ...place, addresses: [] } : from;
  const body = losesBody ? null : message.body;
  // Credentials are for the origin that they were given for.
  const plan = isElsewhere && request.plan.digest !== null ? { ...request.plan, digest: null } : request.plan;
  if (rules !== null) {
    const step = { rules, location, place, path, losesBody, setCookies };
    const { headers, trail } = curlHeaders(request, step);
    const next = { ...message, path, method: turnsToGet ? 'GET' : method, headers, body };
    const template = requestTemplate(place.origin, next);
    return withParts(request, { plan, endpoint, message: next, trail, template });
  }
  const keptHeaders = withoutFields(
    message.headers,
    (name) => (isElsewhere && PRIVATE_FIELDS.has(name)) || (losesBody && headersOfBody.includes(name)),
  );
  const next = { ...message, path, method: turnsToGet ? 'GET' : method, headers: keptHeaders, body };
  const cookies =
    isElsewhere && request.cookies !== undefined ? { ...request.cookies, others: null } : request.cookies;
  return prepared(withParts(request, { plan, endpoint }), next, cookies);
}

/** Why a redirect that might still be followed leads nowhere. */
interface DeadEnd {
  readonly why: string;
  readonly advice?: ErrorAdvice;
}

/** Why a redirect is not followed although there are not too many yet; null if nothing is in its way. */
export function deadEnd(request: PreparedRequest, location: string, protocol: Protocol): DeadEnd | null {
  const { endpoint: from, message } = request;
  const rules = request.plan.curlRedirects;
  if (from === null) return null;
  const destination = destinationOf(location, from.origin, message.path, rules);
  if (destination === null) return { why: 'which is no http or https URL' };
  if (!fitsProtocol(destination.place, protocol))
    return protocol === 'h2'
      ? { why: 'which HTTP/2 over TLS does not reach', advice: 'without-http2' }
      : { why: 'which HTTP/2 without TLS does not reach', advice: 'with-http1' };
  if (rules !== null && !isAllowed(rules, destination.place.origin, location))
    return { why: 'which the curl command does not allow' };
  return null;
}

/** Whether curl may follow it there. */
function isAllowed(
  { protocols, refusesUserNames = false }: CurlRedirects,
  origin: string,
  location: string,
): boolean {
  const scheme = origin.startsWith('https:') ? 'https' : 'http';
  if (protocols !== undefined && !protocols.includes(scheme)) return false;
  return !refusesUserNames || writtenAuthorityIn(location, scheme)?.includes('@') !== true;
}

/** The next request, with the user's cookies for its place. */
function prepared(
  request: PreparedRequest & { readonly endpoint: Endpoint },
  given: Message,
  cookies: RequestCookies | undefined,
): PreparedRequest {
  const { endpoint } = request;
  const headers =
    cookies === undefined ? given.headers : withCookies([...given.headers], cookies, endpoint, given.path);
  const message = { ...given, headers };
  const template = requestTemplate(endpoint.origin, message);
  return withParts(request, { ...(cookies === undefined ? {} : { cookies }), message, template });
}

/** Renews the cookies: redirects may have set some, and another place gets others. */
function withCookies(
  headers: string[],
  { keeper, saysKept, others }: RequestCookies,
  endpoint: Endpoint,
  path: string,
): string[] {
  if (keeper === null || !saysKept) return headers;
  const value = cookieValue(keeper.valueFor(endpoint, path), others);
  const kept = withoutFields(headers, (name) => name === 'cookie');
  return value === null ? kept : [...kept, 'cookie', value];
}

/** 303 asks for a GET elsewhere; with 301 and 302 only a POST becomes one, as in browsers (RFC 9110, 15.4). */
function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

/** Whether the body is dropped although the method is kept; an upload is sent again, but not after 303. */
function dropsBody(status: number, methodOnRedirect: MethodOnRedirect): boolean {
  return status === 303 || (methodOnRedirect === 'kept' && (status === 301 || status === 302));
}

function withoutFields(headers: readonly string[], isLeftOut: (lowerCaseName: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!isLeftOut(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
