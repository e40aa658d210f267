import { HEAD_BYTES, writeFrameHead, writeUint32 } from './frames.ts';

const FIRST_BYTES = 4_096;
/** A larger buffer is not kept for the next write. */
const MOST_KEPT_BYTES = 65_536;
const MOST_SPARE = 16;

/** Frames that go out together, in one write. */
export class Outbox {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #length = 0;
  /** What was to be written last; most writes are as long as the one before. */
  #view = this.#bytes.subarray(0, 0);
  #viewed = this.#bytes;
  /** In the order of their writes. */
  readonly #lent: Buffer<ArrayBuffer>[] = [];
  readonly #spare: Buffer<ArrayBuffer>[] = [];

  get length(): number {
    return this.#length;
  }

  /** What is to be written. */
  get bytes(): Buffer {
    if (this.#viewed !== this.#bytes || this.#view.length !== this.#length) {
      this.#viewed = this.#bytes;
      this.#view = this.#bytes.subarray(0, this.#length);
    }
    return this.#view;
  }

  add(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Adds the frames of a head, whose numbers of a stream are at `places`. */
  addHead(head: Uint8Array, places: readonly number[], streamId: number): void {
    const at = this.#reserve(head.length);
    this.#bytes.set(head, at);
    for (const place of places) writeUint32(this.#bytes, at + place, streamId);
  }

  /** Adds a frame with the payload `bytes[from…to)`. */
  addFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, from: number, to: number): void {
    const at = this.#reserve(HEAD_BYTES + to - from);
    writeFrameHead(this.#bytes, at, to - from, type, flags, streamId);
    this.#bytes.set(bytes.subarray(from, to), at + HEAD_BYTES);
  }

  /** Adds a frame whose payload is one number. */
  addNumber(type: number, streamId: number, number: number): void {
    const at = this.#reserve(HEAD_BYTES + 4);
    writeFrameHead(this.#bytes, at, 4, type, 0, streamId);
    writeUint32(this.#bytes, at + HEAD_BYTES, number);
  }

  /** Begins the next write where nobody reads the last one's bytes any more. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#bytes = this.#spareOrNew();
  }

  /** Begins the next write in another buffer: nobody will say when the last one's is not read any more. */
  forgo(): void {
    this.#length = 0;
    this.#bytes = this.#spareOrNew();
  }

  /** Begins the next write in another buffer, while the last one's bytes are still read. */
  lend(): void {
    this.#lent.push(this.#bytes);
    this.#length = 0;
    this.#bytes = this.#spareOrNew();
  }

  /** The first of the buffers that were lent is not read any more. */
  returned(): void {
    const bytes = this.#lent.shift();
    if (bytes !== undefined && bytes.length <= MOST_KEPT_BYTES && this.#spare.length < MOST_SPARE)
      this.#spare.push(bytes);
  }

  #spareOrNew(): Buffer<ArrayBuffer> {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  #reserve(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * this.#length);
      this.#bytes.copy(grown, 0, 0, at);
      this.#bytes = grown;
    }
    return at;
  }
}
