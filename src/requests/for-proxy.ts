import type { HttpProxy } from '../protocol/routes.ts';

/** The path of a request, and its fields: name, value, name, value. */
interface Told {
  readonly path: string;
  readonly headers: readonly string[];
}

/**
 * A request as a proxy is given it: with the whole URL, and with the proxy's own credentials, unless it brings others.
 * Whoever is behind the proxy is told neither.
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
