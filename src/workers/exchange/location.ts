import type { CurlRedirects } from '../../protocol/request.ts';
import { withoutBlanks } from '../../requests/header-text.ts';
import { encodedByte, type Place, pathOf, placeOf, withoutDots } from '../../requests/place.ts';

/** Scheme, authority, path and query of a reference (RFC 3986, appendix B). */
const REFERENCE = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/is;
const ENCODED = /%([\da-f]{2})/gi;
const CONTROLS = /[^\x20-\x7e\x80-\xff]/;
/** What curl takes for a scheme, such as the address in `127.0.0.1:80/`. */
const BEGINS_WITH_SCHEME = /^[a-z\d+.-]{1,40}:/i;
/** curl accepts one to three slashes after a scheme. */
const LAX_SLASHES = /^(https?:)\/{1,3}(?!\/)/i;
const NO_LINE_HOLDS = /[^\x21-\x7e]/g;

/** Where a location leads. */
interface Destination {
  readonly place: Place;
  /** Path and query as they go over the wire. */
  readonly path: string;
}

/**
 * Resolves a location, in Latin-1, against the request that it answers; `path` is that request's path and query. Dot
 * segments are resolved. Everything else stays as written, even where the URL standard would rewrite it (`{}`, `'`, `%2e`),
 * so that the target recognizes it. With `curl`, it is read and written as curl does. Null if it is not an http or https
 * URL.
 */
export function destinationOf(
  given: string,
  origin: string,
  path: string,
  curl: Pick<CurlRedirects, 'pathAsIs'> | null = null,
): Destination | null {
  const location = curl === null ? withoutBlanks(given) : readByCurl(withoutBlanks(given));
  if (location === null) return null;
  const [, scheme, authority, ownPath = '', query] = REFERENCE.exec(location) ?? [];
  if (authority === undefined && scheme !== undefined) {
    // Such as http:/path, which browsers accept.
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
  const whole = isWhole ? ownPath || '/' : (curl === null ? joined : joinedByCurl)(base, ownPath);
  return { place: placeOf(url), path: written(asIs ? whole : withoutDots(whole), query ?? '') };
}

function asStandard(path: string, query: string): string {
  return asAscii(path + query);
}

/** Blanks in the query become pluses, an empty query is dropped, and hex digits are lower case. */
function asCurl(path: string, query: string): string {
  const text = path + (query === '?' ? '' : query.replaceAll(' ', '+'));
  return text.replace(NO_LINE_HOLDS, (byte) => encodedByte(byte).toLowerCase());
}

function joined(base: string, relative: string): string {
  return base.slice(0, base.lastIndexOf('/') + 1) + relative;
}

/** A location with two slashes after its scheme; null if curl does not follow it. */
function readByCurl(location: string): string | null {
  if (CONTROLS.test(location)) return null;
  if (!BEGINS_WITH_SCHEME.test(location)) return location;
  return LAX_SLASHES.test(location) ? location.replace(LAX_SLASHES, '$1//') : null;
}

/** Even if dot segments stay, those at the beginning of a location lead upwards, as with curl. */
function joinedByCurl(base: string, relative: string): string {
  const [, ups = '', rest = ''] = /^(?:\.\/)?((?:\.\.\/)*)(.*)$/s.exec(relative) ?? [];
  const folders = base.split('/').slice(1, -1);
  const kept = folders.slice(0, Math.max(0, folders.length - ups.length / '../'.length));
  // What begins with a slash then gets no other.
  return `/${[...kept, rest.replace(/^\//, '')].join('/')}`;
}

/** Scheme and authority of a location; without a scheme, that of the request. Null without an authority. */
export function writtenAuthorityIn(location: string, ownScheme: string): string | null {
  const [, scheme = ownScheme, authority] = REFERENCE.exec(readByCurl(location) ?? '') ?? [];
  return authority === undefined ? null : `${scheme}://${authority}`;
}

/**
 * The authorization from a location's user name and password; null without them. A name alone goes with the password
 * of the authorization before, as in curl.
 */
export function credentialsIn(location: string, before: string | null): string | null {
  const [, , authority = ''] = REFERENCE.exec(readByCurl(location) ?? '') ?? [];
  const [, name, given] = /^([^:@]*)(?::([^@]*))?@/.exec(authority) ?? [];
  if (name === undefined || (name === '' && !given)) return null;
  const password = given === undefined ? passwordIn(before ?? '') : decoded(given);
  return `Basic ${Buffer.from(`${decoded(name)}:${password}`, 'latin1').toString('base64')}`;
}

function passwordIn(authorization: string): string {
  const pair = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('latin1');
  return pair.replace(/^[^:]*:?/, '');
}

function decoded(text: string): string {
  return text.replace(ENCODED, (_octet, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Percent-encodes bytes that a request line cannot contain, whatever their encoding. */
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
