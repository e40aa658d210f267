import { CELLS_IN_ONE } from '../../metrics/coarse-cells.ts';
import { cellOf } from '../../metrics/histogram.ts';
import { type CourseCells, STREAM_INTERVAL_MS, type StreamCourse } from '../../protocol/stream.ts';

/** More than there are coarse cells: interval and cell make one key. */
const CELLS_IN_KEY = 4_096;

/** Tokens and times of streams by interval, since the last message. */
export class StreamCourseRecorder {
  #ttft = new CellCounts();
  #gap = new CellCounts();
  #tokens = new Map<number, number>();
  /** Of the interval that is added to: tokens mostly come in the same one as their predecessor. */
  #tokensAt = 0;
  #tokensIn = 0;

  /** @param dueMs when the request was due, from the start of the window */
  addFirst(dueMs: number, ttftMs: number): void {
    this.#ttft.add(intervalOf(dueMs), ttftMs);
  }

  /** @param atMs when the gap ended, from the start of the window */
  addGap(atMs: number, gapMs: number): void {
    this.#gap.add(intervalOf(atMs), gapMs);
  }

  /** @param tokens may be a fraction: an answer's tokens are shared out over its events */
  addTokens(atMs: number, tokens: number): void {
    const interval = intervalOf(atMs);
    if (interval !== this.#tokensAt) {
      this.#settle();
      this.#tokensAt = interval;
    }
    this.#tokensIn += tokens;
  }

  /** What was added since the last call. */
  take(): StreamCourse {
    this.#settle();
    const tokens = this.#tokens;
    this.#tokens = new Map();
    return {
      ttft: this.#ttft.take(),
      gap: this.#gap.take(),
      tokens: { intervals: Uint32Array.from(tokens.keys()), counts: Float64Array.from(tokens.values()) },
    };
  }

  #settle(): void {
    if (this.#tokensIn > 0)
      this.#tokens.set(this.#tokensAt, (this.#tokens.get(this.#tokensAt) ?? 0) + this.#tokensIn);
    this.#tokensIn = 0;
  }
}

function intervalOf(atMs: number): number {
  return atMs > 0 ? Math.floor(atMs / STREAM_INTERVAL_MS) : 0;
}

/** How many values each cell of each interval has. */
class CellCounts {
  #counts = new Map<number, number>();
  /** Consecutive values mostly share a cell. */
  #key = -1;
  #count = 0;

  add(interval: number, valueMs: number): void {
    const key = interval * CELLS_IN_KEY + Math.floor(cellOf(valueMs) / CELLS_IN_ONE);
    if (key === this.#key) this.#count++;
    else {
      this.#settle();
      [this.#key, this.#count] = [key, 1];
    }
  }

  take(): CourseCells {
    this.#settle();
    const keys = [...this.#counts.keys()];
    const counts = Uint32Array.from(this.#counts.values());
    this.#counts = new Map();
    return {
      intervals: Uint32Array.from(keys, (key) => Math.floor(key / CELLS_IN_KEY)),
      cells: Uint16Array.from(keys, (key) => key % CELLS_IN_KEY),
      counts,
    };
  }

  #settle(): void {
    if (this.#count > 0) this.#counts.set(this.#key, (this.#counts.get(this.#key) ?? 0) + this.#count);
    this.#count = 0;
  }
}
