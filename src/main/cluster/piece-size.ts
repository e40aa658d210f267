const FIRST_BYTES = 4_096;
const LEAST_BYTES = 1_024;
const MOST_BYTES = 65_536;
/** Anything sent after a piece waits for it: a renewal can stand this much. */
const TOO_LONG_MS = 400;
const SHORT_MS = 100;

/**
 * Size of the pieces in which a long value is sent, between which other messages can pass. It adapts to how long
 * pieces took: a slow link gets small ones.
 */
export class PieceSize {
  #bytes = FIRST_BYTES;
  /** Time of the quickest piece so far: mostly the round trip. */
  #leastMs = Number.POSITIVE_INFINITY;

  get bytes(): number {
    return this.#bytes;
  }

  /** A piece was answered after `ms`. One below the current size never raises it: its time is mostly the round trip. */
  took(bytes: number, ms: number): void {
    this.#leastMs = Math.min(this.#leastMs, ms);
    const beyondMs = ms - this.#leastMs;
    if (beyondMs > TOO_LONG_MS) this.#bytes = Math.max(LEAST_BYTES, this.#bytes / 2);
    else if (beyondMs < SHORT_MS && bytes >= this.#bytes) this.#bytes = Math.min(MOST_BYTES, this.#bytes * 2);
  }
}
