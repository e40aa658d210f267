import type { Protocol } from '../../protocol/endpoint.ts';
import { type AnswerHead, setCookiesIn } from './cookie-keeper.ts';
import { DigestAuthorization } from './digest.ts';
import type { PreparedRequest } from './prepared-request.ts';
import { isRedirect, redirected } from './redirect.ts';

/** Anything that sends one request after another, with its state of authorization. */
interface Authorizing {
  /** Null until a request uses Digest authorization. */
  digest: DigestAuthorization | null;
}

/** The parts of an answer that decide how its request continues. */
interface Leading extends Authorizing, AnswerHead {
  readonly request: PreparedRequest | null;
  readonly status: number;
  /** Redirects followed so far. */
  readonly redirects: number;
  readonly location: string | null;
  readonly authenticate: string | null;
}

/** The request to send next in place of the answered one. */
export interface Continuation {
  readonly request: PreparedRequest;
  /** Otherwise it is the same request, with authorization. */
  readonly isRedirect: boolean;
}

/** The request in the form in which it is sent first. */
export function firstOf(slot: Authorizing, request: PreparedRequest): PreparedRequest {
  const { digest } = request.plan;
  return digest === null ? request : authorizationOf(slot).first(request, digest);
}

/** How a request continues after its answer: with authorization, or to another URL; null if it is done. */
export function continued(answer: Leading, protocol: Protocol): Continuation | null {
  const again = authorizedAgain(answer);
  if (again !== null) return { request: again, isRedirect: false };
  const next = redirectedTo(answer, protocol);
  return next === null ? null : { request: next, isRedirect: true };
}

/** The same request, with the authorization that its answer asks for. */
function authorizedAgain(answer: Leading): PreparedRequest | null {
  const credentials = answer.request?.plan.digest ?? null;
  if (credentials === null) return null;
  return authorizationOf(answer).again(credentials, answer.status, answer.authenticate);
}

function redirectedTo(answer: Leading, protocol: Protocol): PreparedRequest | null {
  const { request, status, location, redirects } = answer;
  if (request === null || location === null || !isRedirect(request.plan, status, location)) return null;
  if (redirects >= request.plan.maxRedirects) return null;
  const { endpoint, cookies } = request;
  if (endpoint !== null) cookies?.keeper?.take(setCookiesIn(answer), endpoint, request.message.path);
  const from = (request.plan.digest === null ? null : authorizationOf(answer).plain) ?? request;
  const keepsCookies = request.plan.curlRedirects?.keptCookies != null;
  const next = redirected(from, status, location, protocol, keepsCookies ? setCookiesIn(answer) : undefined);
  return next === null ? null : firstOf(answer, next);
}

function authorizationOf(slot: Authorizing): DigestAuthorization {
  slot.digest ??= new DigestAuthorization();
  return slot.digest;
}
