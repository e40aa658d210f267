import { HEAD_BYTES, writeFrameHead, writeUint32 } from './frames.ts';

const FIRST_BYTES = 4_096;
/** A buffer larger than this is not kept for the next write. */
const MOST_KEPT_BYTES = 65_536;
const MOST_SPARE = 16;

/** A reusable buffer for frames; parts that are still right from the last time are not written again. */
class Page {
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** The last write's bytes; most writes have the same length as the previous one. */
  view = this.bytes.subarray(0, 0);
  /** The head that its beginning holds copies of, and up to where; most requests of a run share one. */
  repeated: Uint8Array | null = null;
  repeatedBytes = 0;

  grow(length: number, used: number): void {
    const grown = Buffer.allocUnsafeSlow(2 * length);
    this.bytes.copy(grown, 0, 0, used);
    this.bytes = grown;
    this.view = grown.subarray(0, 0);
  }
}

/** Frames that are sent together in one write. */
export class Outbox {
  #page = new Page();
  #length = 0;
  /** In order of their writes. */
  readonly #lent: Page[] = [];
  readonly #spare: Page[] = [];

  get length(): number {
    return this.#length;
  }

  /** The bytes to write. */
  get bytes(): Buffer {
    const page = this.#page;
    if (page.view.length !== this.#length) page.view = page.bytes.subarray(0, this.#length);
    return page.view;
  }

  add(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#page.bytes.set(bytes, at);
  }

  /** Adds the frames of a head; the stream number goes to `places`. */
  addHead(head: Uint8Array, places: readonly number[], streamId: number): void {
    const page = this.#page;
    const at = this.#length;
    if (head === page.repeated && at + head.length <= page.repeatedBytes) this.#length = at + head.length;
    else this.#copyHead(head);
    for (const place of places) writeUint32(page.bytes, at + place, streamId);
  }

  /** Adds a frame with the payload `bytes[from…to)`. */
  addFrame(type: number, flags: number, streamId: number, bytes: Uint8Array, from: number, to: number): void {
    const at = this.#reserve(HEAD_BYTES + to - from);
    writeFrameHead(this.#page.bytes, at, to - from, type, flags, streamId);
    this.#page.bytes.set(bytes.subarray(from, to), at + HEAD_BYTES);
  }

  /** Adds a frame whose payload is a single number. */
  addNumber(type: number, streamId: number, number: number): void {
    const at = this.#reserve(HEAD_BYTES + 4);
    writeFrameHead(this.#page.bytes, at, 4, type, 0, streamId);
    writeUint32(this.#page.bytes, at + HEAD_BYTES, number);
  }

  /** Begins the next write; the last one's bytes are no longer in use. */
  clear(): void {
    this.#length = 0;
    if (this.#page.bytes.length > MOST_KEPT_BYTES) this.#page = this.#spareOrNew();
  }

  /** Begins the next write in another buffer, because nothing will signal when the last one is free. */
  forgo(): void {
    this.#length = 0;
    this.#page = this.#spareOrNew();
  }

  /** Begins the next write in another buffer while the last one is still in use. */
  lend(): void {
    this.#lent.push(this.#page);
    this.#length = 0;
    this.#page = this.#spareOrNew();
  }

  /** The first lent buffer is free again. */
  returned(): void {
    const page = this.#lent.shift();
    if (page !== undefined && page.bytes.length <= MOST_KEPT_BYTES && this.#spare.length < MOST_SPARE)
      this.#spare.push(page);
  }

  #spareOrNew(): Page {
    return this.#spare.pop() ?? new Page();
  }

  #copyHead(head: Uint8Array): void {
    const page = this.#page;
    // Only an unbroken run of copies, from the beginning.
    const goesOn = this.#length === 0 || (head === page.repeated && this.#length === page.repeatedBytes);
    const at = this.#reserve(head.length);
    page.bytes.set(head, at);
    if (!goesOn) return;
    page.repeated = head;
    page.repeatedBytes = at + head.length;
  }

  /** Reserves room for new content; returns its position. */
  #reserve(bytes: number): number {
    const page = this.#page;
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > page.bytes.length) page.grow(this.#length, at);
    if (at < page.repeatedBytes) page.repeatedBytes = at;
    return at;
  }
}
