import { jsonFaultIn } from '../../../requests/json-fault.ts';
import { readInput, whyUnread } from '../../files/input-files.ts';
import type { NamedRequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, givenUrl, type OptionWord, phrase, the, theHeader } from '../words.ts';
import type { Placeholders } from './placeholders.ts';

/** Stands for an origin that comes from rows. */
const SOME_URL = 'http://origin.invalid/';
const WITH_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The place of a target whose origin is known only when its URL has been filled in: nothing is sent there. */
export const OPEN_ORIGIN = { origin: new URL(SOME_URL).origin, hostname: '', port: 0, path: '' } as const;

/** Whether a URL stands for an origin that comes from rows. */
export function isOpen(url: URL): boolean {
  return url.origin === OPEN_ORIGIN.origin;
}

interface MarkedRequest {
  readonly marked: NamedRequestOptions;
  /** The whole URL with tokens, if its origin is open. */
  readonly openUrl: string | null;
}

/** The request with a token for every placeholder, each encoded as its place requires. */
export function markRequest(
  request: NamedRequestOptions,
  placeholders: Placeholders,
  problems: Problems,
): MarkedRequest {
  const { url, method, headers, body, json, dataUrlencode, form, cookie, userAgent } = request;
  const mark = <T extends string | undefined>(text: T, option: OptionWord): T =>
    (text === undefined ? text : placeholders.mark(text, option, 'raw')) as T;
  const { begin, rest } = markUrl(url, placeholders, problems);
  // An origin that is the same for every request is not open.
  const origin = placeholders.constant(begin);
  return {
    openUrl: origin === null ? begin + rest : null,
    marked: {
      ...request,
      url: origin === null ? SOME_URL : origin + rest,
      method: mark(method, the('method')),
      headers: headers?.map((line) => mark(line, theHeader(line))),
      body: typeof body === 'string' ? mark(body, the('body')) : body,
      json: json === undefined ? json : markJson(json, placeholders, problems),
      // Encoded with the field that it is part of.
      dataUrlencode: dataUrlencode?.map((field) => placeholders.mark(field, the('data-urlencode'), 'form')),
      form: form?.map((field) => mark(field, the('form'))),
      cookie: mark(cookie, the('cookie')),
      userAgent: mark(userAgent, the('user-agent')),
    },
  };
}

/**
 * The same for a recorded request, in which only what the user added has placeholders.
 *
 * @param count number of the headers, from the first, that the user added
 */
export function markOwnHeaders(
  request: NamedRequestOptions,
  count: number,
  placeholders: Placeholders,
): NamedRequestOptions {
  const { headers, cookie, userAgent } = request;
  const mark = <T extends string | undefined>(text: T, option: OptionWord): T =>
    (text === undefined ? text : placeholders.mark(text, option, 'raw')) as T;
  return {
    ...request,
    headers: headers?.map((line, index) => (index < count ? mark(line, theHeader(line)) : line)),
    cookie: mark(cookie, the('cookie')),
    userAgent: mark(userAgent, the('user-agent')),
  };
}

/**
 * The request with its name and password filled in. They are sent as one text in base64, so only what is the same for
 * every request can be filled in.
 */
export function withUserFilled(
  request: NamedRequestOptions,
  placeholders: Placeholders,
  problems: Problems,
): NamedRequestOptions {
  if (request.user === undefined) return request;
  const user = placeholders.constant(placeholders.mark(request.user, the('user'), 'raw'));
  if (user !== null) return { ...request, user };
  problems.add(
    phrase`${the('user')}: only {{env NAME}} and values of ${the('set')} can be filled in here. For one that differs from request to request, put name:password in base64 into the rows and give it as ${the('header')} 'authorization: Basic {{column}}'.`,
  );
  return request;
}

/** A placeholder at the beginning of a URL is a URL or the beginning of one, and stays as it is. The rest is encoded. */
function markUrl(
  url: string,
  placeholders: Placeholders,
  problems: Problems,
): { begin: string; rest: string } {
  const before = problems.size;
  const option = phrase`${the('url')} ${givenUrl(url)}`;
  const beginEnd = openBeginLength(url);
  const begin = url.slice(0, beginEnd);
  const needsScheme = begin !== '' && !begin.startsWith('{{') && !WITH_SCHEME.test(begin);
  const marked = {
    begin: placeholders.mark(needsScheme ? `http://${begin}` : begin, option, 'raw'),
    rest: placeholders.mark(url.slice(beginEnd), option, 'url'),
  };
  // Without its placeholders there is nothing more to check.
  return problems.size > before ? { begin: '', rest: SOME_URL } : marked;
}

/** Length of scheme, host and port, if they contain placeholders; otherwise 0. */
function openBeginLength(url: string): number {
  const last = url.lastIndexOf('}}');
  let isOpen = false;
  let at = WITH_SCHEME.exec(url)?.[0].length ?? 0;
  while (at < url.length && !'/?#'.includes(url[at] ?? '')) {
    const close = at < last && url.startsWith('{{', at) ? url.indexOf('}}', at + 2) : -1;
    isOpen ||= close >= 0;
    at = close < 0 ? at + 1 : close + 2;
  }
  return isOpen ? at : 0;
}

const PLACEHOLDER = /\{\{[^{}]*\}\}/g;

/** Nothing of a file is repeated: it may have secrets. */
function markJson(json: string, placeholders: Placeholders, problems: Problems): string {
  if (!json.startsWith('@')) return markJsonText(json, placeholders, problems);
  const text = jsonText(json, problems);
  const fault = faultBetween(text);
  const before = problems.size;
  const marked = placeholders.mark(text, the('json'), 'json');
  if (problems.size > before) return 'null';
  if (fault === null && jsonFaultIn(marked) === null) return marked;
  const where = fault === null ? 'a placeholder' : `line ${fault.line}, column ${fault.column}`;
  problems.add(phrase`${the('json')} ${given(json)}: the file is not JSON at ${where}: fix it there.`);
  return 'null';
}

/** With placeholders, a fault is reported here by its place in the text as given. */
function markJsonText(json: string, placeholders: Placeholders, problems: Problems): string {
  const before = problems.size;
  const marked = placeholders.mark(json, the('json'), 'json');
  if (problems.size > before) return 'null';
  const fault = marked === json ? null : faultBetween(json);
  if (fault === null) return marked;
  const line = fault.line === 1 ? '' : `line ${fault.line}, `;
  problems.add(
    phrase`${the('json')} ${given(json)} is not JSON from ${line}column ${fault.column} on: fix it there.`,
  );
  return 'null';
}

/** As a value and within a text a placeholder stands where digits may. */
function faultBetween(text: string): ReturnType<typeof jsonFaultIn> {
  return jsonFaultIn(text.replace(PLACEHOLDER, (whole) => '1'.repeat(whole.length)));
}

function jsonText(json: string, problems: Problems): string {
  const path = json.slice(1);
  try {
    return readInput(path)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } catch (error) {
    problems.add(phrase`${the('json')} ${given(json)}: the file ${whyUnread(error)}`);
    return 'null';
  }
}
