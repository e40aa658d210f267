import { copyInto, LITTLE_ENDIAN, type ReadBytes } from './read-bytes.ts';

const WORD_BYTES = 4;

/** Bytes that came before. To see that the same ones have come again takes a fraction of reading them. */
export class KnownBytes {
  #bytes: Buffer;
  /** The same memory. */
  #words: Int32Array;
  #length = 0;

  /** @param room for so many bytes at first */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(room / WORD_BYTES) * WORD_BYTES);
    this.#words = wordsOf(this.#bytes);
  }

  /** 0 at first. */
  get length(): number {
    return this.#length;
  }

  /** The bytes themselves are `bytes[0…length)`; they stay until the next `become`. */
  get bytes(): ReadBytes {
    return this.#bytes;
  }

  become(bytes: ReadBytes, from: number, to: number): void {
    if (to - from > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow((to - from) * WORD_BYTES);
      this.#words = wordsOf(this.#bytes);
    }
    copyInto(this.#bytes, 0, bytes, from, to);
    this.#length = to - from;
  }

  forget(): void {
    this.#length = 0;
  }

  /** Whether `bytes[from…from + length)` are these; there must be so many. */
  areAt(bytes: ReadBytes, from: number): boolean {
    const { words: others } = bytes;
    const length = this.#length;
    let at = 0;
    if (others !== undefined) {
      const words = this.#words;
      const whole = length >> 2;
      for (let word = 0; word < whole; word++)
        if (words[word] !== others.getInt32(from + word * WORD_BYTES, LITTLE_ENDIAN)) return false;
      at = whole * WORD_BYTES;
    }
    const known = this.#bytes;
    for (; at < length; at++) if (known[at] !== bytes[from + at]) return false;
    return true;
  }
}

function wordsOf({ buffer, byteOffset, length }: Buffer): Int32Array {
  return new Int32Array(buffer, byteOffset, length / WORD_BYTES);
}
