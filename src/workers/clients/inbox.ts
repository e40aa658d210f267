import type { Clock } from '../../protocol/clock.ts';

/** Who is shown bytes that have been read for it. */
export interface Recipient {
  /** Pieces of this recipient's that wait in the inbox. */
  waitingReads: number;
  /** `bytes[0…count)` were read at `readAtMs`; they are valid during the call only. */
  show(bytes: Buffer, count: number, readAtMs: number): void;
}

interface Waiting {
  readonly recipient: Recipient;
  readonly bytes: Buffer;
  readonly readAtMs: number;
}

/** In a burst, answers are dealt with for so long before reading goes first; longer pauses end it. */
const SLICE_MS = 0.5;

/**
 * Sees to it that an answer's time is that of its reading. In a burst each answer would wait in the kernel
 * until those before it have been dealt with, and that wait would look like the target's. So after a moment
 * the rest is only read and stamped, and dealt with in slices, between which the event loop reads again.
 */
export class Inbox {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  /** The first of `#waiting` that has not been dealt with. */
  #first = 0;
  #burstSinceMs = Number.NEGATIVE_INFINITY;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  #isScheduled = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes what was read just now, from a buffer that is read into again. */
  arrived(recipient: Recipient, bytes: Buffer, count: number): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lastReadMs > SLICE_MS) this.#burstSinceMs = nowMs;
    this.#lastReadMs = nowMs;
    if (this.#first === this.#waiting.length && nowMs - this.#burstSinceMs <= SLICE_MS) {
      recipient.show(bytes, count, nowMs);
      return;
    }
    recipient.waitingReads++;
    this.#waiting.push({ recipient, bytes: Buffer.from(bytes.subarray(0, count)), readAtMs: nowMs });
    this.#schedule();
  }

  /** Shows a recipient now what waits for it. */
  showAll(recipient: Recipient): void {
    const waiting = this.#waiting.slice(this.#first);
    this.#waiting = waiting.filter((read) => read.recipient !== recipient);
    this.#first = 0;
    for (const read of waiting) if (read.recipient === recipient) this.#show(read);
  }

  readonly #dealWithSlice = (): void => {
    this.#isScheduled = false;
    const untilMs = this.#clock.nowMs() + SLICE_MS;
    while (this.#first < this.#waiting.length) {
      const waiting = this.#waiting[this.#first++];
      if (waiting !== undefined) this.#show(waiting);
      if (this.#first < this.#waiting.length && this.#clock.nowMs() > untilMs) {
        this.#schedule();
        return;
      }
    }
    this.#waiting = [];
    this.#first = 0;
    this.#lastReadMs = Number.NEGATIVE_INFINITY;
  };

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#dealWithSlice);
  }

  #show({ recipient, bytes, readAtMs }: Waiting): void {
    recipient.waitingReads--;
    recipient.show(bytes, bytes.length, readAtMs);
  }
}
