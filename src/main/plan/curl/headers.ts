import { type Problems, quoted } from '../problems.ts';
import { headerLinesOf } from './data.ts';
import type { CurlOptions } from './options.ts';

// Set by the client itself; a browser's copy has the length of what was sent then.
const CONTENT_LENGTH = 'content-length';
const ALWAYS_SENT = new Set(['accept', 'host', 'user-agent']);
const CURL_ACCEPT_ENCODING = 'deflate, gzip, br, zstd';
const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';

/** What a curl command says of headers, as byte texts; a line of `--header` comes before any other option. */
export interface CurlHeaders {
  readonly lines: readonly string[];
  readonly cookie: string | undefined;
  readonly userAgent: string | undefined;
  /** Whether a line of them is the authorization. */
  readonly areAuthorized: boolean;
}

/** Reads everything that becomes a header; a body of `--data` is a form unless a content type is given. */
export function headersOf(options: CurlOptions, hasData: boolean, problems: Problems): CurlHeaders {
  const given = headerLinesOf(options, problems);
  const names = new Set(given.map(nameIn));
  const unlessGiven = (name: string, value: string | undefined): string[] =>
    value === undefined || names.has(name) ? [] : [`${name}: ${value}`];

  const bearer = options.last('oauth2-bearer')?.value;
  const referer = options.last('referer')?.value.replace(/;auto$/, '');
  const userAgent = names.has('user-agent') ? undefined : options.last('user-agent')?.value;
  if (userAgent === '') problems.add(leftOut("--user-agent ''"));
  return {
    lines: [
      ...unlessGiven('referer', referer === '' ? undefined : referer),
      ...unlessGiven('authorization', bearer === undefined ? undefined : `Bearer ${bearer}`),
      ...unlessGiven('accept-encoding', options.has('compressed') ? CURL_ACCEPT_ENCODING : undefined),
      ...unlessGiven('content-type', hasData ? FORM_CONTENT_TYPE : undefined),
      ...given.flatMap((line) => sentLine(line, problems)),
    ],
    cookie: cookieIn(options, names, problems),
    userAgent,
    areAuthorized: bearer !== undefined || names.has('authorization'),
  };
}

/** curl reads `Name:` as a header to leave out and `Name;` as one without a value. */
function sentLine(line: string, problems: Problems): string[] {
  const name = nameIn(line);
  if (/^[^:]*:\s*$/.test(line)) {
    if (ALWAYS_SENT.has(name)) problems.add(leftOut(`--header ${quoted(line.trim())}`));
    return [];
  }
  if (/^[^:;]+;\s*$/.test(line)) return [line.replace(/;\s*$/, ':')];
  return name === CONTENT_LENGTH ? [] : [line];
}

function leftOut(option: string): string {
  return `curl ${option}: volley always sends accept, host and user-agent: give a value, or leave it out.`;
}

function nameIn(line: string): string {
  return (/^[^:;]*/.exec(line)?.[0] ?? '').trim().toLowerCase();
}

function cookieIn(options: CurlOptions, names: ReadonlySet<string>, problems: Problems): string | undefined {
  const cookies = options.all('cookie');
  // Not quoted: it may be a cookie that was cut short.
  if (cookies.some((cookie) => !cookie.includes('=')))
    problems.add('curl --cookie: without a = it is a file of cookies, which is not read: give name=value.');
  return cookies.length === 0 || names.has('cookie') ? undefined : cookies.join('; ');
}
