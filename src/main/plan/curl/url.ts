import { hostAsWritten } from '../../../requests/host-as-written.ts';
import { withoutDots } from '../../../requests/place.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase, the } from '../words.ts';
import { fromByteText } from './byte-text.ts';
import type { CurlOptions } from './curl-options.ts';
import { percentEncoded, urlQueryOf } from './data.ts';
import { expandGlob } from './glob.ts';
import { isUploadOfStdin } from './of-stdin.ts';

/** curl accepts one to three slashes. */
const LAX_SCHEME = /^(https?:)\/{1,3}(?!\/)/i;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
const AUTHORITY = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#]*/i;
const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i;
const EMPTY_CREDENTIALS = /^(?:[a-z][a-z\d+.-]*:\/\/)?:?@/i;
const PLACEHOLDER = /\{\{.*?\}\}/gs;
const NOT_IN_A_URL = /[\0-\x20\x7f]/;
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
  const read = urls.map((url) => {
    const lax = url.replace(LAX_SCHEME, '$1//');
    const whole = SCHEME.test(lax) ? lax : scheme + lax;
    checkAuthority(whole, setting.isAuthorized, problems);
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
  const named = file !== null && /(?:^|\/)$/.test(path) ? lowerHex(`${path || '/'}${nameOf(file)}`) : path;
  const walked = asIs ? named || '/' : withoutDots(named || '/');
  const wholeQuery = query === null ? ownQuery : joined(ownQuery, lowerHex(query));
  if (NOT_IN_A_URL.test((authority + walked + wholeQuery).replace(PLACEHOLDER, '')))
    problems.add(
      phrase`${the('curl', 'The URL of the curl command')} has a blank or a control character, which curl refuses: write a blank as %20.`,
    );
  const host = fromByteText(authority);
  if (host === null)
    problems.add(
      phrase`${the('curl', 'The URL of the curl command')} has a host that is not UTF-8: correct it.`,
    );
  const asciiPath = walked.replace(/[\x80-\xff]/g, (byte) => percentEncoded(byte).toLowerCase());
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
  return percentEncoded(path.slice(path.lastIndexOf('/') + 1));
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
