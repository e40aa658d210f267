import type { Target } from '../protocol/target.ts';

/** Where a URL leads. */
export type Place = Pick<Target, 'origin' | 'hostname' | 'port' | 'secure'>;

/** What stands before the path; a backslash ends it too, as in browsers. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i;
const NEEDS_ENCODING = /[^\x21-\x7e]+/g;

export function placeOf(url: URL): Place {
  const secure = url.protocol === 'https:';
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
  };
}

/** Path and query as the URL standard writes them: dots are walked, some characters encoded. */
export function pathOf({ href, protocol }: URL): string {
  const from = href.indexOf('/', protocol.length + 2);
  const hash = href.indexOf('#', from);
  return href.slice(from, hash < 0 ? undefined : hash);
}

/** Scheme, name and password, host and port of a URL's text. */
export function authorityIn(text: string): string {
  return AUTHORITY.exec(text)?.[0] ?? '';
}

/**
 * Path and query of a URL's text as they are written, `authorityLength` characters from its beginning; only what
 * no request line can hold is encoded.
 */
export function writtenPathOf(text: string, authorityLength: number): string {
  const hash = text.indexOf('#', authorityLength);
  const written = text.slice(authorityLength, hash < 0 ? undefined : hash);
  const path = written.startsWith('/') ? written : written.replace(/^\\?/, '/');
  return path.replace(NEEDS_ENCODING, (piece) => encodeURIComponent(piece.toWellFormed()));
}
