import { type Place, pathOf, placeOf, withoutDots } from '../../requests/place.ts';

/** Scheme, authority, path and query of a reference (RFC 3986, appendix B). */
const REFERENCE = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/is;
const NO_LINE_HOLDS = /[^\x21-\x7e]/g;

/** Where a location leads. */
export interface Destination {
  readonly place: Place;
  /** Path and query as they go over the wire. */
  readonly path: string;
}

/**
 * A location, in Latin-1, as it is read where a request has led: `path` is that request's, with its query. Dots are
 * walked; all else stays as it is written, also where the URL standard would write it otherwise (`{}`, `'`, `%2e`), since
 * the target has to know it again. Null where it is no http or https URL.
 */
export function destinationOf(location: string, origin: string, path: string): Destination | null {
  const [, scheme, authority, ownPath = '', query] = REFERENCE.exec(location) ?? [];
  if (authority === undefined && scheme !== undefined) {
    // Such as http:/path, which browsers take.
    const url = httpUrl(location, origin + path);
    return url === null ? null : { place: placeOf(url), path: pathOf(url) };
  }
  const url = httpUrl(authority === undefined ? origin : `${scheme ?? schemeOf(origin)}://${authority}`);
  if (url === null) return null;
  const base = /^[^?]*/.exec(path)?.[0] ?? '/';
  if (authority === undefined && ownPath === '')
    return { place: placeOf(url), path: asAscii(base + (query ?? path.slice(base.length))) };
  const isWhole = authority !== undefined || ownPath.startsWith('/');
  const walked = withoutDots(isWhole ? ownPath || '/' : base.slice(0, base.lastIndexOf('/') + 1) + ownPath);
  return { place: placeOf(url), path: asAscii(walked + (query ?? '')) };
}

/** Bytes that no request line can hold stand for themselves, whatever encoding they were meant in; as curl has it. */
export function asAscii(latin1: string): string {
  return latin1.replace(
    NO_LINE_HOLDS,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function httpUrl(text: string, base?: string): URL | null {
  const url = URL.parse(text, base);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

function schemeOf(origin: string): string {
  return origin.slice(0, origin.indexOf(':'));
}
