import { NOT_IN_A_HEADER, TOKEN } from '../../requests/header-text.ts';
import { checkHeaders, isClientHeader } from '../../requests/invalid-request.ts';
import { requestHead, saysClose, saysLength } from '../../requests/request-head.ts';
import type { HeadParts } from './scenario-request.ts';

/** Names of headers that scenarios use are few; beyond this many, each is looked at anew. */
const MOST_KNOWN_NAMES = 1_000;

export type HeaderValues = Readonly<Record<string, string>>;

/**
 * Puts together heads of requests. What every request says is one text made beforehand; of what a request adds only its
 * values are looked at, and each name once.
 */
export class Heads {
  readonly #base: readonly string[];
  readonly #baseText: string;
  readonly #baseNames: ReadonlySet<string>;
  /** The client takes heads as text. */
  readonly #isText: boolean;
  /** Whether a name only adds a line: no other one of the request says the same. */
  readonly #addsLine = new Map<string, boolean>();
  readonly #isPlain: boolean;

  /** @param base headers of every request; flat: name, value, name, value */
  constructor(base: readonly string[], isText: boolean) {
    this.#base = base;
    this.#isText = isText;
    this.#baseNames = new Set(base.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
    this.#isPlain = !this.#baseNames.has('host') && !this.#baseNames.has('connection');
    this.#baseText = base.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  }

  /**
   * @param cookies of its user, and of every request; null where it says what it says of them by itself
   * @param contentType of the body, unless a header says it
   * @throws InvalidRequest for a header that cannot be sent
   */
  of(
    method: string,
    path: string,
    host: string,
    own: HeaderValues | undefined,
    cookies: string | null,
    contentType: string | null,
    bodyLength: number,
  ): HeadParts {
    const added = own === undefined ? '' : this.#lines(own);
    const isTyped = contentType !== null && this.#baseNames.has('content-type');
    const isDouble = isTyped || (cookies !== null && this.#baseNames.has('cookie'));
    if (added === null || !this.#isPlain || isDouble || !this.#isText)
      return this.#whole(method, path, host, withCookies(own, cookies), contentType, bodyLength);
    const head =
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${this.#baseText}` +
      `${contentType === null || saysType(own) ? '' : `content-type: ${contentType}\r\n`}${added}` +
      `${cookies === null ? '' : `cookie: ${cookies}\r\n`}` +
      `${saysLength(method, bodyLength) ? `content-length: ${bodyLength}\r\n` : ''}\r\n`;
    return { head, asksToClose: false, list: () => this.#list(withCookies(own, cookies), contentType) };
  }

  /** Lines that only add to the others; null where one is not like that. */
  #lines(own: HeaderValues): string | null {
    let lines = '';
    for (const name in own) {
      const value: unknown = own[name];
      if (value === undefined) continue;
      if (!this.#isAddition(name)) return null;
      const text = String(value);
      if (NOT_IN_A_HEADER.test(text)) return null;
      lines += `${name}: ${text}\r\n`;
    }
    return lines;
  }

  #isAddition(name: string): boolean {
    const known = this.#addsLine.get(name);
    if (known !== undefined) return known;
    const lowerCase = name.toLowerCase();
    const adds =
      TOKEN.test(name) &&
      !isClientHeader(lowerCase) &&
      lowerCase !== 'host' &&
      lowerCase !== 'connection' &&
      !this.#baseNames.has(lowerCase);
    if (this.#addsLine.size < MOST_KNOWN_NAMES) this.#addsLine.set(name, adds);
    return adds;
  }

  #whole(
    method: string,
    path: string,
    host: string,
    own: HeaderValues | undefined,
    contentType: string | null,
    bodyLength: number,
  ): HeadParts {
    const list = this.#list(own, contentType);
    checkHeaders(list);
    const fields = list.flatMap((name, index) =>
      index % 2 === 0 ? [[name, list[index + 1] ?? ''] as const] : [],
    );
    const asksToClose = fields.some(
      ([name, value]) => name.toLowerCase() === 'connection' && saysClose(value),
    );
    const head = this.#isText ? requestHead({ method, path, host, fields, bodyLength }, asksToClose) : null;
    return { head, asksToClose, list: () => list };
  }

  /** What a request says itself comes in the place of what all say. */
  #list(own: HeaderValues | undefined, contentType: string | null): string[] {
    const entries = Object.entries(own ?? {}).flatMap(([name, value]): [string, string][] =>
      (value as unknown) === undefined ? [] : [[name, String(value)]],
    );
    const names = new Set(entries.map(([name]) => name.toLowerCase()));
    const base = this.#base.flatMap((name, index) =>
      index % 2 === 1 || names.has(name.toLowerCase()) || (contentType !== null && isType(name))
        ? []
        : [name, this.#base[index + 1] ?? ''],
    );
    const typed = contentType === null || names.has('content-type') ? [] : ['content-type', contentType];
    return [...base, ...typed, ...entries.flat()];
  }
}

function withCookies(own: HeaderValues | undefined, cookies: string | null): HeaderValues | undefined {
  return cookies === null ? own : { ...own, cookie: cookies };
}

function isType(name: string): boolean {
  return name.toLowerCase() === 'content-type';
}

function saysType(own: HeaderValues | undefined): boolean {
  for (const name in own) if (isType(name) && own[name] !== undefined) return true;
  return false;
}
