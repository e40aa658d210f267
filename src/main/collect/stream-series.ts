import { CellGrid } from '../../metrics/cell-grid.ts';
import type { CoarseCells } from '../../metrics/coarse-cells.ts';
import { type CourseCells, STREAM_INTERVAL_MS, type StreamCourse } from '../../protocol/stream.ts';
import { longerIntervalMs } from './series.ts';

/** Twice as many as the series of requests has: tokens still come when no request is due any more. */
const MOST_INTERVALS = 1_200;

/** What streams were like within a stretch of time. */
interface StreamStretch {
  /** Tokens that came within it. */
  readonly tokens: number;
  /** Times to the first token of the requests that were due within it. */
  readonly ttft: CoarseCells;
  /** Gaps that ended within it. */
  readonly gap: CoarseCells;
}

/** Tokens and times of streams per interval; beyond 1,200 intervals neighbours are merged into longer ones. */
export class StreamSeries {
  #intervalMs = STREAM_INTERVAL_MS;
  #ttft = new CellGrid(MOST_INTERVALS);
  #gap = new CellGrid(MOST_INTERVALS);
  #tokens = new Float64Array(MOST_INTERVALS);

  get intervalMs(): number {
    return this.#intervalMs;
  }

  fold({ ttft, gap, tokens }: StreamCourse): void {
    const last = [ttft.intervals, gap.intervals, tokens.intervals].flatMap((intervals) =>
      intervals.length === 0 ? [] : [intervals.reduce((most, interval) => Math.max(most, interval), 0)],
    );
    this.#makeRoomFor(Math.max(0, ...last));
    const rowOf = this.#rowOf;
    addTo(this.#ttft, ttft, rowOf);
    addTo(this.#gap, gap, rowOf);
    for (const [index, interval] of tokens.intervals.entries()) {
      const row = rowOf(interval);
      this.#tokens[row] = (this.#tokens[row] ?? 0) + (tokens.counts[index] ?? 0);
    }
  }

  /** All of it, in the form that a worker sends. */
  get portable(): StreamCourse {
    const factor = this.#intervalMs / STREAM_INTERVAL_MS;
    const used = Array.from(this.#tokens.keys()).filter((row) => (this.#tokens[row] ?? 0) > 0);
    return {
      ttft: portableOf(this.#ttft, factor),
      gap: portableOf(this.#gap, factor),
      tokens: {
        intervals: Uint32Array.from(used, (row) => row * factor),
        counts: Float64Array.from(used, (row) => this.#tokens[row] ?? 0),
      },
    };
  }

  /** @param fromMs a multiple of the interval, as is `toMs`, the end of the stretch */
  between(fromMs: number, toMs: number): StreamStretch {
    const [from, to] = [Math.round(fromMs / this.#intervalMs), Math.round(toMs / this.#intervalMs)];
    return {
      tokens: this.#tokens.subarray(from, to).reduce((sum, tokens) => sum + tokens, 0),
      ttft: this.#ttft.cellsBetween(from, Math.min(to, MOST_INTERVALS)),
      gap: this.#gap.cellsBetween(from, Math.min(to, MOST_INTERVALS)),
    };
  }

  readonly #rowOf = (interval: number): number =>
    Math.floor((interval * STREAM_INTERVAL_MS) / this.#intervalMs);

  #makeRoomFor(interval: number): void {
    while (this.#rowOf(interval) >= MOST_INTERVALS) {
      const longer = longerIntervalMs(this.#intervalMs);
      const factor = longer / this.#intervalMs;
      const tokens = new Float64Array(MOST_INTERVALS);
      for (const [row, count] of this.#tokens.entries()) {
        const into = Math.floor(row / factor);
        tokens[into] = (tokens[into] ?? 0) + count;
      }
      this.#tokens = tokens;
      this.#ttft = this.#ttft.grown(factor);
      this.#gap = this.#gap.grown(factor);
      this.#intervalMs = longer;
    }
  }
}

function addTo(
  grid: CellGrid,
  { intervals, cells, counts }: CourseCells,
  rowOf: (interval: number) => number,
): void {
  for (const [index, interval] of intervals.entries())
    grid.addCell(rowOf(interval), cells[index] ?? 0, counts[index] ?? 0);
}

function portableOf(grid: CellGrid, factor: number): CourseCells {
  const { rows, cells, counts } = grid.used;
  return { intervals: Uint32Array.from(rows, (row) => row * factor), cells, counts };
}
