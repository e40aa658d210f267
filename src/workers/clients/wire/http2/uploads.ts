import { CODE, DEFAULT_FRAME_BYTES, DEFAULT_WINDOW_BYTES, FLAG, FRAME, MAX_31_BITS } from './frames.ts';
import type { Http2Stream } from './http2-stream.ts';
import type { Outbox } from './outbox.ts';
import { NotHttp2 } from './refusal.ts';

/** Request bodies on one connection, sent as far as flow control allows (RFC 9113, 5.2). */
export class Uploads {
  /** Streams with unsent data. */
  readonly #streams: Http2Stream[] = [];
  #windowBytes = DEFAULT_WINDOW_BYTES;

  get isEmpty(): boolean {
    return this.#streams.length === 0;
  }

  /** The target enlarged the connection's window. Returns what is wrong with it, or null. */
  widen(bytes: number): NotHttp2 | null {
    this.#windowBytes += bytes;
    return problemOf(this.#windowBytes);
  }

  add(stream: Http2Stream): void {
    this.#streams.push(stream);
  }

  remove(stream: Http2Stream): void {
    const place = this.#streams.indexOf(stream);
    if (place >= 0) this.#streams.splice(place, 1);
  }

  /**
   * Adds what may be sent to the outgoing frames, one frame per stream in turn, up to `mostBytes`.
   *
   * @returns whether anything was added
   */
  send(out: Outbox, mostBytes: number): boolean {
    let hasSent = true;
    let hasSentAny = false;
    while (hasSent && this.#streams.length > 0) {
      hasSent = false;
      for (let place = 0; place < this.#streams.length; place++) {
        if (out.length >= mostBytes || this.#windowBytes <= 0) return hasSentAny;
        const stream = this.#streams[place] as Http2Stream;
        if (!this.#sendPiece(stream, out)) continue;
        hasSent = true;
        hasSentAny = true;
        if (!stream.isUploading) this.#streams.splice(place--, 1);
      }
    }
    return hasSentAny;
  }

  #sendPiece(stream: Http2Stream, out: Outbox): boolean {
    const { request, bodyAt, windowBytes, id } = stream;
    if (request.body === null) return false;
    const left = request.body.length - bodyAt;
    const length = Math.min(left, windowBytes, this.#windowBytes, DEFAULT_FRAME_BYTES);
    if (length <= 0) return false;
    const flags = length === left ? FLAG.endStream : 0;
    out.addFrame(FRAME.data, flags, id, request.body, bodyAt, bodyAt + length);
    stream.bodyAt += length;
    stream.windowBytes -= length;
    this.#windowBytes -= length;
    return true;
  }
}

/** What is wrong with a window of this size; null if nothing. */
export function problemOf(windowBytes: number): NotHttp2 | null {
  return windowBytes > MAX_31_BITS
    ? new NotHttp2('a window of more than 2,147,483,647 bytes', CODE.flowControlError)
    : null;
}
