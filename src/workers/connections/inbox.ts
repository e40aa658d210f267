import type { Clock } from '../../time/clock.ts';
import { copyInto, type ReadBytes, withWords } from './read-bytes.ts';

/** Receives the bytes that were read for it. */
export interface Recipient {
  /** Number of this recipient's pieces in the inbox. */
  waitingReads: number;
  /** Nothing has been asked for: what comes is shown at once, before it could pass for the answer to the next request. */
  readonly isIdle: boolean;
  /** `bytes[0…count)` were read at `readAtMs`; they are valid during the call only. */
  show(bytes: ReadBytes, count: number, readAtMs: number): void;
}

/** A queued read; the object and its buffer are reused. */
interface Waiting {
  recipient: Recipient | null;
  bytes: Buffer;
  count: number;
  readAtMs: number;
}

/** Fits most heads and small answers. */
const FIRST_BYTES = 2_048;
/** Larger buffers are not kept. */
const MOST_KEPT_BYTES = 16_384;
const MOST_KEPT = 4_096;
/** How many processed entries may stay in the list before it is cut. */
const MOST_DEALT = 1_024;

/**
 * Limit on queued bytes. A burst of small answers stays far below; large answers could arrive faster than they
 * are processed, without end.
 */
const MOST_WAITING_BYTES = 2 ** 24;

/** In a burst, answers are processed for this long before reading goes first; a longer pause ends the burst. */
const SLICE_MS = 0.5;

/**
 * Stamps an answer when it is read, not when it is processed. In a burst each answer would wait in the kernel
 * until those before it are processed, and that wait would be attributed to the target. So after a moment
 * the rest is only read and stamped, then processed in slices, between which the event loop reads again.
 */
export class Inbox {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  readonly #unused: Waiting[] = [];
  /** Index of the first unprocessed entry of `#waiting`. */
  #first = 0;
  /** Bytes of the unprocessed entries. */
  #waitingBytes = 0;
  #burstSinceMs = Number.NEGATIVE_INFINITY;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  #isScheduled = false;
  /** The latest entry, while only reading has happened since. */
  #last: Waiting | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes bytes that were just read, from a buffer that will be reused. */
  arrived(recipient: Recipient, bytes: ReadBytes, count: number): void {
    const last = this.#last;
    if (last !== null && last.recipient === recipient && last.count + count <= last.bytes.length) {
      // TLS delivers one read of a connection record by record, but they arrived together.
      copyInto(last.bytes, last.count, bytes, 0, count);
      last.count += count;
      this.#waitingBytes += count;
      return;
    }
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lastReadMs > SLICE_MS) this.#burstSinceMs = nowMs;
    this.#lastReadMs = nowMs;
    const isAlone = this.#first === this.#waiting.length && nowMs - this.#burstSinceMs <= SLICE_MS;
    if (isAlone || (recipient.waitingReads === 0 && recipient.isIdle)) {
      recipient.show(bytes, count, nowMs);
      return;
    }
    if (this.#waitingBytes + count > MOST_WAITING_BYTES) {
      // The rest stays in the kernel, bounded by each connection's window.
      this.#dealWithAll();
      recipient.show(bytes, count, nowMs);
      return;
    }
    recipient.waitingReads++;
    this.#waitingBytes += count;
    this.#last = this.#copyOf(recipient, bytes, count, nowMs);
    this.#waiting.push(this.#last);
    this.#schedule();
  }

  /** Delivers a recipient's queued bytes now. */
  showAll(recipient: Recipient): void {
    this.#last = null;
    const waiting = this.#waiting.slice(this.#first);
    this.#waiting = waiting.filter((read) => read.recipient !== recipient);
    this.#first = 0;
    for (const read of waiting) if (read.recipient === recipient) this.#show(read);
  }

  #dealWithAll(): void {
    this.#last = null;
    while (this.#first < this.#waiting.length) {
      const waiting = this.#waiting[this.#first++];
      if (waiting !== undefined) this.#show(waiting);
    }
    this.#waiting.length = 0;
    this.#first = 0;
  }

  readonly #dealWithSlice = (): void => {
    this.#isScheduled = false;
    this.#last = null;
    const untilMs = this.#clock.nowMs() + SLICE_MS;
    while (this.#first < this.#waiting.length) {
      const waiting = this.#waiting[this.#first++];
      if (waiting !== undefined) this.#show(waiting);
      if (this.#first < this.#waiting.length && this.#clock.nowMs() > untilMs) {
        if (this.#first >= MOST_DEALT) {
          this.#waiting.splice(0, this.#first);
          this.#first = 0;
        }
        this.#schedule();
        return;
      }
    }
    this.#waiting.length = 0;
    this.#first = 0;
    this.#lastReadMs = Number.NEGATIVE_INFINITY;
  };

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#dealWithSlice);
  }

  #copyOf(recipient: Recipient, bytes: ReadBytes, count: number, readAtMs: number): Waiting {
    const read = this.#unused.pop() ?? {
      recipient,
      bytes: withWords(Buffer.allocUnsafe(FIRST_BYTES)),
      count,
      readAtMs,
    };
    if (read.bytes.length < count) read.bytes = withWords(Buffer.allocUnsafe(count));
    copyInto(read.bytes, 0, bytes, 0, count);
    read.recipient = recipient;
    read.count = count;
    read.readAtMs = readAtMs;
    return read;
  }

  #show(read: Waiting): void {
    const { recipient, bytes, count, readAtMs } = read;
    if (recipient === null) return;
    read.recipient = null;
    recipient.waitingReads--;
    this.#waitingBytes -= count;
    recipient.show(bytes, count, readAtMs);
    if (bytes.length <= MOST_KEPT_BYTES && this.#unused.length < MOST_KEPT) this.#unused.push(read);
  }
}
