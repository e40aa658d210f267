import type { HttpProxy } from '../protocol/routes.ts';
import { withHostOf } from './host-as-written.ts';

/** The path and the fields of a request; flat: name, value, name, value. */
interface Told {
  readonly path: string;
  readonly headers: readonly string[];
}

/**
 * A request as sent to a proxy: with the full URL, and with the proxy's credentials unless it has its own. Neither
 * is passed on to the target.
 */
export function forProxy(
  { path, headers }: Told,
  origin: string,
  { authorization }: HttpProxy,
): { readonly path: string; readonly headers: string[] } {
  const fieldAt = (asked: string): number =>
    headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === asked);
  const bringsOwn = fieldAt('proxy-authorization') >= 0;
  const hostAt = fieldAt('host');
  return {
    path: `${withHostOf(origin, hostAt < 0 ? null : (headers[hostAt + 1] ?? null))}${path}`,
    headers:
      authorization === null || bringsOwn ? [...headers] : [...headers, 'proxy-authorization', authorization],
  };
}
