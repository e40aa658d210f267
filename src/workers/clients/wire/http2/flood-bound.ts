/** Limit on empty frames in a row. */
const BURST = 1_000;
/** And how many more for each second since the first of them. */
const PER_SECOND = 100;
const MS_PER_SECOND = 1_000;

/**
 * Bounds frames that cost work without advancing any answer: a target that sends nothing else would keep a
 * connection busy without end.
 */
export class FloodBound {
  #count = 0;
  #sinceMs = 0;

  /** An answer is complete, or a request has advanced. */
  onProgress(): void {
    this.#count = 0;
  }

  /** Counts an empty frame; true if there are too many. */
  isExceededBy(nowMs: () => number): boolean {
    if (this.#count++ === 0) this.#sinceMs = nowMs();
    if (this.#count <= BURST) return false;
    return this.#count > BURST + ((nowMs() - this.#sinceMs) / MS_PER_SECOND) * PER_SECOND;
  }
}
