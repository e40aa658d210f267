import { addCells, type CoarseCells, coarseCellsOf, NO_CELLS } from '../../metrics/coarse-cells.ts';
import { Histogram } from '../../metrics/histogram.ts';

const FIRST_INTERVAL_MS = 1_000;
const MAX_BUCKETS = 3_600;
const MOST_OPEN = 8;

export interface SeriesCounts {
  readonly atMs: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** When the first and the last request were due that did not end well; infinite where all did. */
  readonly firstBadMs: number;
  readonly lastBadMs: number;
  readonly latencies: CoarseCells;
}

interface Bucket {
  sent: number;
  ok: number;
  failed: number;
  firstBadMs: number;
  lastBadMs: number;
  /** Latencies that are no longer in an open histogram. */
  folded: CoarseCells;
}

/**
 * Counts and latencies per interval of intended start. Past 3,600 intervals, neighbours are added up and
 * the interval doubles. Only the last few intervals have a whole histogram; the others keep their used
 * cells, which can still be added.
 */
export class Series {
  #intervalMs = FIRST_INTERVAL_MS;
  #buckets = new Map<number, Bucket>();
  /** By index of the interval, the oldest first. */
  readonly #open = new Map<number, Histogram>();
  readonly #spare: Histogram[] = [];
  #lastOkMs = Number.NEGATIVE_INFINITY;
  #okBeforeBad = 0;
  #hasBad = false;

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** When the last request was due that ended well; minus infinity where none did. */
  get lastOkMs(): number {
    return this.#lastOkMs;
  }

  /** How many requests ended well before the first that did not, in the order in which they were recorded. */
  get okBeforeBad(): number {
    return this.#okBeforeBad;
  }

  /** Records one request; `latencyMs` is null where it has no latency. */
  add(intendedMs: number, isOk: boolean, isFailed: boolean, latencyMs: number | null): void {
    let index = Math.floor(intendedMs / this.#intervalMs);
    while (index >= MAX_BUCKETS) {
      this.#double();
      index = Math.floor(intendedMs / this.#intervalMs);
    }
    const bucket = this.#bucket(index);
    bucket.sent++;
    if (isOk) {
      bucket.ok++;
      if (intendedMs > this.#lastOkMs) this.#lastOkMs = intendedMs;
      if (!this.#hasBad) this.#okBeforeBad++;
    } else {
      this.#hasBad = true;
      if (intendedMs < bucket.firstBadMs) bucket.firstBadMs = intendedMs;
      if (intendedMs > bucket.lastBadMs) bucket.lastBadMs = intendedMs;
    }
    if (isFailed) bucket.failed++;
    if (latencyMs !== null) this.#histogram(index).add(latencyMs);
  }

  /** The intervals from the first to the last one used, empty ones included. */
  buckets(): SeriesCounts[] {
    this.#foldAll();
    const last = Math.max(-1, ...this.#buckets.keys());
    return Array.from({ length: last + 1 }, (_, index) => {
      const { folded, ...counts } = this.#buckets.get(index) ?? emptyBucket();
      return { atMs: index * this.#intervalMs, ...counts, latencies: folded };
    });
  }

  #bucket(index: number): Bucket {
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      bucket = emptyBucket();
      this.#buckets.set(index, bucket);
    }
    return bucket;
  }

  #histogram(index: number): Histogram {
    const open = this.#open.get(index);
    if (open !== undefined) return open;
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= MOST_OPEN) this.#fold(oldest);
    const histogram = this.#spare.pop() ?? new Histogram();
    this.#open.set(index, histogram);
    return histogram;
  }

  #fold(index: number): void {
    const histogram = this.#open.get(index);
    if (histogram === undefined) return;
    this.#open.delete(index);
    const bucket = this.#bucket(index);
    bucket.folded = addCells(bucket.folded, coarseCellsOf(histogram));
    histogram.clear();
    this.#spare.push(histogram);
  }

  #foldAll(): void {
    for (const index of [...this.#open.keys()]) this.#fold(index);
  }

  #double(): void {
    this.#foldAll();
    const doubled = new Map<number, Bucket>();
    for (const [index, bucket] of this.#buckets) {
      const half = Math.floor(index / 2);
      const into = doubled.get(half) ?? emptyBucket();
      into.sent += bucket.sent;
      into.ok += bucket.ok;
      into.failed += bucket.failed;
      into.firstBadMs = Math.min(into.firstBadMs, bucket.firstBadMs);
      into.lastBadMs = Math.max(into.lastBadMs, bucket.lastBadMs);
      into.folded = addCells(into.folded, bucket.folded);
      doubled.set(half, into);
    }
    this.#buckets = doubled;
    this.#intervalMs *= 2;
  }
}

function emptyBucket(): Bucket {
  return {
    sent: 0,
    ok: 0,
    failed: 0,
    firstBadMs: Number.POSITIVE_INFINITY,
    lastBadMs: Number.NEGATIVE_INFINITY,
    folded: NO_CELLS,
  };
}
