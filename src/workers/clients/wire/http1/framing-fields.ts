import type { ReadBytes } from '../../../connections/read-bytes.ts';
import { NINE, numberIn, ZERO } from '../decimal.ts';
import type { RefusalCode } from './refusal.ts';
import { COMMA, isBlank, SPACE, TOKEN_LOWER } from './syntax.ts';

/** The fields that determine where a response ends and whether the connection stays open. */
export const FIELD = {
  other: 0,
  connection: 1,
  keepAlive: 2,
  contentLength: 3,
  transferEncoding: 4,
  upgrade: 5,
} as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

/** Length of the longest name of a framing field. */
export const LONGEST_NAME = 17;
const LONGEST_VALUE = 256;
const CONNECTION = bytesOf('connection');
const PROXY_CONNECTION = bytesOf('proxy-connection');
const KEEP_ALIVE = bytesOf('keep-alive');
const CONTENT_LENGTH = bytesOf('content-length');
const TRANSFER_ENCODING = bytesOf('transfer-encoding');
const UPGRADE = bytesOf('upgrade');
const CLOSE = bytesOf('close');
const CHUNKED = bytesOf('chunked');
const TIMEOUT = bytesOf('timeout=');

/** The field whose name, case-insensitive, is the `length` characters from `from`. */
export function fieldNamed(bytes: ReadBytes, from: number, length: number): Field {
  switch (length) {
    case 7:
      return isNamed(bytes, from, UPGRADE) ? FIELD.upgrade : FIELD.other;
    case 10:
      if (isNamed(bytes, from, CONNECTION)) return FIELD.connection;
      return isNamed(bytes, from, KEEP_ALIVE) ? FIELD.keepAlive : FIELD.other;
    case 14:
      return isNamed(bytes, from, CONTENT_LENGTH) ? FIELD.contentLength : FIELD.other;
    case 16:
      // Not standard, but servers that send it mean the same.
      return isNamed(bytes, from, PROXY_CONNECTION) ? FIELD.connection : FIELD.other;
    case 17:
      return isNamed(bytes, from, TRANSFER_ENCODING) ? FIELD.transferEncoding : FIELD.other;
    default:
      return FIELD.other;
  }
}

/** A head's transfer coding: none, chunked alone, or anything else. */
const CODING = { none: 0, chunked: 1, other: 2 } as const;
type Coding = (typeof CODING)[keyof typeof CODING];

/** The framing fields of one head. Values arrive in pieces as they are read. */
export class FramingFields {
  /** -1 without Content-Length. */
  contentLength = -1;
  asksToClose = false;
  asksToKeepAlive = false;
  /** The server announces or offers a switch of protocols. */
  hasUpgrade = false;
  /** How long the server keeps an idle connection, in seconds; -1 if unknown. */
  keepAliveS = -1;
  #coding: Coding = CODING.none;
  // Lower case, since only tokens and numbers matter.
  readonly #value = new Uint8Array(LONGEST_VALUE);
  #length = 0;

  get isChunked(): boolean {
    return this.#coding === CODING.chunked;
  }

  get hasCoding(): boolean {
    return this.#coding !== CODING.none;
  }

  reset(): void {
    this.become(NONE);
  }

  /** Takes over what others say. */
  become(others: FramingFields): void {
    this.contentLength = others.contentLength;
    this.#coding = others.#coding;
    this.asksToClose = others.asksToClose;
    this.asksToKeepAlive = others.asksToKeepAlive;
    this.hasUpgrade = others.hasUpgrade;
    this.keepAliveS = others.keepAliveS;
    this.#length = 0;
  }

  /** Adds a piece of the current field's value; false if it becomes too long. */
  add(bytes: ReadBytes, from: number, to: number): boolean {
    if (this.#length + to - from > LONGEST_VALUE) return false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] as number;
      this.#value[this.#length++] = TOKEN_LOWER[byte] || byte;
    }
    return true;
  }

  /** The value continues on a folded line, which counts as a blank (RFC 9112, 5.2); false if it becomes too long. */
  addFold(): boolean {
    if (this.#length === LONGEST_VALUE) return false;
    this.#value[this.#length++] = SPACE;
    return true;
  }

  /** Whether the length read so far is already invalid, whatever follows. */
  get isNoLength(): boolean {
    for (let at = 0; at < this.#length; at++) {
      const byte = this.#value[at] as number;
      if ((byte < ZERO || byte > NINE) && !isBlank(byte) && byte !== COMMA) return true;
    }
    return false;
  }

  /** Takes the complete value. Returns why it is invalid, or null. */
  take(field: Field): RefusalCode | null {
    const length = this.#length;
    this.#length = 0;
    switch (field) {
      case FIELD.connection:
        this.#takeConnection(length);
        return null;
      case FIELD.keepAlive:
        this.keepAliveS = secondsIn(this.#value, length);
        return null;
      case FIELD.contentLength:
        return this.#takeLength(length) ? null : 'WIRE_CONTENT_LENGTH';
      case FIELD.transferEncoding:
        this.#takeCoding(length);
        return null;
      case FIELD.upgrade:
        this.hasUpgrade = true;
        return null;
      default:
        return null;
    }
  }

  /** Why these fields do not determine the body, or null; called only if there is a body. */
  bodyRefusal(minorVersion: number): RefusalCode | null {
    if (this.#coding === CODING.none) return null;
    if (this.#coding === CODING.other || minorVersion === 0) return 'WIRE_TRANSFER_ENCODING';
    return this.contentLength === -1 ? null : 'WIRE_CONTENT_LENGTH';
  }

  #takeConnection(length: number): void {
    let from = this.#memberFrom(0, length);
    while (from < length) {
      const to = this.#memberTo(from, length);
      if (isText(this.#value, from, to, CLOSE)) this.asksToClose = true;
      if (isText(this.#value, from, to, KEEP_ALIVE)) this.asksToKeepAlive = true;
      from = this.#memberFrom(this.#commaFrom(from, length), length);
    }
  }

  /** Accepts repetitions of one number (RFC 9112, 6.3); false without a number, or with different ones. */
  #takeLength(length: number): boolean {
    let from = this.#memberFrom(0, length);
    if (from === length) return false;
    while (from < length) {
      const number = numberIn(this.#value, from, this.#memberTo(from, length));
      if (number === -1 || (this.contentLength !== -1 && this.contentLength !== number)) return false;
      this.contentLength = number;
      from = this.#memberFrom(this.#commaFrom(from, length), length);
    }
    return true;
  }

  #takeCoding(length: number): void {
    let from = this.#memberFrom(0, length);
    while (from < length) {
      const isChunked = isText(this.#value, from, this.#memberTo(from, length), CHUNKED);
      this.#coding = isChunked && this.#coding === CODING.none ? CODING.chunked : CODING.other;
      from = this.#memberFrom(this.#commaFrom(from, length), length);
    }
  }

  /** Start of the next list member; empty ones are skipped (RFC 9110, 5.6.1). */
  #memberFrom(from: number, length: number): number {
    let at = from;
    while (at < length && (isBlank(this.#value[at] as number) || this.#value[at] === COMMA)) at++;
    return at;
  }

  /** End of the member that begins at `from`, without trailing blanks. */
  #memberTo(from: number, length: number): number {
    let to = this.#commaFrom(from, length);
    while (to > from && isBlank(this.#value[to - 1] as number)) to--;
    return to;
  }

  #commaFrom(from: number, length: number): number {
    let at = from;
    while (at < length && this.#value[at] !== COMMA) at++;
    return at;
  }
}

/** What a head without any says. */
const NONE = new FramingFields();

/** The number after the first `timeout=`, or -1. */
function secondsIn(value: Uint8Array, length: number): number {
  for (let from = 0; from + TIMEOUT.length < length; from++) {
    if (!isAt(value, from, length, TIMEOUT)) continue;
    let to = from + TIMEOUT.length;
    while (to < length && (value[to] as number) >= ZERO && (value[to] as number) <= NINE) to++;
    return numberIn(value, from + TIMEOUT.length, to);
  }
  return -1;
}

function isText(bytes: ReadBytes, from: number, to: number, text: Uint8Array): boolean {
  return to - from === text.length && isAt(bytes, from, to, text);
}

function isAt(bytes: ReadBytes, from: number, to: number, text: Uint8Array): boolean {
  if (from + text.length > to) return false;
  for (let at = 0; at < text.length; at++) {
    if (bytes[from + at] !== text[at]) return false;
  }
  return true;
}

function isNamed(bytes: ReadBytes, from: number, name: Uint8Array): boolean {
  for (let at = 0; at < name.length; at++) {
    if (TOKEN_LOWER[bytes[from + at] as number] !== name[at]) return false;
  }
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
