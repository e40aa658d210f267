import { bytesIn, type KeptBytes, LARGEST_KEPT_BYTES } from '../../requests/body-text.ts';
import { copyInto, latin1Of, type ReadBytes } from '../connections/read-bytes.ts';
import type { AnswerSink, SaysOfBody } from './answer-sink.ts';

const NOTHING = '';
const SMALLEST_GROWN_BYTES = 4_096;

/**
 * The body of one answer, copied as it arrives: in one piece as text of Latin-1, in several into one buffer, however many
 * there are. The buffer is never reused for another answer, so `body` may be kept.
 */
export class KeptBody implements AnswerSink {
  readonly tokens = null;
  #kept: KeptBytes = NOTHING;
  /** Of a buffer, that are taken. */
  #length = 0;

  get body(): KeptBytes {
    if (typeof this.#kept === 'string' || this.#kept.length === this.#length) return this.#kept;
    return this.#kept.subarray(0, this.#length);
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
    this.#kept = NOTHING;
    this.#length = 0;
  }

  add(bytes: ReadBytes, from: number, to: number): void {
    const end = Math.min(to, from + LARGEST_KEPT_BYTES - this.#length);
    if (end <= from) return;
    if (this.#length === 0) this.#kept = latin1Of(bytes, from, end);
    else copyInto(this.#withRoom(this.#length + end - from), this.#length, bytes, from, end);
    this.#length += end - from;
  }

  #withRoom(lengthBytes: number): Uint8Array {
    const kept = bytesIn(this.#kept);
    if (lengthBytes <= kept.length) return kept;
    const roomBytes = Math.max(lengthBytes, SMALLEST_GROWN_BYTES, 2 * kept.length);
    const grown = new Uint8Array(Math.min(roomBytes, LARGEST_KEPT_BYTES));
    grown.set(kept.subarray(0, this.#length));
    this.#kept = grown;
    return grown;
  }
}
