/** Limit on the bodies and values that a batch's workers hold in total; each may hold one more. */
const MOST_HELD_BYTES = 32 * 2 ** 20;
/** Weight of one body in the moving average of body sizes. */
const AVERAGE_WEIGHT = 1 / 8;

/** The receiver of a body, which can pause reading the rest of it. */
interface Receiver {
  holdBack(): void;
  readOn(): void;
}

/**
 * Bounds what a worker holds of answers: bodies as they arrive, and values until the coordinator has written them.
 * If a body does not fit, its connection is paused until there is room; the one that began first is always
 * read, so that room will come. A request starts only if an answer of average size fits.
 */
export class AnswerRoom {
  readonly #mostBytes: number;
  readonly #onRoom: () => void;
  /** Bytes received per body, in the order in which bodies began. */
  readonly #bodies = new Map<Receiver, number>();
  readonly #heldBack = new Set<Receiver>();
  #bodyBytes = 0;
  /** Characters of values that the coordinator has not written yet. */
  #valuesLength = 0;
  #averageBytes = 0;

  /** `onRoom` is called when a request may start that could not before. */
  constructor(workers: number, onRoom: () => void) {
    this.#mostBytes = MOST_HELD_BYTES / workers;
    this.#onRoom = onRoom;
  }

  /** Whether one more request may start. */
  mayStart(underWay: number): boolean {
    if (underWay === 0) return true;
    const expected = Math.max(this.#bodyBytes, underWay * this.#averageBytes) + this.#averageBytes;
    return expected + this.#valuesLength <= this.#mostBytes;
  }

  /** Adds received bytes of a body. */
  received(by: Receiver, bytes: number): void {
    this.#bodies.set(by, (this.#bodies.get(by) ?? 0) + bytes);
    this.#bodyBytes += bytes;
    if (this.#isOver && !this.#heldBack.has(by) && by !== this.#oldest) {
      this.#heldBack.add(by);
      by.holdBack();
    }
  }

  /** Releases a body, complete or not. */
  released(by: Receiver): void {
    const bytes = this.#bodies.get(by);
    if (bytes === undefined) return;
    this.#bodies.delete(by);
    this.#bodyBytes -= bytes;
    this.#averageBytes += (bytes - this.#averageBytes) * AVERAGE_WEIGHT;
    this.#readOn(by);
    this.#letOn();
  }

  /** Adds values that were sent to the coordinator. */
  sent(length: number): void {
    this.#valuesLength += length;
  }

  /** Releases values that the coordinator has written. */
  written(length: number): void {
    this.#valuesLength -= length;
    this.#letOn();
    this.#onRoom();
  }

  get #isOver(): boolean {
    return this.#bodyBytes + this.#valuesLength > this.#mostBytes;
  }

  get #oldest(): Receiver | undefined {
    return this.#bodies.keys().next().value;
  }

  /** Resumes reading where an average body fits. */
  #letOn(): void {
    if (this.#heldBack.size === 0) return;
    const oldest = this.#oldest;
    if (oldest !== undefined) this.#readOn(oldest);
    let bytes = this.#bodyBytes + this.#valuesLength;
    for (const receiver of this.#heldBack) {
      if (bytes > this.#mostBytes) return;
      this.#readOn(receiver);
      bytes += this.#averageBytes;
    }
  }

  #readOn(receiver: Receiver): void {
    if (this.#heldBack.delete(receiver)) receiver.readOn();
  }
}
