/** Frames that bring nothing, at once. */
const BURST = 1_000;
/** The same for as long as the connection lasts. */
const PER_SECOND = 100;
const MS_PER_SECOND = 1_000;

/**
 * Bounds the frames that cost us work and bring no answer nearer: a target that sends nothing else would keep a
 * connection busy for ever.
 */
export class FloodBound {
  #count = 0;
  #sinceMs = 0;

  /** An answer is complete, or a request has gone on. */
  onProgress(): void {
    this.#count = 0;
  }

  /** Counts a frame that brings nothing; true where they are too many. */
  isExceededBy(nowMs: () => number): boolean {
    if (this.#count++ === 0) this.#sinceMs = nowMs();
    if (this.#count <= BURST) return false;
    return this.#count > BURST + ((nowMs() - this.#sinceMs) / MS_PER_SECOND) * PER_SECOND;
  }
}
