import type { RequestPlan } from '../protocol/request.ts';
import { placeOf } from '../requests/request-picker.ts';
import { requestTemplate } from './clients/request-template.ts';
import type { PreparedRequest } from './request-source.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Other methods become GET with these, as in browsers and curl. */
const BECOMES_GET = new Set([301, 302, 303]);
/** What is meant for one origin is not told to another. */
const PRIVATE_FIELDS = new Set(['authorization', 'cookie', 'proxy-authorization', 'host']);
const BODY_FIELDS = new Set(['content-type', 'content-encoding', 'content-language']);

/** Whether an answer asks to go elsewhere, and the request wants to. */
export function isRedirect({ maxRedirects }: RequestPlan, status: number, location: string | null): boolean {
  return maxRedirects > 0 && location !== null && REDIRECTS.has(status);
}

/** The request that a redirect asks for; null where its location is no http or https URL. */
export function redirected(
  request: PreparedRequest,
  status: number,
  location: string,
): PreparedRequest | null {
  const url = URL.parse(location, `${request.target.origin}${request.template.path}`);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const isElsewhere = url.origin !== request.target.origin;
  const method = String(request.template.method);
  const becomesGet = BECOMES_GET.has(status) && method !== 'GET' && method !== 'HEAD';
  const body = request.template.body;
  const target = {
    ...request.target,
    ...(isElsewhere ? { ...placeOf(url), addresses: [] } : {}),
    path: url.pathname + url.search,
    method: becomesGet ? 'GET' : method,
    headers: withoutFields(
      (request.template.headers ?? []) as readonly string[],
      (name) => (isElsewhere && PRIVATE_FIELDS.has(name)) || (becomesGet && BODY_FIELDS.has(name)),
    ),
    body: becomesGet || !(body instanceof Uint8Array) ? null : body,
  };
  return { ...request, target, template: requestTemplate(target) };
}

function withoutFields(headers: readonly string[], isLeftOut: (lowerCaseName: string) => boolean): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!isLeftOut(name.toLowerCase())) kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
