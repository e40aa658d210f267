import type { CurlRedirects } from '../../protocol/request.ts';
import { withoutBlanks } from '../../requests/header-text.ts';
import { encodedByte, type Place, pathOf, placeOf, withoutDots } from '../../requests/place.ts';

/** Scheme, authority, path and query of a reference (RFC 3986, appendix B). */
const REFERENCE = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/is;
const ENCODED = /%([\da-f]{2})/gi;
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
 * the target has to know it again; with `curl` it is read and written as curl does. Null where it is no http or https
 * URL.
 */
export function destinationOf(
  given: string,
  origin: string,
  path: string,
  curl: Pick<CurlRedirects, 'pathAsIs'> | null = null,
): Destination | null {
  const location = withoutBlanks(given);
  const [, scheme, authority, ownPath = '', query] = REFERENCE.exec(location) ?? [];
  if (authority === undefined && scheme !== undefined) {
    // Such as http:/path, which browsers take.
    const url = httpUrl(location, origin + path);
    return url === null ? null : { place: placeOf(url), path: pathOf(url) };
  }
  const url = httpUrl(authority === undefined ? origin : `${scheme ?? schemeOf(origin)}://${authority}`);
  if (url === null) return null;
  const base = /^[^?]*/.exec(path)?.[0] ?? '/';
  const written = curl === null ? asStandard : asCurl;
  if (authority === undefined && ownPath === '') {
    if (query !== undefined) return { place: placeOf(url), path: written(base, query) };
    // A fragment alone leads curl to the folder.
    return { place: placeOf(url), path: curl === null ? asAscii(path) : joined(base, '') };
  }
  const asIs = curl?.pathAsIs === true;
  const isWhole = authority !== undefined || ownPath.startsWith('/');
  const whole = isWhole ? ownPath || '/' : (asIs ? joinedAsIs : joined)(base, ownPath);
  return { place: placeOf(url), path: written(asIs ? whole : withoutDots(whole), query ?? '') };
}

function asStandard(path: string, query: string): string {
  return asAscii(path + query);
}

/** Blanks of a query are pluses, an empty query is none, and digits are in lower case. */
function asCurl(path: string, query: string): string {
  const text = path + (query === '?' ? '' : query.replaceAll(' ', '+'));
  return text.replace(NO_LINE_HOLDS, (byte) => encodedByte(byte).toLowerCase());
}

function joined(base: string, relative: string): string {
  return base.slice(0, base.lastIndexOf('/') + 1) + relative;
}

/** Where dots stay, those that a location begins with lead up all the same, as with curl. */
function joinedAsIs(base: string, relative: string): string {
  const [, ups = '', rest = ''] = /^(?:\.\/)?((?:\.\.\/)*)(.*)$/s.exec(relative) ?? [];
  const folders = base.split('/').slice(1, -1);
  const kept = folders.slice(0, Math.max(0, folders.length - ups.length / '../'.length));
  return `/${[...kept, rest].join('/')}`;
}

/** Scheme and authority of a location, with the scheme of where it was said where it says none; null without authority. */
export function writtenAuthorityIn(location: string, ownScheme: string): string | null {
  const [, scheme = ownScheme, authority] = REFERENCE.exec(location) ?? [];
  return authority === undefined ? null : `${scheme}://${authority}`;
}

/** The authorization that a location's name and password stand for; null where it has none. */
export function credentialsIn(location: string): string | null {
  const [, , authority = ''] = REFERENCE.exec(location) ?? [];
  const [, name, password = ''] = /^([^:@]*):?([^@]*)@/.exec(authority) ?? [];
  if (name === undefined || (name === '' && password === '')) return null;
  return `Basic ${Buffer.from(`${decoded(name)}:${decoded(password)}`, 'latin1').toString('base64')}`;
}

function decoded(text: string): string {
  return text.replace(ENCODED, (_octet, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Bytes that no request line can hold stand for themselves, whatever encoding they were meant in. */
export function asAscii(latin1: string): string {
  return latin1.replace(NO_LINE_HOLDS, encodedByte);
}

function httpUrl(text: string, base?: string): URL | null {
  const url = URL.parse(text, base);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}

function schemeOf(origin: string): string {
  return origin.slice(0, origin.indexOf(':'));
}
