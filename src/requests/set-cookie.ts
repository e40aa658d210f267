import { isIP } from 'node:net';
import type { Cookie } from '../protocol/cookie.ts';
import { NOT_IN_A_HEADER, withoutBlanks } from './header-text.ts';

/** The origin of an answer, or the destination of a request. */
export interface CookiePlace {
  /** In lower case, without the brackets of IPv6. */
  readonly host: string;
  /** Over TLS, or to this machine, which browsers trust equally. */
  readonly isSecure: boolean;
  /** Without the query. */
  readonly path: string;
}

const LONGEST_COOKIE = 4_096;
const MS_PER_SECOND = 1_000;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DATE_DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;

/**
 * Parses a `set-cookie` field (RFC 6265, 5.2 and 5.3); null if its sender may not set the cookie.
 *
 * @param nowMs time since 1970
 * @param pathFrom the path from what its attribute says, which may be empty
 */
export function readSetCookie(
  field: string,
  from: CookiePlace,
  nowMs: number,
  pathFrom: (said: string | null) => string | null = (said) => (said?.startsWith('/') ? said : null),
): Cookie | null {
  if (NOT_IN_A_HEADER.test(field)) return null;
  const end = field.indexOf(';');
  const pair = end < 0 ? field : field.slice(0, end);
  const equals = pair.indexOf('=');
  // Browsers read a pair without an equals sign as a value without a name.
  const name = equals < 0 ? '' : withoutBlanks(pair.slice(0, equals));
  const value = withoutBlanks(pair.slice(equals + 1));
  if ((name === '' && value === '') || name.length + value.length > LONGEST_COOKIE) return null;
  const said = end < 0 ? NO_ATTRIBUTES : attributesIn(field.slice(end + 1));
  const { domain, path } = said;
  const isHostOnly = domain === '' || domain === from.host;
  if (!isHostOnly && !(isBelow(from.host, domain) && domain.includes('.'))) return null;
  if (said.isSecure && !from.isSecure) return null;
  if (!keepsPrefix(name, said, domain === '')) return null;
  return {
    name,
    value,
    domain: isHostOnly ? from.host : domain,
    // A host that names itself as the domain includes its subdomains, unless it is an address.
    isHostOnly: domain === '' || isIP(from.host) !== 0,
    path: pathFrom(path) ?? folderOf(from.path),
    isSecure: said.isSecure,
    expiresAtMs:
      said.maxAgeSeconds !== null
        ? said.maxAgeSeconds <= 0
          ? Number.NEGATIVE_INFINITY
          : nowMs + said.maxAgeSeconds * MS_PER_SECOND
        : (said.expiresAtMs ?? Number.POSITIVE_INFINITY),
  };
}

/** Whether a cookie is sent with a request. */
export function isFor({ domain, isHostOnly, path, isSecure }: Cookie, to: CookiePlace): boolean {
  if (isSecure && !to.isSecure) return false;
  if (domain !== to.host && (isHostOnly || !isBelow(to.host, domain))) return false;
  if (!to.path.startsWith(path)) return false;
  return path.length === to.path.length || path.endsWith('/') || to.path[path.length] === '/';
}

/** Whether a host is this machine: `secure` cookies are sent there without TLS too, as in browsers. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return host.startsWith('127.') && isIP(host) === 4;
}

interface Attributes {
  readonly domain: string;
  /** Null without the attribute. */
  readonly path: string | null;
  readonly isSecure: boolean;
  readonly maxAgeSeconds: number | null;
  readonly expiresAtMs: number | null;
}

const NO_ATTRIBUTES: Attributes = {
  domain: '',
  path: null,
  isSecure: false,
  maxAgeSeconds: null,
  expiresAtMs: null,
};

/** Parses attributes; the last one counts if repeated. */
function attributesIn(text: string): Attributes {
  const found: { -readonly [K in keyof Attributes]: Attributes[K] } = { ...NO_ATTRIBUTES };
  for (const attribute of text.split(';')) {
    const equals = attribute.indexOf('=');
    const value = equals < 0 ? '' : withoutBlanks(attribute.slice(equals + 1));
    switch ((equals < 0 ? attribute : attribute.slice(0, equals)).trim().toLowerCase()) {
      case 'domain':
        found.domain = value.replace(/^\./, '').toLowerCase();
        break;
      case 'path':
        if (equals >= 0) found.path = value;
        break;
      case 'secure':
        found.isSecure = true;
        break;
      case 'max-age':
        if (/^-?\d+$/.test(value)) found.maxAgeSeconds = Number(value);
        break;
      case 'expires':
        found.expiresAtMs = cookieDateMs(value) ?? found.expiresAtMs;
        break;
    }
  }
  return found;
}

/** Whether a cookie meets what its name's prefix requires; otherwise it is rejected. */
function keepsPrefix(name: string, { isSecure, path }: Attributes, isOfHost: boolean): boolean {
  if (/^__secure-/i.test(name)) return isSecure;
  if (/^__host-/i.test(name)) return isSecure && isOfHost && path === '/';
  return true;
}

function isBelow(host: string, domain: string): boolean {
  return host.length > domain.length && host.endsWith(`.${domain}`) && isIP(host) === 0;
}

/** The default path of a cookie. */
function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** Parses a date in any form used by servers (RFC 6265, 5.1.1) to milliseconds since 1970; null if invalid. */
function cookieDateMs(text: string): number | null {
  let time: readonly number[] | null = null;
  let day: number | null = null;
  let month: number | null = null;
  let year: number | null = null;
  for (const token of text.split(DATE_DELIMITERS)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token);
    const dayDigits = /^(\d{1,2})(?:\D|$)/.exec(token);
    const monthAt = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    const yearDigits = /^(\d{2,4})(?:\D|$)/.exec(token);
    if (time === null && clock !== null) time = clock.slice(1, 4).map(Number);
    else if (day === null && dayDigits !== null) day = Number(dayDigits[1]);
    else if (month === null && monthAt >= 0) month = monthAt;
    else if (year === null && yearDigits !== null) year = fullYear(Number(yearDigits[1]));
  }
  if (time === null || day === null || month === null || year === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = time;
  if (day < 1 || day > 31 || year < 1601 || hours > 23 || minutes > 59 || seconds > 59) return null;
  const date = new Date(Date.UTC(year, month, day, hours, minutes, seconds));
  return date.getUTCDate() === day ? date.getTime() : null;
}

function fullYear(digits: number): number {
  if (digits >= 70 && digits <= 99) return digits + 1_900;
  return digits <= 69 ? digits + 2_000 : digits;
}
