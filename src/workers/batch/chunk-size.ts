/** A chunk is to last so long: then messages cost little, and few rows wait behind a worker that is slow. */
const CHUNK_MS = 20;
const MOST_ROWS = 512;

/** How many rows a worker asks for at a time: those it was told, or as many as it starts in 20 ms. */
export class ChunkSize {
  readonly #fixed: number | null;
  #rows = 1;
  #count = 0;
  #sinceMs = 0;

  constructor(fixed: number | null) {
    this.#fixed = fixed;
  }

  get rows(): number {
    return this.#fixed ?? this.#rows;
  }

  /** A request was started. */
  sent(nowMs: number): void {
    this.#count++;
    if (nowMs - this.#sinceMs < CHUNK_MS) return;
    const elapsedMs = nowMs - this.#sinceMs;
    this.#rows = Math.min(MOST_ROWS, Math.max(1, Math.round((this.#count * CHUNK_MS) / elapsedMs)));
    this.#count = 0;
    this.#sinceMs = nowMs;
  }
}
