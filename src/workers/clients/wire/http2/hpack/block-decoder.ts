import { DynamicTable } from './dynamic-table.ts';
import { decodeHuffman, mostDecoded } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';

/** Receives the fields of a head as they are decoded. */
export interface FieldTaker {
  /** The value is `bytes[from…to)`, valid during the call only. */
  onField(name: string, bytes: Uint8Array, from: number, to: number): void;
}

/** A decoder's initial table size (RFC 9113, 6.5.2). */
const DEFAULT_TABLE_BYTES = 4_096;
/** Each byte adds seven bits; no number in HPACK needs more than 28. */
const LONGEST_NUMBER_BITS = 28;

const TEXT = new TextDecoder('latin1');
const STATIC_VALUES = STATIC_TABLE.map(([, value]) => Buffer.from(value, 'latin1'));
const STATIC_NAMES = STATIC_TABLE.map(([name]) => name);

/** Decodes the heads of one connection in order (RFC 7541): each may depend on earlier ones. */
export class BlockDecoder {
  readonly #table = new DynamicTable(DEFAULT_TABLE_BYTES);
  /** The largest table size that the other side may select. */
  #limitBytes = DEFAULT_TABLE_BYTES;
  #decoded = Buffer.allocUnsafeSlow(1_024);
  #bytes: Uint8Array = this.#decoded;
  #at = 0;
  #to = 0;
  /** Location of the text that was read last. */
  #text: Uint8Array = this.#decoded;
  #textFrom = 0;
  #textTo = 0;

  /** No references to earlier heads are possible, so the same bytes always mean the same. */
  get isStateless(): boolean {
    return this.#table.capacityBytes === 0;
  }

  /** The other side has acknowledged a smaller table. */
  limitTable(limitBytes: number): void {
    this.#limitBytes = limitBytes;
    if (this.#table.capacityBytes > limitBytes) this.#table.resize(limitBytes);
  }

  /**
   * Decodes the block `bytes[from…to)`.
   *
   * @returns false if it is invalid; the decoder is then out of sync and unusable
   */
  decode(bytes: Uint8Array, from: number, to: number, taker: FieldTaker): boolean {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    let mayResize = true;
    while (this.#at < this.#to) {
      const first = bytes[this.#at] as number;
      let isGood: boolean;
      if (first >= 0x80) isGood = this.#indexed(taker);
      else if (first >= 0x40) isGood = this.#literal(0x3f, true, taker);
      else if (first >= 0x20) {
        // Only before the first field (RFC 7541, 4.2).
        if (!mayResize || !this.#resize()) return false;
        continue;
      } else isGood = this.#literal(0x0f, false, taker);
      if (!isGood) return false;
      mayResize = false;
    }
    return true;
  }

  #indexed(taker: FieldTaker): boolean {
    const index = this.#number(0x7f);
    if (index < 1) return false;
    const value = STATIC_VALUES[index - 1];
    if (value !== undefined) {
      taker.onField(STATIC_NAMES[index - 1] as string, value, 0, value.length);
      return true;
    }
    const entry = this.#table.at(index - 1 - STATIC_TABLE.length);
    if (entry === undefined) return false;
    taker.onField(entry.name, entry.value, 0, entry.value.length);
    return true;
  }

  #literal(mask: number, isAdded: boolean, taker: FieldTaker): boolean {
    const index = this.#number(mask);
    if (index < 0) return false;
    const name = index === 0 ? this.#nameText() : this.#nameAt(index);
    if (name === undefined || !this.#readText()) return false;
    taker.onField(name, this.#text, this.#textFrom, this.#textTo);
    if (isAdded && this.#table.capacityBytes > 0)
      this.#table.add({ name, value: Uint8Array.from(this.#text.subarray(this.#textFrom, this.#textTo)) });
    return true;
  }

  #resize(): boolean {
    const capacityBytes = this.#number(0x1f);
    if (capacityBytes < 0 || capacityBytes > this.#limitBytes) return false;
    this.#table.resize(capacityBytes);
    return true;
  }

  #nameAt(index: number): string | undefined {
    return STATIC_NAMES[index - 1] ?? this.#table.at(index - 1 - STATIC_TABLE.length)?.name;
  }

  #nameText(): string | undefined {
    if (!this.#readText()) return undefined;
    return TEXT.decode(this.#text.subarray(this.#textFrom, this.#textTo));
  }

  /** Reads a string and sets its location; false if it is invalid. */
  #readText(): boolean {
    if (this.#at >= this.#to) return false;
    const isHuffman = (this.#bytes[this.#at] as number) >= 0x80;
    const length = this.#number(0x7f);
    const from = this.#at;
    const to = from + length;
    if (length < 0 || to > this.#to) return false;
    this.#at = to;
    if (!isHuffman) {
      this.#text = this.#bytes;
      this.#textFrom = from;
      this.#textTo = to;
      return true;
    }
    if (mostDecoded(length) > this.#decoded.length)
      this.#decoded = Buffer.allocUnsafeSlow(mostDecoded(length) * 2);
    this.#text = this.#decoded;
    this.#textFrom = 0;
    this.#textTo = decodeHuffman(this.#bytes, from, to, this.#decoded, 0);
    return this.#textTo >= 0;
  }

  /** Reads a number whose first bits are under the mask (RFC 7541, 5.1); -1 if it is invalid. */
  #number(mask: number): number {
    let number = (this.#bytes[this.#at++] as number) & mask;
    if (number < mask) return number;
    for (let shift = 0; shift < LONGEST_NUMBER_BITS; shift += 7) {
      if (this.#at >= this.#to) return -1;
      const byte = this.#bytes[this.#at++] as number;
      number += (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    return -1;
  }
}
