const FIRST_BYTES = 4_096;
const LEAST_BYTES = 1_024;
const MOST_BYTES = 65_536;
/** What comes behind a piece waits for it: a renewal bears this much. */
const TOO_LONG_MS = 400;
const SHORT_MS = 100;

/**
 * How much of a long value is sent before anything else may go over the same way. It follows from how long pieces took:
 * a narrow way gets small ones.
 */
export class PieceSize {
  #bytes = FIRST_BYTES;
  /** The quickest piece so far: the way there and back, mostly. */
  #leastMs = Number.POSITIVE_INFINITY;

  get bytes(): number {
    return this.#bytes;
  }

  /** A piece was answered after `ms`. Small ones tell only of the way. */
  took(bytes: number, ms: number): void {
    this.#leastMs = Math.min(this.#leastMs, ms);
    const beyondMs = ms - this.#leastMs;
    if (beyondMs > TOO_LONG_MS) this.#bytes = Math.max(LEAST_BYTES, this.#bytes / 2);
    else if (beyondMs < SHORT_MS && bytes >= this.#bytes) this.#bytes = Math.min(MOST_BYTES, this.#bytes * 2);
  }
}
