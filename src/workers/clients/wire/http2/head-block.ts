import { CODE, FLAG, MOST_FIELD_BYTES } from './frames.ts';
import { NotHttp2 } from './refusal.ts';

const PRIORITY_BYTES = 5;
const FIRST_BYTES = 1_024;

/** A head in several frames: HEADERS, then CONTINUATION up to END_HEADERS (RFC 9113, 6.10). */
export class HeadBlock {
  /** Stream of the head in progress; 0 without one. */
  streamId = 0;
  /** The head ends the stream. */
  isLast = false;
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;
  /** Start and end of the head's piece in the payload of the HEADERS examined last. */
  from = 0;
  to = 0;

  /** Finds the piece in the payload `bytes[from…to)` of HEADERS. Returns what is wrong with it, or null. */
  find(flags: number, bytes: Uint8Array, from: number, to: number): NotHttp2 | null {
    const isPadded = (flags & FLAG.padded) !== 0;
    const padding = isPadded && from < to ? (bytes[from] as number) : 0;
    const before = (isPadded ? 1 : 0) + ((flags & FLAG.priority) === 0 ? 0 : PRIORITY_BYTES);
    this.from = from + before;
    this.to = to - padding;
    return this.from <= this.to ? null : new NotHttp2('HEADERS that are shorter than they say');
  }

  /** Begins a head with the piece that was found. */
  begin(streamId: number, isLast: boolean, bytes: Buffer): void {
    this.streamId = streamId;
    this.isLast = isLast;
    this.length = 0;
    this.add(bytes, this.from, this.to);
  }

  /** Adds a piece. Returns what is wrong with that, or null. */
  add(bytes: Buffer, from: number, to: number): NotHttp2 | null {
    const length = this.length + to - from;
    if (length > MOST_FIELD_BYTES)
      return new NotHttp2('the head of an answer is longer than 64 KiB', CODE.enhanceYourCalm);
    if (length > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(2 * length);
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    bytes.copy(this.bytes, this.length, from, to);
    this.length = length;
    return null;
  }

  /** Ends the head; its bytes stay valid until the next one begins. */
  end(): void {
    this.streamId = 0;
  }
}
