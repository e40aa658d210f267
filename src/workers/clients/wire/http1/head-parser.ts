import type { ReadBytes } from '../../../connections/read-bytes.ts';
import { NINE, ZERO } from '../decimal.ts';
import { FIELD, type Field, FramingFields, fieldNamed, LONGEST_NAME } from './framing-fields.ts';
import { LastHead } from './last-head.ts';
import type { RefusalCode } from './refusal.ts';
import { COLON, CR, IS_TEXT, isBlank, LF, SPACE, TOKEN_LOWER } from './syntax.ts';

/** Limit on a head, a trailer or a chunk's size line, in bytes; the same as Node's limit for a head. */
export const LONGEST_HEAD_BYTES = 16_384;

const START = 0;
const VERSION = 1;
const AFTER_VERSION = 2;
const STATUS = 3;
const AFTER_STATUS = 4;
const REASON = 5;
const STATUS_LINE_END = 6;
const LINE_START = 7;
const NAME = 8;
const VALUE_START = 9;
const VALUE = 10;
const LINE_END = 11;
const AFTER_LINE = 12;
const HEAD_END = 13;
const COMPLETE = 14;
const REFUSED = 15;

// The minor version is the byte after it.
const VERSION_TEXT = new TextEncoder().encode('HTTP/1.');

/** Of all connections of this thread. */
const LAST = new LastHead();

/**
 * Parses the head of a response (RFC 9112, 2.1 and 4), or the trailer of a chunked one, byte by byte, so a cut
 * anywhere changes nothing. Strict: lines end with CR LF and names are tokens. Blanks around a value, however,
 * are not part of it, and a line that begins with a blank continues the previous one (RFC 9112, 5).
 */
export class HeadParser {
  readonly fields = new FramingFields();
  status = 0;
  /** The y of HTTP/1.y. */
  minorVersion = 0;
  refusal: RefusalCode | null = null;
  readonly #name = new Uint8Array(LONGEST_NAME);
  #nameLength = 0;
  #field: Field = FIELD.other;
  #state = START;
  /** Position within the version or the status code. */
  #index = 0;
  #bytes = 0;
  #isTrailer = false;
  #isLast = false;
  readonly #last: LastHead;

  constructor(last = LAST) {
    this.#last = last;
  }

  get isComplete(): boolean {
    return this.#state === COMPLETE;
  }

  /** The text of a head that was known, from when it is complete until the next one is kept; otherwise null. */
  get knownText(): string | null {
    return this.#isLast ? this.#last.text : null;
  }

  beginHead(): void {
    this.#begin(START);
    this.#isTrailer = false;
    this.fields.reset();
  }

  beginTrailer(): void {
    this.#begin(LINE_START);
    this.#isTrailer = true;
  }

  /** Continues, at most to the end of the head. Returns the position of the next byte to read. */
  read(bytes: ReadBytes, from: number, to: number): number {
    const isNew = this.#state === START && this.#bytes === 0;
    if (isNew) {
      const length = this.#last.lengthAt(bytes, from, to);
      if (length > 0) {
        this.#takeLast();
        return from + length;
      }
    }
    const end = this.#read(bytes, from, to);
    if (isNew && this.#state === COMPLETE) this.#last.keep(bytes, from, end, this);
    this.#bytes += end - from;
    if (this.#bytes > LONGEST_HEAD_BYTES && this.#state !== REFUSED) this.#refuse('WIRE_HEAD_SIZE');
    return end;
  }

  /** A head says the same as the last one that had the same bytes. */
  #takeLast(): void {
    const { status, minorVersion, fields } = this.#last;
    this.status = status;
    this.minorVersion = minorVersion;
    this.fields.become(fields);
    this.#isLast = true;
    this.#state = COMPLETE;
  }

  #begin(state: number): void {
    this.#state = state;
    this.#bytes = 0;
    this.#isLast = false;
    this.refusal = null;
  }

  #read(bytes: ReadBytes, from: number, to: number): number {
    const at = this.#state < LINE_START ? this.#readStatusLine(bytes, from, to) : from;
    return this.refusal === null ? this.#readLines(bytes, at, to) : at;
  }

  #readStatusLine(bytes: ReadBytes, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const byte = bytes[at] as number;
      switch (this.#state) {
        case START:
          // Some servers send a surplus empty line after an answer.
          if (byte === CR || byte === LF) {
            at++;
            break;
          }
          this.#index = 0;
          this.#state = VERSION;
          break;
        case VERSION:
          if (!isOfVersion(byte, this.#index)) return this.#refuse('WIRE_STATUS_LINE', at);
          if (this.#index === VERSION_TEXT.length) {
            this.minorVersion = byte - ZERO;
            this.#state = AFTER_VERSION;
          }
          this.#index++;
          at++;
          break;
        case AFTER_VERSION:
          if (byte !== SPACE) return this.#refuse('WIRE_STATUS_LINE', at);
          this.#index = 0;
          this.status = 0;
          this.#state = STATUS;
          at++;
          break;
        case STATUS:
          if (byte < ZERO || byte > NINE) return this.#refuse('WIRE_STATUS_LINE', at);
          this.status = this.status * 10 + byte - ZERO;
          this.#index++;
          if (this.#index === 3) this.#state = AFTER_STATUS;
          at++;
          break;
        case AFTER_STATUS:
          if (this.status < 100 || (byte !== SPACE && byte !== CR))
            return this.#refuse('WIRE_STATUS_LINE', at);
          this.#state = byte === CR ? STATUS_LINE_END : REASON;
          at++;
          break;
        case REASON:
          at = endOfText(bytes, at, to);
          if (at === to) break;
          if (bytes[at] !== CR) return this.#refuse('WIRE_STATUS_LINE', at);
          this.#state = STATUS_LINE_END;
          at++;
          break;
        case STATUS_LINE_END:
          if (byte !== LF) return this.#refuse('WIRE_STATUS_LINE', at);
          this.#state = LINE_START;
          return at + 1;
        default:
          return at;
      }
    }
    return at;
  }

  /** Parses header lines and the empty line after them. */
  #readLines(bytes: ReadBytes, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const byte = bytes[at] as number;
      switch (this.#state) {
        case LINE_START:
          at = this.#readWholeLines(bytes, at, to);
          if (at === to || this.refusal !== null) break;
          if (bytes[at] === CR) {
            this.#state = HEAD_END;
            at++;
            break;
          }
          if (TOKEN_LOWER[bytes[at] as number] === 0) return this.#refuse('WIRE_FIELD', at);
          this.#nameLength = 0;
          this.#state = NAME;
          break;
        case NAME:
          at = this.#readName(bytes, at, to);
          if (at === to) break;
          if (bytes[at] !== COLON) return this.#refuse('WIRE_FIELD', at);
          // A trailer comes too late to determine the end of the message, so its framing fields are ignored.
          this.#field = this.#isTrailer ? FIELD.other : fieldNamed(this.#name, 0, this.#nameLength);
          this.#state = VALUE_START;
          at++;
          break;
        case VALUE_START:
          if (isBlank(byte)) at++;
          else this.#state = VALUE;
          break;
        case VALUE:
          at = this.#readValue(bytes, at, to);
          if (at === to || this.refusal !== null) break;
          if (bytes[at] !== CR) return this.#refuse('WIRE_FIELD', at);
          this.#state = LINE_END;
          at++;
          break;
        case LINE_END:
          if (byte !== LF) return this.#refuse('WIRE_FIELD', at);
          this.#state = AFTER_LINE;
          at++;
          break;
        case AFTER_LINE:
          this.#endLine(isBlank(byte));
          if (this.refusal !== null) return at;
          break;
        case HEAD_END:
          if (byte !== LF) return this.#refuse('WIRE_FIELD', at);
          this.#state = COMPLETE;
          return at + 1;
        default:
          return at;
      }
    }
    return at;
  }

  /** The byte after a line determines whether the next line continues it. */
  #endLine(isContinued: boolean): void {
    this.#state = isContinued ? VALUE_START : LINE_START;
    if (this.#field === FIELD.other) return;
    if (!isContinued) {
      const refusal = this.fields.take(this.#field);
      if (refusal !== null) this.#refuse(refusal);
    } else if (!this.fields.addFold()) this.#refuse('WIRE_FRAMING_FIELD');
  }

  /**
   * Fast path for lines that are completely in the buffer, which nearly all are: no state is kept between their
   * bytes. Returns the start of the first line that is incomplete or invalid; sets `refusal` if it is refused.
   */
  #readWholeLines(bytes: ReadBytes, from: number, to: number): number {
    let lineStart = from;
    for (;;) {
      let at = lineStart;
      while (at < to && TOKEN_LOWER[bytes[at] as number] !== 0) at++;
      const nameLength = at - lineStart;
      if (nameLength === 0 || at === to || bytes[at] !== COLON) return lineStart;
      at++;
      while (at < to && isBlank(bytes[at] as number)) at++;
      const valueStart = at;
      at = endOfText(bytes, at, to);
      // The next line may continue this one.
      if (at + 2 >= to || bytes[at] !== CR || bytes[at + 1] !== LF) return lineStart;
      if (isBlank(bytes[at + 2] as number)) return lineStart;
      const field = this.#isTrailer ? FIELD.other : fieldNamed(bytes, lineStart, nameLength);
      if (field !== FIELD.other) {
        const refusal = this.fields.add(bytes, valueStart, at)
          ? this.fields.take(field)
          : 'WIRE_FRAMING_FIELD';
        if (refusal !== null) return this.#refuse(refusal, at);
      }
      lineStart = at + 2;
    }
  }

  #readName(bytes: ReadBytes, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const lower = TOKEN_LOWER[bytes[at] as number] as number;
      if (lower === 0) break;
      if (this.#nameLength < LONGEST_NAME) this.#name[this.#nameLength] = lower;
      this.#nameLength++;
    }
    return at;
  }

  #readValue(bytes: ReadBytes, from: number, to: number): number {
    const end = endOfText(bytes, from, to);
    if (this.#field === FIELD.other) return end;
    if (!this.fields.add(bytes, from, end)) return this.#refuse('WIRE_FRAMING_FIELD', end);
    // Immediately, not at the end of the line, so that the outcome does not depend on how the bytes were cut.
    if (this.#field === FIELD.contentLength && this.fields.isNoLength)
      return this.#refuse('WIRE_CONTENT_LENGTH', end);
    return end;
  }

  #refuse(refusal: RefusalCode, at = 0): number {
    this.refusal = refusal;
    this.#state = REFUSED;
    return at;
  }
}

/** The bytes of "HTTP/1.0" and "HTTP/1.1". */
function isOfVersion(byte: number, index: number): boolean {
  return index < VERSION_TEXT.length ? byte === VERSION_TEXT[index] : byte === ZERO || byte === ZERO + 1;
}

function endOfText(bytes: ReadBytes, from: number, to: number): number {
  let at = from;
  while (at < to && IS_TEXT[bytes[at] as number] === 1) at++;
  return at;
}
