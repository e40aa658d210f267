import type { Endpoint, Protocol } from '../../protocol/endpoint.ts';
import type { MethodOnRedirect, RequestPlan } from '../../protocol/request.ts';
import { fitsProtocol } from '../../requests/place.ts';
import { requestTemplate } from '../clients/dispatcher.ts';
import { cookieValue, type RequestCookies } from './cookie-keeper.ts';
import { curlHeaders } from './curl-redirect.ts';
import { destinationOf } from './location.ts';
import type { PreparedRequest } from './prepared-request.ts';

/** What is meant for one origin is not told to another. */
const PRIVATE_FIELDS = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);

/** 301, 302, 303, 307 or 308. */
export function isRedirectStatus(status: number): boolean {
  // Asked of every answer.
  return status > 300 && status < 309 && (status < 304 || status > 306);
}

/** Whether an answer asks to go elsewhere, and the request wants to; an empty location leads nowhere, as with curl. */
export function isRedirect({ maxRedirects }: RequestPlan, status: number, location: string | null): boolean {
  return maxRedirects > 0 && location !== null && location !== '' && isRedirectStatus(status);
}

/**
 * The request that a redirect asks for; null where its location is no http or https URL, or HTTP/2 is not spoken there as
 * it is here.
 *
 * @param setCookies what its answer sets, where curl would keep it
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
    return {
      ...request,
      plan,
      endpoint,
      message: next,
      trail,
      template: requestTemplate(place.origin, next),
    };
  }
  const cookies =
    isElsewhere && request.cookies !== undefined ? { ...request.cookies, others: null } : request.cookies;
  const keptHeaders = withoutFields(
    message.headers,
    (name) => (isElsewhere && PRIVATE_FIELDS.has(name)) || (losesBody && headersOfBody.includes(name)),
  );
  const next = {
    ...message,
    path,
    method: turnsToGet ? 'GET' : method,
    headers: cookies === undefined ? keptHeaders : withCookies(keptHeaders, cookies, endpoint, path),
    body,
  };
  const { firstHeaders } = request;
  const template = requestTemplate(endpoint.origin, next);
  return {
    ...request,
    ...(cookies === undefined ? {} : { cookies }),
    ...{ plan, endpoint, message: next, firstHeaders, template },
  };
}

/** The user may have got new ones on the way, and others go elsewhere. */
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

/** Where a method stays that would else become GET, its body goes; an upload is sent again, but not after 303. */
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
