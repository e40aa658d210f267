import { NOT_IN_A_HEADER, TOKEN } from '../../requests/header-text.ts';
import { checkHeaders, isClientHeader } from '../../requests/invalid-request.ts';
import { requestHead, saysClose, saysLength } from '../../requests/request-head.ts';
import { headerText } from './request-params.ts';
import type { HeadParts } from './scenario-request.ts';

/** Limit on cached header names; scenarios usually have few, and any beyond are checked each time. */
const MOST_KNOWN_NAMES = 1_000;

type HeaderValues = Readonly<Record<string, string>>;

/**
 * Builds the heads of requests. Common headers are one precomputed text; of a request's own headers only the values
 * are checked each time, and each name once.
 */
export class Heads {
  readonly #base: readonly string[];
  readonly #baseText: string;
  readonly #baseNames: ReadonlySet<string>;
  /** Whether the client takes heads as text. */
  readonly #isText: boolean;
  /** Whether a header name just adds a line, without replacing or contradicting another one. */
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
   * @param cookies value of `cookie` from user and common headers; null without one, or if the request sets its own
   * @param contentType type of the body, unless a header gives it
   * @param isKept the same head is sent again and again
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
    isKept = false,
  ): HeadParts {
    const added = own === undefined ? '' : this.#lines(own);
    const isTyped = contentType !== null && this.#baseNames.has('content-type');
    const isDouble = isTyped || (cookies !== null && this.#baseNames.has('cookie'));
    if (added === null || !this.#isPlain || isDouble)
      return this.#whole(method, path, host, withCookies(own, cookies), contentType, bodyLength);
    // Each of the headers has been checked.
    const list = (): string[] => this.#added(own, cookies, contentType);
    if (!this.#isText) {
      const kept = isKept ? list() : null;
      return { head: null, asksToClose: false, list: kept === null ? list : () => kept };
    }
    const head =
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${this.#baseText}` +
      `${contentType === null || saysType(own) ? '' : `content-type: ${contentType}\r\n`}${added}` +
      `${cookies === null ? '' : `cookie: ${cookies}\r\n`}` +
      `${saysLength(method, bodyLength) ? `content-length: ${bodyLength}\r\n` : ''}\r\n`;
    return { head, asksToClose: false, list, ...(isKept ? { kept: { bytes: null } } : {}) };
  }

  /** The request's own headers as lines; null if one of them does not just add a line. */
  #lines(own: HeaderValues): string | null {
    let lines = '';
    for (const name in own) {
      const value: unknown = own[name];
      if (value === undefined) continue;
      if (!this.#isAddition(name)) return null;
      const text = headerText(name, value);
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

  /** All headers, where the request's own ones are only added. */
  #added(own: HeaderValues | undefined, cookies: string | null, contentType: string | null): string[] {
    const list = [...this.#base];
    if (contentType !== null && !saysType(own)) list.push('content-type', contentType);
    for (const name in own) {
      const value: unknown = own[name];
      if (value !== undefined) list.push(name, String(value));
    }
    if (cookies !== null) list.push('cookie', cookies);
    return list;
  }

  /** All headers; a request's own ones replace common ones. */
  #list(own: HeaderValues | undefined, contentType: string | null): string[] {
    const entries = Object.entries(own ?? {}).flatMap(([name, value]): [string, string][] =>
      (value as unknown) === undefined ? [] : [[name, headerText(name, value)]],
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
