import { isIPv4 } from 'node:net';
import { hostAsWritten } from '../../../requests/host-as-written.ts';
import { withoutDots } from '../../../requests/place.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase, the } from '../words.ts';
import { fromByteText } from './byte-text.ts';
import type { CurlOptions } from './curl-options.ts';
import { percentEncoded, urlQueryOf } from './data.ts';
import { expandGlob } from './glob.ts';
import { isUploadOfStdin } from './of-stdin.ts';
import { checkAllowed } from './protocols.ts';

/** curl accepts one to three slashes. */
const LAX_SCHEME = /^(https?:)\/{1,3}(?!\/)/i;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
const AUTHORITY = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#]*/i;
const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i;
const EMPTY_CREDENTIALS = /^(?:[a-z][a-z\d+.-]*:\/\/)?:?@/i;
const PLACEHOLDER = /\{\{.*?\}\}/gs;
const NOT_IN_A_URL = /[\0-\x20\x7f]/;
const NOT_IN_A_HOST = /[!"$&'()*+,;<=>[\]^`{|}]/;
/** An address of IPv4 as curl reads it, in decimal, octal or hexadecimal numbers. */
const ADDRESS = /^(?:0x[\da-f]+|\d+)(?:\.(?:0x[\da-f]+|\d+)){0,3}\.?$/i;
const DEFAULT_SCHEMES = new Set(['http', 'https']);

/** One URL of a command. */
export interface CurlUrl {
  readonly url: string;
  /** Path and query as they go over the wire, in Latin-1, if they differ from the URL's. */
  readonly requestTarget?: string;
  /** The `host` header, if it differs from what the URL implies: curl keeps the host as written, such as its case. */
  readonly hostAsWritten?: string;
  /** Cookies, if they depend on the URL: those from files. */
  readonly cookie?: string;
}

/** What affects how a command's URLs are read. */
interface UrlSetting {
  /** The data of `--get`, as a byte text. */
  readonly query: string | null;
  /** Credentials are given by an option or a header. */
  readonly isAuthorized: boolean;
}

/**
 * The URLs that a curl command requests: sets and ranges are expanded, dots resolved,
 * data for the query is added, and the name of an `--upload-file` is appended to a path without one. Null
 * if a problem has been noted. Sentences never quote a URL, since it may contain a password.
 */
export function urlsOf(options: CurlOptions, setting: UrlSetting, problems: Problems): CurlUrl[] | null {
  // After an option that was not understood, a word may be its value.
  if (!options.areUnderstood) return null;
  const written = options.all('url');
  if (written.length === 0) {
    if (!options.areAllThere) return null;
    problems.add(phrase`${the('curl', 'The curl command')} has no URL: add one.`);
    return null;
  }
  const before = problems.size;
  const urls = options.has('globoff') ? written : written.flatMap((url) => expandGlob(url, problems) ?? []);
  if (options.last('upload-file')?.value && urls.length > 1)
    problems.add(phrase`${ofCurl('--upload-file')} with several URLs: give one URL.`);
  const query = setting.query ?? urlQueryOf(options, problems);
  const asIs = options.has('path-as-is');
  const upload = options.last('upload-file')?.value || null;
  // Stdin has no name that could be appended.
  const file = upload !== null && isUploadOfStdin(upload) ? null : upload;
  const target = options.last('request-target')?.value;
  if (target !== undefined && (!target.startsWith('/') || NOT_IN_A_URL.test(target))) {
    const shown = given(fromByteText(target) ?? target);
    problems.add(
      target.startsWith('/')
        ? phrase`${ofCurl('--request-target')} ${shown} has a character that no path may have: encode it, a blank as %20.`
        : phrase`${ofCurl('--request-target')} ${shown}: give a path that begins with a /.`,
    );
  }
  const scheme = defaultSchemeIn(options, problems);
  if (problems.size > before) return null;
  const isProxied =
    (options.last('proxy')?.value ?? '') !== '' &&
    !options.has('proxytunnel') &&
    options.last('noproxy') === undefined;
  const read = urls.map((url) => {
    const lax = url.replace(LAX_SCHEME, '$1//');
    const whole = SCHEME.test(lax) ? lax : scheme + lax;
    checkAuthority(whole, setting.isAuthorized, problems);
    checkHost(whole, problems);
    checkAllowed(options, whole, problems);
    if (isProxied && /^[^?#]*[-ÿ]/.test(whole.replace(AUTHORITY, '')))
      problems.add(
        phrase`${the('curl', 'The URL of the curl command')} has a path beyond ASCII, which curl gives a proxy as it is: write it percent-encoded.`,
      );
    if (!setting.isAuthorized && options.has('digest') && CREDENTIALS.test(whole))
      problems.add(
        phrase`${the('curl', 'The URL of the curl command')} has a name and password, which --digest does not send before it is asked: give them with ${'--user'}.`,
      );
    const own = setting.isAuthorized ? whole.replace(CREDENTIALS, '$1') : whole;
    return urlOf(own, { file, query, asIs, target }, problems);
  });
  return problems.size > before ? null : read;
}

/** Refuses what the URL standard reads differently than curl. */
function checkAuthority(url: string, isAuthorized: boolean, problems: Problems): void {
  const name = the('curl', 'The URL of the curl command');
  const authority = AUTHORITY.exec(url)?.[0] ?? '';
  if (authority.includes('\\'))
    problems.add(phrase`${name} has a \\ in its host, which curl refuses: write / where the path begins.`);
  if (SCHEME.test(url) && /^[^:]+:\/\/$/.test(authority))
    problems.add(
      phrase`${name} has no host, which curl refuses: write two slashes after the scheme, and the host.`,
    );
  if (!isAuthorized && EMPTY_CREDENTIALS.test(authority))
    problems.add(
      phrase`${name} has an empty name before its @: leave the @ out, or say ${"--user ':'"} to send one.`,
    );
}

/** Refuses names and passwords, and hosts, that curl refuses or does not read as the URL standard does. */
function checkHost(url: string, problems: Problems): void {
  const name = the('curl', 'The URL of the curl command');
  const authority = (AUTHORITY.exec(url)?.[0] ?? '').replace(PLACEHOLDER, 'x').replace(SCHEME, '');
  const [, credentials = '', host = ''] = /^(?:(.*)@)?(\[.*\]|[^:]*)/s.exec(authority) ?? [];
  if (url.startsWith('/'))
    problems.add(phrase`${name} begins with a /, which curl refuses: write the host first.`);
  else if (credentials.includes('@'))
    problems.add(phrase`${name} has an @ in its name or password, which curl refuses: write it as %40.`);
  else if (credentials.includes('%00'))
    problems.add(
      phrase`${name} has a byte of zero in its name or password, which curl refuses: leave it out.`,
    );
  else if (!host.startsWith('[') && NOT_IN_A_HOST.test(host))
    problems.add(phrase`${name} has a character in its host that curl refuses there: correct it.`);
  else if (isIPv4(URL.parse(`http://${host}`)?.hostname ?? '') && !ADDRESS.test(host))
    problems.add(phrase`${name} has a host that is an address to others and a name to curl: write it out.`);
}

function defaultSchemeIn(options: CurlOptions, problems: Problems): string {
  const scheme = options.text('proto-default');
  if (scheme === undefined) return '';
  if (DEFAULT_SCHEMES.has(scheme.toLowerCase())) return `${scheme}://`;
  problems.add(phrase`${ofCurl('--proto-default')} ${given(scheme)}: choose http or https.`);
  return '';
}

interface Additions {
  readonly file: string | null;
  readonly query: string | null;
  readonly asIs: boolean;
  readonly target: string | undefined;
}

/** @param given a byte text */
function urlOf(given: string, { file, query, asIs, target }: Additions, problems: Problems): CurlUrl {
  const authority = AUTHORITY.exec(given)?.[0] ?? '';
  const rest = given.slice(authority.length).replace(/#.*$/s, '');
  const [, path = '', ownQuery = ''] = /^([^?]*)(.*)$/s.exec(rest) ?? [];
  const walked = withoutDots(path || '/');
  const isNamed = file !== null && walked.endsWith('/');
  const named = isNamed ? lowerHex(`${walked}${nameOf(file)}`) : walked;
  // A URL to which curl adds something is written anew, --path-as-is or not.
  const sentPath = asIs && !isNamed && query === null ? path || '/' : named;
  const keptQuery = isNamed && ownQuery === '?' ? '' : ownQuery;
  const wholeQuery = query === null ? keptQuery : joined(keptQuery, lowerHex(query));
  if (NOT_IN_A_URL.test((given + wholeQuery).replace(PLACEHOLDER, '')))
    problems.add(
      phrase`${the('curl', 'The URL of the curl command')} has a blank or a control character, which curl refuses: write a blank as %20.`,
    );
  const host = fromByteText(authority);
  if (host === null)
    problems.add(
      phrase`${the('curl', 'The URL of the curl command')} has a host that is not UTF-8: correct it.`,
    );
  const asciiPath = sentPath.replace(/[\x80-\xff]/g, (byte) => percentEncoded(byte).toLowerCase());
  const url = `${host ?? ''}${asciiPath}`;
  const name = host === null ? null : hostAsWritten(host);
  const written = name === null ? {} : { hostAsWritten: name };
  // curl sends non-ASCII bytes of a query unchanged.
  const isAscii = !/[\x80-\xff]/.test(wholeQuery);
  if (isAscii && target === undefined) return { url: url + wholeQuery, ...written };
  return {
    url: url + (fromByteText(wholeQuery) ?? percentEncodedQuery(wholeQuery)),
    requestTarget: target ?? asciiPath + wholeQuery,
    ...written,
  };
}

function percentEncodedQuery(query: string): string {
  return query.replace(/[\x80-\xff]/g, (byte) => percentEncoded(byte));
}

function nameOf(path: string): string {
  // Either ends a folder for curl, on every system.
  return percentEncoded(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1));
}

/** curl writes what it adds to a URL so, whatever the case was. */
function lowerHex(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (octet) => octet.toLowerCase());
}

function joined(query: string, more: string): string {
  // Two empty queries leave nothing.
  if (query === '' || query === '?') return more === '' ? '' : `?${more}`;
  return `${query}${/[?&]$/.test(query) ? '' : '&'}${more}`;
}
