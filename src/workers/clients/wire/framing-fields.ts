import type { RefusalCode } from './refusal.ts';
import { COMMA, NINE, SPACE, TAB, TOKEN_LOWER, ZERO } from './syntax.ts';

/** The fields that say where a response ends and whether the connection stays. */
export const FIELD = {
  other: 0,
  connection: 1,
  keepAlive: 2,
  contentLength: 3,
  transferEncoding: 4,
} as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

/** No name of a framing field is longer. */
export const LONGEST_NAME = 17;
const LONGEST_VALUE = 256;
const CONNECTION = bytesOf('connection');
const PROXY_CONNECTION = bytesOf('proxy-connection');
const KEEP_ALIVE = bytesOf('keep-alive');
const CONTENT_LENGTH = bytesOf('content-length');
const TRANSFER_ENCODING = bytesOf('transfer-encoding');
const CLOSE = bytesOf('close');
const CHUNKED = bytesOf('chunked');
const TIMEOUT = bytesOf('timeout=');

/** Which field has this name, in any case, of `length` characters from `from` on. */
export function fieldNamed(bytes: Uint8Array, from: number, length: number): Field {
  switch (length) {
    case 10:
      if (isNamed(bytes, from, CONNECTION)) return FIELD.connection;
      return isNamed(bytes, from, KEEP_ALIVE) ? FIELD.keepAlive : FIELD.other;
    case 14:
      return isNamed(bytes, from, CONTENT_LENGTH) ? FIELD.contentLength : FIELD.other;
    case 16:
      // Not in any standard, but who sends it means the same.
      return isNamed(bytes, from, PROXY_CONNECTION) ? FIELD.connection : FIELD.other;
    case 17:
      return isNamed(bytes, from, TRANSFER_ENCODING) ? FIELD.transferEncoding : FIELD.other;
    default:
      return FIELD.other;
  }
}

/** What the framing fields of one head say. Values come in pieces, as they are read. */
export class FramingFields {
  /** -1 without Content-Length. */
  contentLength = -1;
  isChunked = false;
  asksToClose = false;
  asksToKeepAlive = false;
  /** For how long the server keeps an idle connection, in seconds; -1 where it does not say. */
  keepAliveS = -1;
  // In lower case, as only tokens and numbers are looked for.
  readonly #value = new Uint8Array(LONGEST_VALUE);
  #length = 0;

  reset(): void {
    this.contentLength = -1;
    this.isChunked = false;
    this.asksToClose = false;
    this.asksToKeepAlive = false;
    this.keepAliveS = -1;
    this.#length = 0;
  }

  /** Adds a piece of the value of the field that is being read; false where it grows too long. */
  add(bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#length + to - from > LONGEST_VALUE) return false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      this.#value[this.#length++] = TOKEN_LOWER[byte] || byte;
    }
    return true;
  }

  /** Whether what has come of a length can become none, whatever follows. */
  get isNoLength(): boolean {
    for (let at = 0; at < this.#length; at++) {
      const byte = this.#value[at] as number;
      if ((byte < ZERO || byte > NINE) && !isBlank(byte)) return true;
    }
    return false;
  }

  /** The value is complete: takes it in. Returns why that cannot be, or null. */
  take(field: Field): RefusalCode | null {
    const value = this.#value;
    const length = this.#length;
    this.#length = 0;
    switch (field) {
      case FIELD.connection:
        this.#takeConnection(value, length);
        return null;
      case FIELD.keepAlive:
        this.keepAliveS = secondsIn(value, length);
        return null;
      case FIELD.contentLength: {
        const known = this.contentLength;
        this.contentLength = numberIn(value, length);
        const isAlone = known === -1 && !this.isChunked;
        return isAlone && this.contentLength !== -1 ? null : 'WIRE_CONTENT_LENGTH';
      }
      case FIELD.transferEncoding: {
        const known = this.isChunked;
        this.isChunked = length === CHUNKED.length && isAt(value, 0, length, CHUNKED);
        if (this.contentLength !== -1) return 'WIRE_CONTENT_LENGTH';
        return !known && this.isChunked ? null : 'WIRE_TRANSFER_ENCODING';
      }
      default:
        return null;
    }
  }

  #takeConnection(value: Uint8Array, length: number): void {
    let from = 0;
    for (let at = 0; at <= length; at++) {
      if (at < length && value[at] !== COMMA) continue;
      let to = at;
      while (from < to && isBlank(value[from] as number)) from++;
      while (to > from && isBlank(value[to - 1] as number)) to--;
      if (to - from === CLOSE.length && isAt(value, from, to, CLOSE)) this.asksToClose = true;
      if (to - from === KEEP_ALIVE.length && isAt(value, from, to, KEEP_ALIVE)) this.asksToKeepAlive = true;
      from = at + 1;
    }
  }
}

/** -1 where the text is not a whole number that can be counted to. */
function numberIn(value: Uint8Array, length: number): number {
  if (length === 0) return -1;
  let number = 0;
  for (let at = 0; at < length; at++) {
    const byte = value[at] as number;
    if (byte < ZERO || byte > NINE) return -1;
    number = number * 10 + byte - ZERO;
    if (number > Number.MAX_SAFE_INTEGER) return -1;
  }
  return number;
}

/** The number behind the first `timeout=`, or -1. */
function secondsIn(value: Uint8Array, length: number): number {
  for (let from = 0; from + TIMEOUT.length < length; from++) {
    if (!isAt(value, from, length, TIMEOUT)) continue;
    let to = from + TIMEOUT.length;
    while (to < length && (value[to] as number) >= ZERO && (value[to] as number) <= NINE) to++;
    return numberIn(value.subarray(from + TIMEOUT.length), to - from - TIMEOUT.length);
  }
  return -1;
}

function isAt(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (from + text.length > to) return false;
  for (let at = 0; at < text.length; at++) {
    if (bytes[from + at] !== text[at]) return false;
  }
  return true;
}

function isNamed(bytes: Uint8Array, from: number, name: Uint8Array): boolean {
  for (let at = 0; at < name.length; at++) {
    if (TOKEN_LOWER[bytes[from + at] as number] !== name[at]) return false;
  }
  return true;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
