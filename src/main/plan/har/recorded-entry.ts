import { z } from 'zod';
import { HOST_FIELD, NOT_IN_A_HEADER, TOKEN, withoutBlanks } from '../../../requests/header-text.ts';
import { recordedBody, Unusable } from './har-body.ts';

/** One request of a recording. */
export interface HarRequest {
  /** Method and path, such as `GET /users`. */
  readonly name: string;
  readonly method: string;
  readonly url: string;
  /** `Name: value` lines, without headers that belong to the recording's connection. */
  readonly headers: readonly string[];
  readonly body?: string | Uint8Array;
}

/** The recorded answer to a request, and its time. */
export interface HarAnswer {
  /** Null if unknown. */
  readonly startedMs: number | null;
  readonly tookMs: number;
  /** 0 without an answer. */
  readonly status: number;
  /** The target of a redirect, as a whole URL; null if it is not a redirect. */
  readonly redirectUrl: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** Null if it was not recorded, or is not text. */
  readonly text: string | null;
}

const TEXT = z.string().nullish();
const PAIR = z.object({ name: z.string(), value: z.string().nullish() });
const PAIRS = z.array(PAIR).nullish();
const ENTRY = z.object({
  pageref: z.unknown().optional(),
  _resourceType: z.unknown().optional(),
  startedDateTime: z.unknown().optional(),
  time: z.number().nullish().catch(null),
  _fromCache: z.unknown().optional(),
  request: z.object({
    method: z.string(),
    url: z.string(),
    headers: PAIRS,
    bodySize: z.number().nullish().catch(null),
    cookies: PAIRS.catch(null),
    queryString: PAIRS.catch(null),
    postData: z
      .object({
        mimeType: TEXT,
        text: TEXT,
        encoding: TEXT,
        params: z
          .array(z.object({ name: z.string(), value: TEXT, fileName: TEXT, contentType: TEXT }))
          .nullish(),
      })
      .nullish(),
  }),
  response: z
    .object({
      status: z.number(),
      redirectURL: TEXT,
      headers: PAIRS.catch(null),
      content: z.object({ text: TEXT, encoding: TEXT }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

/** An entry as recorded, with its URL; null if that is neither http:// nor https://. */
export interface RecordedEntry {
  readonly entry: z.infer<typeof ENTRY>;
  readonly url: URL | null;
}

// Headers on how the recording's connection or its proxy carried a request; the client sets its own.
const CONNECTION_HEADERS = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'te',
  'http2-settings',
  'proxy-authorization',
]);
const SHOWN_CHARACTERS = 40;

/** @throws Unusable if the entry has the wrong shape, or its URL cannot be read */
export function recordedEntry(value: unknown): RecordedEntry {
  const { data, error } = ENTRY.safeParse(value);
  if (data === undefined) throw new Unusable(misshapen(error.issues[0]));
  const url = URL.parse(data.request.url);
  if (url === null || url.port === '0') throw new Unusable('request.url is not a URL');
  const isWebSocket = data._resourceType === 'websocket';
  return { entry: data, url: /^https?:$/.test(url.protocol) && !isWebSocket ? url : null };
}

/** @throws Unusable if the request cannot be sent as recorded */
export function requestOf({ entry }: RecordedEntry, target: URL): HarRequest {
  checkWasSent(entry);
  const { request } = entry;
  const { method } = request;
  if (!TOKEN.test(method) || method.toUpperCase() === 'CONNECT')
    throw new Unusable('request.method is not one that can be sent');
  const headers = headersOf(request.headers ?? [], target);
  const names = new Set(headers.map(({ name }) => name.toLowerCase()));
  const hasCredentials = target.username !== '' || target.password !== '';
  if (hasCredentials && !isReadable(target))
    throw new Unusable('the user name or password of request.url cannot be read');
  const body = recordedBody(request.postData ?? null, headers.find(isContentType)?.value ?? null);
  if (body === null && hadBody(request)) throw new Unusable('its body was not recorded');
  const added = [
    ...(names.has('cookie') ? [] : cookieOf(request.cookies ?? [])),
    ...(body === null || names.has('content-type') ? [] : [`content-type: ${body.contentType}`]),
  ];
  if (added.some((line) => NOT_IN_A_HEADER.test(line)))
    throw new Unusable('a cookie or the type of the body has a character that no header may have');
  return {
    name: `${method} ${target.pathname}`,
    method,
    url: urlOf(request, hasCredentials && names.has('authorization')),
    headers: [...headers.map(({ name, value }) => `${name}: ${value}`), ...added],
    ...(body === null ? {} : { body: body.content }),
  };
}

/** The recorded answer to a request. */
export function answerOf({ entry }: RecordedEntry, url: URL): HarAnswer {
  const { response, startedDateTime, time } = entry;
  const startedMs = typeof startedDateTime === 'string' ? Date.parse(startedDateTime) : Number.NaN;
  const redirect = response?.redirectURL ? URL.parse(response.redirectURL, url) : null;
  const { text = null, encoding } = response?.content ?? {};
  return {
    startedMs: Number.isNaN(startedMs) ? null : startedMs,
    tookMs: Math.max(0, time ?? 0),
    status: response?.status ?? 0,
    redirectUrl: redirect?.href ?? null,
    headers: (response?.headers ?? []).map(({ name, value }) => ({ name, value: value ?? '' })),
    text: text !== null && encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text,
  };
}

/** Refuses requests that never reached the server, because the browser answered or blocked them itself. */
function checkWasSent({ response, _fromCache: cache }: z.infer<typeof ENTRY>): void {
  if (typeof cache === 'string' && cache !== '')
    throw new Unusable("it was answered from the browser's cache");
  if (response?.status === 0)
    throw new Unusable('it was blocked or broken off, and never answered (status 0)');
}

function hadBody({ bodySize, headers }: z.infer<typeof ENTRY>['request']): boolean {
  const length = headers?.find(({ name }) => name.toLowerCase() === 'content-length')?.value;
  return (bodySize ?? 0) > 0 || Number(length ?? 0) > 0;
}

interface Header {
  readonly name: string;
  readonly value: string;
}

function headersOf(recorded: readonly z.infer<typeof PAIR>[], target: URL): Header[] {
  const headers = recorded
    .filter(({ name }) => !name.startsWith(':') && !CONNECTION_HEADERS.has(name.toLowerCase()))
    .map(({ name, value }) => ({ name, value: withoutBlanks(value ?? '') }))
    .filter(({ name, value }) => name.toLowerCase() !== 'host' || !isHostOf(value, target));
  for (const { name, value } of headers) {
    const lowerCase = name.toLowerCase();
    if (!TOKEN.test(name)) throw new Unusable('a header has a name that cannot be sent');
    if (lowerCase === 'host' && !HOST_FIELD.test(value)) throw new Unusable('its host header names no host');
    if (lowerCase === 'upgrade') throw new Unusable('it asks for another protocol (upgrade)');
    if (lowerCase === 'expect') throw new Unusable('it waits for an interim answer (expect)');
    if (NOT_IN_A_HEADER.test(value))
      throw new Unusable(
        `the header ${lowerCase.slice(0, SHOWN_CHARACTERS)} has a character that no header may have`,
      );
  }
  if (headers.filter(({ name }) => name.toLowerCase() === 'host').length > 1)
    throw new Unusable('it has more than one host header');
  return withOneCookie(headers);
}

/** HTTP/2 may carry cookies in several fields; elsewhere they are one field (RFC 9113, 8.2.3). */
function withOneCookie(headers: readonly Header[]): Header[] {
  const cookies = headers.filter(isCookie);
  if (cookies.length < 2) return [...headers];
  const value = cookies.map((cookie) => cookie.value).join('; ');
  return headers.flatMap((header) =>
    isCookie(header) ? (header === cookies[0] ? [{ name: header.name, value }] : []) : [header],
  );
}

function isCookie({ name }: Header): boolean {
  return name.toLowerCase() === 'cookie';
}

function isContentType({ name }: Header): boolean {
  return name.toLowerCase() === 'content-type';
}

function isHostOf(value: string, { protocol, host }: URL): boolean {
  return URL.parse(`${protocol}//${value}`)?.host === host;
}

/** Reads cookies from their own list, the only place where some tools save them. */
function cookieOf(cookies: readonly z.infer<typeof PAIR>[]): string[] {
  if (cookies.length === 0) return [];
  return [`cookie: ${cookies.map(({ name, value }) => `${name}=${value ?? ''}`).join('; ')}`];
}

/** Reads the query likewise; drops credentials from the URL if an authorization header was recorded. */
function urlOf(
  { url, queryString }: z.infer<typeof ENTRY>['request'],
  leavesOutCredentials: boolean,
): string {
  const text = leavesOutCredentials ? url.trim().replace(/^([a-z]+:\/\/)[^/?#\\]*@/i, '$1') : url.trim();
  const [address = ''] = text.split('#');
  if (address.includes('?') || queryString == null || queryString.length === 0) return text;
  const encoded = (part: string): string => encodeURIComponent(part.toWellFormed());
  const pairs = queryString.map(({ name, value }) => `${encoded(name)}=${encoded(value ?? '')}`);
  return `${address}?${pairs.join('&')}`;
}

function isReadable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function misshapen(issue: z.core.$ZodIssue | undefined): string {
  const steps = (issue?.path ?? []).map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${String(step)}`,
  );
  const expected = issue?.code === 'invalid_type' ? withArticle(issue.expected) : 'a valid value';
  const place = steps.join('').replace(/^\./, '');
  return place === '' ? `it is not ${expected}` : `${place} is missing or not ${expected}`;
}

function withArticle(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
