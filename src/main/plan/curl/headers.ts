import { withoutBlanks } from '../../../requests/header-text.ts';
import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase } from '../words.ts';
import { type CurlCookies, cookiesOf } from './cookies.ts';
import type { CurlBody } from './curl-body.ts';
import type { CurlOptions } from './curl-options.ts';
import { headerLinesOf } from './data.ts';

// Set by the client itself; in a command copied from a browser it is the length of the original body.
const CONTENT_LENGTH = 'content-length';
const OMITTABLE = new Set(['accept', 'user-agent']);
const CURL_ACCEPT_ENCODING = 'deflate, gzip, br, zstd';
const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const SENT_CONNECTION = /^(?:close|keep-alive)?$/i;

/** The headers of a curl command, as byte texts; lines of `--header` take precedence over other options. */
export interface CurlHeaders {
  readonly lines: readonly string[];
  /** Lower-case names of default headers that are not sent. */
  readonly leftOut: readonly string[];
  readonly cookies: CurlCookies;
  /** The value of a given `host` header. */
  readonly host: string | undefined;
  /** On a redirect, the referer is the URL that led there. */
  readonly refersToWayBefore: boolean;
  readonly userAgent: string | undefined;
  /** Whether one of the lines is an authorization. */
  readonly areAuthorized: boolean;
  /** Whether the content type comes from the body, and is dropped with it. */
  readonly hasTypeOfBody: boolean;
}

/** Reads everything that becomes a header; a `--data` body is a form unless a content type is given. */
export function headersOf(options: CurlOptions, body: CurlBody, problems: Problems): CurlHeaders {
  const given = headerLinesOf(options, problems).filter(isHeader);
  const names = new Set(given.map(nameIn));
  const unlessGiven = (name: string, value: string | undefined): string[] =>
    value === undefined || names.has(name) ? [] : [`${name}: ${value}`];

  const isJson = options.last('json') !== undefined;
  const bearer = options.last('oauth2-bearer')?.value;
  const written = options.last('referer')?.value;
  const referer = written?.replace(/;auto.*$/s, '');
  const userAgent = names.has('user-agent') ? undefined : options.last('user-agent')?.value;
  for (const line of given) checkLine(line, body, problems);
  checkAuthorization(options, names, problems);
  const dataType = isJson ? JSON_TYPE : body.data !== null && !body.isQuery ? FORM_CONTENT_TYPE : undefined;
  return {
    lines: [
      ...unlessGiven('referer', referer === '' ? undefined : referer),
      ...unlessGiven('authorization', bearer === undefined ? undefined : `Bearer ${bearer}`),
      ...unlessGiven('accept-encoding', options.has('compressed') ? CURL_ACCEPT_ENCODING : undefined),
      ...unlessGiven('range', rangeIn(options, body, problems)),
      ...unlessGiven('accept', isJson ? JSON_TYPE : undefined),
      ...unlessGiven('content-type', dataType),
      ...given.flatMap(sentLine),
    ],
    leftOut: [...given.filter(isRemoval).map(nameIn), ...(userAgent === '' ? ['user-agent'] : [])].filter(
      (name) => OMITTABLE.has(name),
    ),
    cookies: cookiesOf(options, names, problems),
    refersToWayBefore: written !== referer && !names.has('referer'),
    host: given.find((line) => nameIn(line) === 'host')?.replace(/^[^:;]*[:;][ \t]*/, ''),
    userAgent: userAgent === '' ? undefined : userAgent,
    areAuthorized: bearer !== undefined || names.has('authorization'),
    // The content type of --json counts as a header given by --header.
    hasTypeOfBody: !isJson && !names.has('content-type'),
  };
}

/** curl drops lines without a colon, unless the last character is a semicolon. */
function isHeader(line: string): boolean {
  return line.includes(':') || /^[^;]*;$/.test(line);
}

/** `Name:` removes a header. */
function isRemoval(line: string): boolean {
  return /^[^:;]*:[ \t\r\n]*$/.test(line);
}

/** `Name;` sends a header without a value. */
function sentLine(line: string): string[] {
  if (isRemoval(line)) return [];
  if (!line.includes(':')) return [line.replace(/;$/, ':')];
  return nameIn(line) === CONTENT_LENGTH ? [] : [line];
}

/** Of several kinds of authorization curl sends none before it is asked; with Digest no body either. */
function checkAuthorization(options: CurlOptions, names: ReadonlySet<string>, problems: Problems): void {
  const isHeader = names.has('authorization');
  if (options.last('oauth2-bearer')?.value === '' && !isHeader)
    problems.add(phrase`${ofCurl('--oauth2-bearer')} is empty: give the token, or leave the option out.`);
  const other = (['basic', 'digest'] as const).find((kind) => options.has(kind));
  if (options.last('oauth2-bearer') !== undefined && other !== undefined && !isHeader)
    problems.add(
      phrase`${ofCurl('--oauth2-bearer')} with --${other}: curl sends neither before it is asked: give one of them.`,
    );
  else if (isHeader && options.has('digest'))
    problems.add(phrase`${ofCurl('--digest')} with an Authorization header: give one of them.`);
}

function checkLine(line: string, body: CurlBody, problems: Problems): void {
  const name = nameIn(line);
  const isEmptyOne = /^[^:;]*;/.test(line);
  if (isEmptyOne && (name === 'host' || (name === 'content-type' && body.form !== undefined)))
    problems.add(
      phrase`${ofCurl('--header')} ${given(line.replace(/;.*$/s, ';'))}: give it with a colon and a value, or leave it out.`,
    );
  if (isRemoval(line)) {
    if (name === 'host')
      problems.add(
        phrase`${ofCurl('--header')} ${given('Host:')}: a request has a host: give a value, or leave it out.`,
      );
    else if (name === CONTENT_LENGTH && (body.body ?? body.json ?? body.form) !== undefined)
      problems.add(
        phrase`${ofCurl('--header')} ${given('Content-Length:')} with a body: without its length nobody knows where it ends: leave one of them out.`,
      );
    else if (name === 'content-type' && body.form !== undefined)
      problems.add(
        phrase`${ofCurl('--header')} ${given('Content-Type:')} with --form: a form says its boundary there: leave one of them out.`,
      );
  } else if (name === 'connection') {
    const value = withoutBlanks(line.slice(line.indexOf(':') + 1));
    if (!SENT_CONNECTION.test(value))
      problems.add(
        phrase`${ofCurl('--header')} ${given(line)}: volley says keep-alive or close there: leave the header out.`,
      );
  }
}

function nameIn(line: string): string {
  return (/^[^:;]*/.exec(line)?.[0] ?? '').trim().toLowerCase();
}

/** `--range` and `--continue-at` as a header value; one end is enough. */
function rangeIn(options: CurlOptions, body: CurlBody, problems: Problems): string | undefined {
  const option = options.last('range', 'continue-at');
  if (option === undefined) return undefined;
  const { name, value } = option;
  const isRange = name === 'range' ? /^\d*(?:-\d*)?(?:,\d*-\d*)*$/.test(value) : /^\d+$/.test(value);
  if (!isRange || value === '') {
    problems.add(
      phrase`${ofCurl(`--${name}`)} ${quoted(value)}: give bytes, such as ${name === 'range' ? '0-99' : '100'}.`,
    );
    return undefined;
  }
  if (body.isUpload || body.form !== undefined || (body.data !== null && !body.isQuery)) {
    problems.add(phrase`${ofCurl(`--${name}`)} with a body: give the header that you mean with --header.`);
    return undefined;
  }
  if (name === 'continue-at' && Number(value) === 0) return undefined;
  return `bytes=${value.includes('-') ? value : `${value}-`}`;
}
