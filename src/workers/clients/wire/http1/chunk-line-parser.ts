import type { ReadBytes } from '../../../connections/read-bytes.ts';
import { LONGEST_HEAD_BYTES } from './head-parser.ts';
import type { RefusalCode } from './refusal.ts';
import { BACKSLASH, CR, EQUALS, HEX, IS_TEXT, isBlank, LF, QUOTE, SEMICOLON, TOKEN_LOWER } from './syntax.ts';

const FIRST_DIGIT = 0;
const DIGITS = 1;
const NAME_START = 2;
const NAME = 3;
const AFTER_NAME = 4;
const VALUE_START = 5;
const VALUE = 6;
const QUOTED = 7;
const ESCAPED = 8;
/** After a size or a value. */
const AFTER_ITEM = 9;
const LINE_END = 10;
const COMPLETE = 11;
const REFUSED = 12;

/**
 * Parses the line before a chunk: its size, and extensions, which are checked and ignored (RFC 9112, 7.1). Blanks
 * between parts are ignored; some servers also pad the size with blanks.
 */
export class ChunkLineParser {
  size = 0;
  refusal: RefusalCode | null = null;
  #state = FIRST_DIGIT;
  #bytes = 0;

  get isComplete(): boolean {
    return this.#state === COMPLETE;
  }

  begin(): void {
    this.#state = FIRST_DIGIT;
    this.#bytes = 0;
    this.size = 0;
    this.refusal = null;
  }

  /** Continues, at most to the end of the line. Returns the position of the next byte to read. */
  read(bytes: ReadBytes, from: number, to: number): number {
    let at = from;
    while (at < to && this.#state < COMPLETE) {
      const next = this.#after(bytes[at] as number);
      this.#state = next;
      if (next === REFUSED) this.refusal = 'WIRE_CHUNK';
      else at++;
    }
    this.#bytes += at - from;
    if (this.#bytes > LONGEST_HEAD_BYTES && this.refusal === null) {
      this.refusal = 'WIRE_HEAD_SIZE';
      this.#state = REFUSED;
    }
    return at;
  }

  #after(byte: number): number {
    switch (this.#state) {
      case FIRST_DIGIT:
      case DIGITS: {
        const digit = HEX[byte] as number;
        if (digit === -1) return this.#state === DIGITS ? afterItem(byte) : REFUSED;
        this.size = this.size * 16 + digit;
        return this.size > Number.MAX_SAFE_INTEGER ? REFUSED : DIGITS;
      }
      case NAME_START:
        if (isBlank(byte)) return NAME_START;
        return TOKEN_LOWER[byte] === 0 ? REFUSED : NAME;
      case NAME:
        return TOKEN_LOWER[byte] === 0 ? afterName(byte) : NAME;
      case AFTER_NAME:
        return afterName(byte);
      case VALUE_START:
        if (isBlank(byte)) return VALUE_START;
        if (byte === QUOTE) return QUOTED;
        return TOKEN_LOWER[byte] === 0 ? REFUSED : VALUE;
      case VALUE:
        return TOKEN_LOWER[byte] === 0 ? afterItem(byte) : VALUE;
      case QUOTED:
        if (byte === QUOTE) return AFTER_ITEM;
        if (byte === BACKSLASH) return ESCAPED;
        return IS_TEXT[byte] === 1 ? QUOTED : REFUSED;
      case ESCAPED:
        return IS_TEXT[byte] === 1 ? QUOTED : REFUSED;
      case AFTER_ITEM:
        return afterItem(byte);
      default:
        return byte === LF ? COMPLETE : REFUSED;
    }
  }
}

/** Handles what follows the size or an extension. */
function afterItem(byte: number): number {
  if (byte === SEMICOLON) return NAME_START;
  if (isBlank(byte)) return AFTER_ITEM;
  return byte === CR ? LINE_END : REFUSED;
}

function afterName(byte: number): number {
  if (byte === EQUALS) return VALUE_START;
  return isBlank(byte) ? AFTER_NAME : afterItem(byte);
}
