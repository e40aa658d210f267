import { KnownBytes } from '../../../connections/known-bytes.ts';
import type { ReadBytes } from '../../../connections/read-bytes.ts';
import { numberIn } from '../decimal.ts';
import { FORBIDDEN_FIELDS, isFieldName, isFieldValue } from './field-syntax.ts';
import { MOST_FIELD_BYTES } from './frames.ts';
import { BlockDecoder, type FieldTaker } from './hpack/block-decoder.ts';
import type { StreamRefusalCode } from './refusal.ts';

/** Overhead counted per field in addition to name and value (RFC 9113, 6.5.2). */
const FIELD_OVERHEAD_BYTES = 32;
const COLON = 0x3a;
const STATUS_DIGITS = 3;
/** Number of digits of the largest safe integer. */
const MOST_LENGTH_DIGITS = 15;

/**
 * Reads the heads of one connection. Most are identical to the previous one, byte for byte, and then its result is
 * reused. Every field is checked, but only requested ones become text.
 */
export class HeadReader implements FieldTaker {
  /** 0 if the head has none, as in a trailer. */
  status = 0;
  /** -1 without Content-Length. */
  contentLength = -1;
  /** What is wrong with the head; null if nothing. */
  refusal: StreamRefusalCode | null = null;
  /** Name, value, name, value, without pseudo-header fields; null if not requested. */
  fields: string[] | null = null;
  readonly #decoder = new BlockDecoder();
  /** Empty if nothing is known. */
  readonly #known = new KnownBytes(256);
  #sizeBytes = 0;
  #hasPlainFields = false;

  /** The target has acknowledged that heads must not refer to earlier ones. */
  limitTable(): void {
    this.#decoder.limitTable(0);
  }

  /**
   * Reads the block `bytes[from…to)`.
   *
   * @returns false if it is invalid, and nothing more can be read from the connection
   */
  read(bytes: Buffer, from: number, to: number, wantsFields: boolean): boolean {
    if (this.#isKnown(bytes, from, to) && (!wantsFields || this.fields !== null)) return true;
    this.status = 0;
    this.contentLength = -1;
    this.refusal = null;
    this.fields = wantsFields ? [] : null;
    this.#sizeBytes = 0;
    this.#hasPlainFields = false;
    this.#known.forget();
    const isStateless = this.#decoder.isStateless;
    if (!this.#decoder.decode(bytes, from, to, this)) return false;
    if (isStateless && this.#decoder.isStateless) this.#known.become(bytes, from, to);
    return true;
  }

  onField(name: string, bytes: Uint8Array, from: number, to: number): void {
    this.#sizeBytes += name.length + to - from + FIELD_OVERHEAD_BYTES;
    if (this.#sizeBytes > MOST_FIELD_BYTES) {
      this.#refuse('WIRE_HEAD_SIZE');
      this.fields = null;
      return;
    }
    if (name.charCodeAt(0) === COLON) {
      if (name !== ':status' || this.status !== 0 || this.#hasPlainFields) this.#refuse('WIRE_STATUS');
      else this.#takeStatus(bytes, from, to);
      return;
    }
    this.#hasPlainFields = true;
    if (name === 'content-length') this.#takeLength(bytes, from, to);
    else if (!isFieldName(name) || !isFieldValue(bytes, from, to) || FORBIDDEN_FIELDS.has(name))
      this.#refuse('WIRE_FIELD');
    if (this.fields !== null) this.fields.push(name, textOf(bytes, from, to));
  }

  #takeStatus(bytes: Uint8Array, from: number, to: number): void {
    const status = to - from === STATUS_DIGITS ? numberIn(bytes, from, to) : -1;
    if (status < 100) this.#refuse('WIRE_STATUS');
    else this.status = status;
  }

  /** If repeated, it must be the same (RFC 9110, 8.6). */
  #takeLength(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from <= MOST_LENGTH_DIGITS ? numberIn(bytes, from, to) : -1;
    if (length < 0 || (this.contentLength >= 0 && this.contentLength !== length))
      this.#refuse('WIRE_CONTENT_LENGTH');
    this.contentLength = length;
  }

  #refuse(code: StreamRefusalCode): void {
    this.refusal ??= code;
  }

  #isKnown(bytes: ReadBytes, from: number, to: number): boolean {
    const { length } = this.#known;
    return length > 0 && length === to - from && this.#known.areAt(bytes, from);
  }
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
