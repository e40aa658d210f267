import { LARGEST_KEPT_BYTES } from '../../requests/expectation.ts';
import { copyInto, copyOf, type ReadBytes } from '../connections/read-bytes.ts';
import type { AnswerSink, SaysOfBody } from './answer-sink.ts';

const NOTHING = new Uint8Array();
const SMALLEST_GROWN_BYTES = 4_096;

/**
 * The body of one answer, copied as it arrives into one buffer, however many pieces there are. The buffer is never
 * reused for another answer, so `body` may be kept.
 */
export class KeptBody implements AnswerSink {
  readonly tokens = null;
  #buffer: Uint8Array = NOTHING;
  #length = 0;

  get body(): Uint8Array {
    return this.#buffer.length === this.#length ? this.#buffer : this.#buffer.subarray(0, this.#length);
  }

  get complaint(): string | null {
    return null;
  }

  expect(keepsBody: boolean): boolean {
    return keepsBody;
  }

  begin(_status: number, _says: SaysOfBody): void {}

  finish(): null {
    return null;
  }

  clear(): void {
    this.#buffer = NOTHING;
    this.#length = 0;
  }

  add(bytes: ReadBytes, from: number, to: number): void {
    const end = Math.min(to, from + LARGEST_KEPT_BYTES - this.#length);
    if (end <= from) return;
    if (this.#length === 0) {
      this.#buffer = copyOf(bytes, from, end);
    } else {
      this.#makeRoom(this.#length + end - from);
      copyInto(this.#buffer, this.#length, bytes, from, end);
    }
    this.#length += end - from;
  }

  #makeRoom(lengthBytes: number): void {
    if (lengthBytes <= this.#buffer.length) return;
    const roomBytes = Math.max(lengthBytes, SMALLEST_GROWN_BYTES, 2 * this.#buffer.length);
    const grown = new Uint8Array(Math.min(roomBytes, LARGEST_KEPT_BYTES));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
