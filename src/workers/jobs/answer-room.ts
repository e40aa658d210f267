/** Bodies and values of answers that all workers of a batch hold together; each may hold one beyond it. */
const MOST_HELD_BYTES = 32 * 2 ** 20;
/** What one body weighs in the average of body sizes. */
const AVERAGE_WEIGHT = 1 / 8;

/** Whoever receives a body, and can leave the rest of it in the network for a while. */
export interface Receiver {
  holdBack(): void;
  readOn(): void;
}

/**
 * Bounds what a worker holds of answers: bodies as they come, and values until the coordinator has written them.
 * Where a body does not fit, its connection is not read until there is room; the one that began first is always
 * read, so that there will be. A request starts only where an answer of the average size fits.
 */
export class AnswerRoom {
  readonly #mostBytes: number;
  readonly #onRoom: () => void;
  /** Bytes of bodies that have come, in the order in which they began. */
  readonly #bodies = new Map<Receiver, number>();
  readonly #heldBack = new Set<Receiver>();
  #bodyBytes = 0;
  /** Of values that the coordinator has not written yet. */
  #valuesLength = 0;
  #averageBytes = 0;

  /** `onRoom` is called where a request may start that could not before. */
  constructor(workers: number, onRoom: () => void) {
    this.#mostBytes = MOST_HELD_BYTES / workers;
    this.#onRoom = onRoom;
  }

  /** Whether one more request may start beside those under way. */
  mayStart(underWay: number): boolean {
    if (underWay === 0) return true;
    const expected = Math.max(this.#bodyBytes, underWay * this.#averageBytes) + this.#averageBytes;
    return expected + this.#valuesLength <= this.#mostBytes;
  }

  /** More of a body has come. */
  received(by: Receiver, bytes: number): void {
    this.#bodies.set(by, (this.#bodies.get(by) ?? 0) + bytes);
    this.#bodyBytes += bytes;
    if (this.#isOver && !this.#heldBack.has(by) && by !== this.#oldest) {
      this.#heldBack.add(by);
      by.holdBack();
    }
  }

  /** A body is let go, whole or not. */
  released(by: Receiver): void {
    const bytes = this.#bodies.get(by);
    if (bytes === undefined) return;
    this.#bodies.delete(by);
    this.#bodyBytes -= bytes;
    this.#averageBytes += (bytes - this.#averageBytes) * AVERAGE_WEIGHT;
    this.#readOn(by);
    this.#letOn();
  }

  /** Values are on their way to the coordinator. */
  sent(length: number): void {
    this.#valuesLength += length;
  }

  /** The coordinator has written values of this length. */
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

  /** Reads on where there is room for as much as bodies have on average. */
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
