import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** Length and checksum before each frame. */
const HEAD_BYTES = 8;
const CHECKSUM_AT = Uint32Array.BYTES_PER_ELEMENT;
/** First character of every frame but the first: its first row. */
const FIRST_OF_ROWS = '['.charCodeAt(0);
const SEARCHED_AT_ONCE_BYTES = 2 ** 20;

/** A frame: length, checksum and text. */
export function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(crc32(payload), CHECKSUM_AT);
  return Buffer.concat([head, payload]);
}

/**
 * Reads frames in order, and skips damage between good ones. Texts have no control characters except line feeds,
 * and lengths contain zeros, so hardly any place within a text looks like the head of a frame; if one does, its
 * checksum decides.
 */
export class FrameReader {
  readonly #file: FileHandle;
  #end = 0;
  #damagedBytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** End of the last good frame read. */
  get end(): number {
    return this.#end;
  }

  /** Number of unreadable bytes before good frames. */
  get damagedBytes(): number {
    return this.#damagedBytes;
  }

  /** The frame at the beginning of the file; null if there is none. */
  async first(): Promise<string | null> {
    return this.#take(0, await this.#size());
  }

  /** The next good frame of rows; null at the end. */
  async next(): Promise<string | null> {
    const size = await this.#size();
    const text = await this.#take(this.#end, size);
    return text ?? (await this.#search(size));
  }

  async #search(size: number): Promise<string | null> {
    let from = this.#end + 1;
    while (from + HEAD_BYTES < size) {
      const window = await this.#bytes(from, Math.min(SEARCHED_AT_ONCE_BYTES, size - from));
      if (window === null) return null;
      let at = window.indexOf(FIRST_OF_ROWS, HEAD_BYTES);
      for (; at !== -1; at = window.indexOf(FIRST_OF_ROWS, at + 1)) {
        const start = at - HEAD_BYTES;
        if (!fits(window.readUInt32LE(start), size - from - at)) continue;
        const text = await this.#take(from + start, size);
        if (text !== null) return text;
      }
      // A head cut off at the end of this window is searched again with the next one.
      from += Math.max(1, window.length - HEAD_BYTES);
    }
    return null;
  }

  async #take(start: number, size: number): Promise<string | null> {
    const head = await this.#bytes(start, HEAD_BYTES);
    if (head === null) return null;
    const length = head.readUInt32LE(0);
    if (!fits(length, size - start - HEAD_BYTES)) return null;
    const payload = await this.#bytes(start + HEAD_BYTES, length);
    if (payload === null || crc32(payload) !== head.readUInt32LE(CHECKSUM_AT)) return null;
    this.#damagedBytes += start - this.#end;
    this.#end = start + HEAD_BYTES + length;
    return payload.toString('utf8');
  }

  async #size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** Null if the file ends first. */
  async #bytes(position: number, length: number): Promise<Buffer | null> {
    const bytes = Buffer.alloc(length);
    let read = 0;
    while (read < length) {
      const { bytesRead } = await this.#file.read(bytes, read, length - read, position + read);
      if (bytesRead === 0) return null;
      read += bytesRead;
    }
    return bytes;
  }
}

/** A file system may leave zeros in place of unwritten data: a length of zero is not a frame. */
function fits(length: number, roomBytes: number): boolean {
  return length > 0 && length <= roomBytes;
}
