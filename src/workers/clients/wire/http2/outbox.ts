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
  /** The head of which the buffer's beginning holds copies, and how far; most requests of a run have the same. */
  #repeated: Uint8Array | null = null;
  #repeatedBytes = 0;
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
    this.#forgetRepeated();
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Adds the frames of a head, whose numbers of a stream are at `places`. */
  addHead(head: Uint8Array, places: readonly number[], streamId: number): void {
    const at = this.#reserve(head.length);
    if (head !== this.#repeated || at + head.length > this.#repeatedBytes) this.#copyHead(head, at);
    for (const place of places) writeUint32(this.#bytes, at + place, streamId);
  }

  /** Adds a frame with the payload `bytes[from…to)`. */
  addFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, from: number, to: number): void {
    this.#forgetRepeated();
    const at = this.#reserve(HEAD_BYTES + to - from);
    writeFrameHead(this.#bytes, at, to - from, type, flags, streamId);
    this.#bytes.set(bytes.subarray(from, to), at + HEAD_BYTES);
  }

  /** Adds a frame whose payload is one number. */
  addNumber(type: number, streamId: number, number: number): void {
    this.#forgetRepeated();
    const at = this.#reserve(HEAD_BYTES + 4);
    writeFrameHead(this.#bytes, at, 4, type, 0, streamId);
    writeUint32(this.#bytes, at + HEAD_BYTES, number);
  }

  /** Begins the next write where nobody reads the last one's bytes any more. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > MOST_KEPT_BYTES) this.#takeAnother();
  }

  /** Begins the next write in another buffer: nobody will say when the last one's is not read any more. */
  forgo(): void {
    this.#length = 0;
    this.#takeAnother();
  }

  /** Begins the next write in another buffer, while the last one's bytes are still read. */
  lend(): void {
    this.#lent.push(this.#bytes);
    this.#length = 0;
    this.#takeAnother();
  }

  /** The first of the buffers that were lent is not read any more. */
  returned(): void {
    const bytes = this.#lent.shift();
    if (bytes !== undefined && bytes.length <= MOST_KEPT_BYTES && this.#spare.length < MOST_SPARE)
      this.#spare.push(bytes);
  }

  #takeAnother(): void {
    this.#bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#repeatedBytes = 0;
  }

  #copyHead(head: Uint8Array, at: number): void {
    this.#bytes.set(head, at);
    // Only copies of the same, from the beginning on.
    if (at === 0) this.#repeated = head;
    else if (head !== this.#repeated || at !== this.#repeatedBytes) {
      this.#forgetRepeatedFrom(at);
      return;
    }
    this.#repeatedBytes = at + head.length;
  }

  /** What is added now is no copy of it. */
  #forgetRepeated(): void {
    this.#forgetRepeatedFrom(this.#length);
  }

  #forgetRepeatedFrom(at: number): void {
    if (at < this.#repeatedBytes) this.#repeatedBytes = at;
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
