import type { Endpoint, Protocol } from '../protocol/endpoint.ts';
import { InvalidRequest, shown } from './invalid-request.ts';

/** The place a URL leads to. */
export type Place = Omit<Endpoint, 'addresses'>;

/** The part before the path; a backslash ends it too, as in browsers. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*/i;
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?[^/?#\\]*@/i;
/** A password cut off by a slash: no port has such characters. */
const CUT_CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)[^@[\]]*:(?=\d*[^\d@])[^@]{4,}$/i;
const BLANK = /\p{Cc}|\s/u;
const NEEDS_ENCODING = /[^\x21-\x7e]+/g;

/** The place of a URL that is known only when its request is filled in. */
export interface OpenPlace {
  readonly place: Place;
  /** The header for its user name and password; null without them. */
  readonly authorization: string | null;
}

export function placeOf(url: URL): Place {
  const secure = url.protocol === 'https:';
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
  };
}

/** @throws InvalidRequest if no request can be sent there */
export function openPlaceOf(authority: string): OpenPlace {
  const url = BLANK.test(authority) ? null : URL.parse(authority);
  if (url === null || !/^https?:$/.test(url.protocol) || url.port === '0') {
    const text = authority.replace(CREDENTIALS, '$1…@').replace(CUT_CREDENTIALS, '$1…');
    throw new InvalidRequest(
      'URL',
      `${shown(text)} is not a URL that can be sent to: give one such as http://host:8080`,
    );
  }
  return { place: placeOf(url), authorization: authorizationIn(url) };
}

/** Whether a protocol fits the place: one kind of HTTP/2 needs TLS, the other excludes it. */
export function fitsProtocol({ secure }: Pick<Place, 'secure'>, protocol: Protocol): boolean {
  return protocol === 'http/1.1' || secure === (protocol === 'h2');
}

/** @throws InvalidRequest if the protocol does not fit the place */
export function checkProtocol(place: Place, protocol: Protocol): void {
  if (fitsProtocol(place, protocol)) return;
  const how = protocol === 'h2' ? 'http2 is over TLS: give https://' : 'h2c is without TLS: give http://';
  throw new InvalidRequest('URL', `${shown(place.origin)}: ${how}`);
}

function authorizationIn({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    throw new InvalidRequest(
      'CREDENTIALS',
      'the user name or password in the URL cannot be read: write a % in it as %25',
    );
  }
}

/** Path and query by the URL standard: dot segments are resolved, some characters encoded. */
export function pathOf({ href, protocol }: URL): string {
  const from = href.indexOf('/', protocol.length + 2);
  const hash = href.indexOf('#', from);
  return href.slice(from, hash < 0 ? undefined : hash);
}

/** Scheme, user name and password, host and port of a URL's text. */
export function authorityIn(text: string): string {
  return AUTHORITY.exec(text)?.[0] ?? '';
}

/**
 * Path and query as written in a URL's text, which begin after `authorityLength` characters; encodes only characters
 * not allowed in a request line.
 */
export function writtenPathOf(text: string, authorityLength: number): string {
  const hash = text.indexOf('#', authorityLength);
  const written = text.slice(authorityLength, hash < 0 ? undefined : hash);
  const path = written.startsWith('/') ? written : written.replace(/^\\?/, '/');
  return path.replace(NEEDS_ENCODING, (piece) => encodeURIComponent(piece.toWellFormed()));
}

/** A byte, as a character of Latin-1, in percent-encoding. */
export function encodedByte(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Resolves dot segments in a path (RFC 3986, 5.2.4); `%2e` is left alone, as in curl. */
export function withoutDots(path: string): string {
  const segments = path.slice(1).split('/');
  const kept: string[] = [];
  segments.forEach((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  });
  return `/${kept.join('/')}`;
}
