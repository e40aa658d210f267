/** Target duration of a chunk: long enough that messages cost little, short enough that few rows wait on a slow worker. */
const CHUNK_MS = 20;
const MOST_ROWS = 512;
/** Limit on the values that a chunk's rows may return: with long values, fewer rows are asked for. */
const MOST_VALUES_LENGTH = 16 * 2 ** 20;

/** How many rows a worker asks for at a time: a fixed number, or what it starts in 20 ms. */
export class ChunkSize {
  readonly #fixed: number | null;
  #rows = 1;
  /** Mean size of a row's values so far, in characters. */
  #longest = 1;
  #count = 0;
  #sinceMs = 0;

  constructor(fixed: number | null) {
    this.#fixed = fixed;
  }

  get rows(): number {
    return Math.max(1, Math.min(this.#fixed ?? this.#rows, Math.floor(MOST_VALUES_LENGTH / this.#longest)));
  }

  /** Records the values of an answered row. */
  took(values: readonly (string | null)[]): void {
    let length = 0;
    for (const value of values) length += value?.length ?? 0;
    this.#longest = Math.max(this.#longest, length);
  }

  /** Records a started request. */
  sent(nowMs: number): void {
    this.#count++;
    if (nowMs - this.#sinceMs < CHUNK_MS) return;
    const elapsedMs = nowMs - this.#sinceMs;
    this.#rows = Math.min(MOST_ROWS, Math.max(1, Math.round((this.#count * CHUNK_MS) / elapsedMs)));
    this.#count = 0;
    this.#sinceMs = nowMs;
  }
}
