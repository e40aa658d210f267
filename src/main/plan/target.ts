import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Dial, dialOf } from '../../protocol/dial.ts';
import type { ConnectionSettings, Endpoint } from '../../protocol/endpoint.ts';
import { codeOf, ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { Message } from '../../protocol/message.ts';
import type { Address } from '../../protocol/routes.ts';
import { HOST_FIELD, NOT_IN_A_HEADER, TOKEN, withoutBlanks } from '../../requests/header-text.ts';
import { isClientHeader, isMethod, NO_HOST } from '../../requests/invalid-request.ts';
import { authorityIn, pathOf, placeOf, writtenPathOf } from '../../requests/place.ts';
import { isSecretHeader } from '../../requests/secret-names.ts';
import { parseConnection } from './connection/connection-plan.ts';
import { DEFAULT_METHOD, DEFAULT_METHOD_WITH_BODY } from './defaults.ts';
import type { ConnectionOptions, RequestOptions } from './options.ts';
import type { Problems } from './problems.ts';
import { parseAuthorization } from './requests/credentials.ts';
import { parseBody } from './requests/request-body.ts';
import { isOpen } from './requests/request-marks.ts';
import { WordedProblem } from './worded-problem.ts';
import { given, givenUrl, type OptionWord, phrase, the, theHeader, type ValueWord } from './words.ts';

/** All encodings that can be decoded when an answer is inspected. */
const ACCEPTED_ENCODINGS = 'gzip, deflate, br, zstd';

/** One request and its connection settings, before its name is looked up. */
export type UnresolvedTarget = Omit<Endpoint, 'addresses'> & ConnectionSettings & Message;

/** The start of a line that may be a name, up to whatever was typed in place of a colon. */
const FIRST_WORD = /^\s*[\w-]*/;
const HIGHEST_PORT = 65_535;
const HAS_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Reads URL, method, headers and body; null if a problem has been noted. */
export function parseTarget(
  options: RequestOptions & ConnectionOptions,
  userAgent: string,
  problems: Problems,
): UnresolvedTarget | null {
  const url = parseUrl(options.url, problems);
  const lines = headerLinesOf(options);
  const body = parseBody(options, contentTypeIn(lines), problems);
  const method = parseMethod(
    options.method ?? (body === null ? DEFAULT_METHOD : DEFAULT_METHOD_WITH_BODY),
    problems,
  );
  const headers = parseHeaders(lines, problems);
  const connection = parseConnection(
    options,
    url === null || isOpen(url) ? null : url.protocol === 'https:',
    problems,
  );
  if (url === null || method === null || headers === null) return null;

  const authorization = parseAuthorization(options, url, problems);
  const path = options.requestTarget ?? (options.pathAsIs === true ? writtenPath(options.url) : pathOf(url));
  return {
    url: url.origin + path,
    ...placeOf(url),
    path,
    method,
    headers: withDefaults(
      body?.contentType === undefined ? headers : withContentType(headers, body.contentType),
      [
        ['user-agent', userAgent],
        ...(authorization === null ? [] : [['authorization', authorization] as const]),
        ...(body?.headers ?? []),
        ...(options.compressed === true ? [['accept-encoding', ACCEPTED_ENCODINGS] as const] : []),
        ['accept', '*/*'],
      ],
      options.withoutHeaders ?? [],
    ),
    body: body?.bytes ?? null,
    asksToClose: asksToClose(headers),
    ...connection,
  };
}

/**
 * Looks up the names to connect to for several targets, each once, with all addresses. If there are
 * several names, an unknown one is left to its requests, which then fail; if there is only one, nothing can
 * be sent. Null if only rows name the target.
 *
 * @throws VolleyError VOLLEY_UNKNOWN_HOST
 */
export async function resolveEndpoints(targets: readonly UnresolvedTarget[]): Promise<(Endpoint | null)[]> {
  const dials = targets.map((target) => dialOf({ ...target, addresses: [] }));
  const names = [...new Set(dials.flatMap(nameIn))];
  const found = new Map(
    await Promise.all(
      names.map(async (name) => [name, await addressesOf(name, names.length === 1)] as const),
    ),
  );
  return targets.map((target, index) => {
    const endpoint = endpointOf(target);
    const dial = dials[index];
    if (endpoint === null || dial === undefined || dial.unixSocket !== null) return endpoint;
    const addresses = dial.addresses.length > 0 ? dial.addresses : (found.get(dial.hostname) ?? []);
    return { ...endpoint, addresses };
  });
}

/** Where a request goes, by name; null if only rows name it. */
export function endpointOf({ origin, hostname, port, secure }: UnresolvedTarget): Endpoint | null {
  return hostname === '' ? null : { origin, hostname, port, secure, addresses: [] };
}

/** The content of a request, without where it goes. */
export function requestMessageOf({ url, path, method, headers, body, asksToClose }: Message): Message {
  return { url, path, method, headers, body, asksToClose };
}

export function settingsOf({ insecure, tls, protocol, routes }: ConnectionSettings): ConnectionSettings {
  return { insecure, tls, protocol, routes };
}

/** The name to look up; none if rows name the target, or if addresses are given. */
function nameIn(dial: Dial): string[] {
  if (dial.unixSocket !== null || dial.addresses.length > 0 || dial.hostname === '') return [];
  return [dial.hostname];
}

async function addressesOf(hostname: string, isOnly: boolean): Promise<Address[]> {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family: family === 6 ? 6 : 4 }];
  try {
    const { lookup } = process.getBuiltinModule('node:dns/promises');
    const found = await lookup(hostname, { all: true });
    return found.map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 }));
  } catch (error) {
    if (!isOnly) return [];
    const code = codeOf(error);
    // The name may well exist.
    const isUnanswered = code === 'EAI_AGAIN';
    const usual = isUnanswered
      ? 'no name server answered: check your resolver and the network.'
      : 'check its name and your resolver.';
    const advice = /[${}]/.test(hostname)
      ? 'a value of the environment is written {{env NAME}}, a variable {{name}}.'
      : usual;
    const said = isUnanswered ? 'could not be looked up' : 'is unknown';
    throw new VolleyError(ERROR_CODES.unknownHost, [
      new WordedProblem(phrase`${the('url', 'The host')} ${given(hostname)} ${said} (${code}): ${advice}`),
    ]);
  }
}

/** Whether the address to connect to is on this machine. */
export function isLocal({ addresses }: Pick<Endpoint, 'addresses'>): boolean {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
  return addresses.some(({ address }) => own.has(address) || address.startsWith('127.') || address === '::1');
}

/** Reads an http or https URL; without a scheme it is taken as http. Null if a problem has been noted. */
export function parseUrl(text: unknown, problems: Problems): URL | null {
  if (typeof text !== 'string' || text === '') {
    problems.add(
      phrase`${the('url', 'No URL')} was given: say where to send requests, for instance http://localhost:8080/.`,
    );
    return null;
  }
  const bare = /^:?(\d{1,5})(\/.*)?$/s.exec(text);
  if (bare !== null && Number(bare[1]) <= HIGHEST_PORT) {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} is a port without a host: did you mean localhost:${bare[1] ?? ''}?`,
    );
    return null;
  }
  if (/^\/(?!\/)/.test(text)) {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} is a path without a host: write the host before it, as in localhost:8080/path.`,
    );
    return null;
  }
  if (/^https?:(?!\/\/)/i.test(text) && !/^https?:\d/i.test(text)) {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} cannot be read: write two slashes after the scheme, as in http://host/.`,
    );
    return null;
  }
  const url = URL.parse(HAS_SCHEME.test(text) ? text : `http://${text}`);
  const port = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#\s]*:(\d+)(?:[/?#]|$)/i.exec(text)?.[1];
  if (url === null && Number(port) > HIGHEST_PORT) {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} has port ${port ?? ''}, which is too high: give a port from 1 to ${HIGHEST_PORT}.`,
    );
    return null;
  }
  if (url === null || url.hostname === '') {
    problems.add(phrase`${the('url')} ${givenUrl(text)} cannot be read: give it as http://host:port/path.`);
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} starts with ${url.protocol}//: only http:// and https:// can be tested.`,
    );
    return null;
  }
  if (url.port === '0') {
    problems.add(
      phrase`${the('url')} ${givenUrl(text)} has port 0, where nothing can listen: give a port from 1 to ${HIGHEST_PORT}.`,
    );
    return null;
  }
  return url;
}

/** The path of a valid URL, as written. */
function writtenPath(text: string): string {
  const url = text.trim();
  const withScheme = HAS_SCHEME.test(url) ? url : `http://${url}`;
  return writtenPathOf(withScheme, authorityIn(withScheme).length);
}

function parseMethod(text: string, problems: Problems): string | null {
  if (isMethod(text)) return text;
  problems.add(phrase`${the('method')} ${given(text)}: give a method such as GET, POST or PUT.`);
  return null;
}

function parseHeaders(lines: readonly HeaderLine[], problems: Problems): string[] | null {
  const before = problems.size;
  const headers: string[] = [];
  let hosts = 0;
  for (const header of lines) {
    const { line, option } = header;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = withoutBlanks(line.slice(colon + 1));
    const lowerCase = name.toLowerCase();
    if (colon < 1 || !TOKEN.test(name)) {
      const why = colon > 0 && /\s/.test(name) ? 'a name has no blanks: ' : '';
      problems.add(phrase`${option} ${shown(header)}: ${why}give it as 'Name: value'.`);
    } else if (NOT_IN_A_HEADER.test(value)) {
      problems.add(phrase`${option} ${shown(header)}: a value must be one line of Latin-1 text.`);
    } else if (isClientHeader(lowerCase)) {
      problems.add(
        phrase`${option} ${shown(header)}: ${lowerCase} is set by the client itself: leave it out.`,
      );
    } else if (lowerCase === 'host' && ++hosts > 1) {
      problems.add(phrase`${option} ${shown(header)}: a request has one Host: give it once.`);
    } else if (lowerCase === 'host' && !HOST_FIELD.test(value)) {
      problems.add(
        phrase`${option} ${shown(header)}: that ${NO_HOST}: give one such as example.com or example.com:8080.`,
      );
    } else {
      headers.push(name, value);
    }
  }
  return problems.size === before ? headers : null;
}

function asksToClose(headers: readonly string[]): boolean {
  return headers.some(
    (name, index) =>
      index % 2 === 0 && name.toLowerCase() === 'connection' && /\bclose\b/i.test(headers[index + 1] ?? ''),
  );
}

/** A header line as shown in an error message: without possible secrets; a line without a name only by its first word. */
function shown({ line, option }: HeaderLine): ValueWord {
  if (option.option === 'cookie') return given('…');
  if (option.option !== 'header') return given(withoutBlanks(line.slice(line.indexOf(':') + 1)));
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!TOKEN.test(name)) {
    const word = FIRST_WORD.exec(line)?.[0] ?? '';
    return given(word === line ? word : `${word}…`);
  }
  return given(isSecretHeader(name) ? `${name}: …` : line);
}

/** A header line and the option that sets it. */
interface HeaderLine {
  readonly line: string;
  readonly option: OptionWord;
}

/** Header lines of all options that set one. */
function headerLinesOf({ headers, cookie, userAgent, keepalive }: RequestOptions): HeaderLine[] {
  return [
    ...(headers ?? []).map((line) => ({ line, option: theHeader(line) })),
    ...(cookie === undefined ? [] : [{ line: `cookie: ${cookie}`, option: the('cookie') }]),
    ...(userAgent === undefined ? [] : [{ line: `user-agent: ${userAgent}`, option: the('user-agent') }]),
    ...(keepalive === false ? [{ line: 'connection: close', option: the('no-keepalive') }] : []),
  ];
}

/** The content type in the header lines; null without one. */
function contentTypeIn(lines: readonly HeaderLine[]): string | null {
  const line = lines.find((one) => /^content-type:/i.test(one.line))?.line;
  return line === undefined ? null : withoutBlanks(line.slice(line.indexOf(':') + 1));
}

function withContentType(headers: readonly string[], contentType: string): string[] {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return at < 0 ? ['content-type', contentType, ...headers] : headers.with(at + 1, contentType);
}

/** Puts default headers before the given ones, unless given or left out; the first default of a name counts. */
function withDefaults(
  headers: readonly string[],
  defaults: readonly (readonly [name: string, value: string])[],
  leftOut: readonly string[],
): string[] {
  const names = new Set(leftOut);
  headers.forEach((name, index) => {
    if (index % 2 === 0) names.add(name.toLowerCase());
  });
  const added = defaults.filter(([name]) => {
    if (names.has(name)) return false;
    names.add(name);
    return true;
  });
  return [...added.flat(), ...headers];
}
