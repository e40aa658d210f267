import type { HttpProxy } from '../protocol/routes.ts';

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
  const bringsOwn = headers.some(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'proxy-authorization',
  );
  return {
    path: `${origin}${path}`,
    headers:
      authorization === null || bringsOwn ? [...headers] : [...headers, 'proxy-authorization', authorization],
  };
}
