import { Histogram, type SparseCells } from './histogram.ts';

const FIRST_INTERVAL_MS = 1_000;
const MAX_BUCKETS = 3_600;
const OPEN_HISTOGRAMS = 8;

export interface SeriesCounts {
  readonly atMs: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly latencies: Histogram;
}

class Bucket {
  sent = 0;
  ok = 0;
  failed = 0;
  #open: Histogram | null = null;
  #folded: SparseCells | null = null;

  get isOpen(): boolean {
    return this.#open !== null;
  }

  open(): Histogram {
    if (this.#open === null) {
      this.#open = new Histogram();
      if (this.#folded !== null) this.#open.addSparse(this.#folded);
      this.#folded = null;
    }
    return this.#open;
  }

  fold(): void {
    if (this.#open === null) return;
    this.#folded = this.#open.toSparse();
    this.#open = null;
  }

  addAll(other: Bucket): void {
    this.sent += other.sent;
    this.ok += other.ok;
    this.failed += other.failed;
    this.open().addAll(other.open());
    this.fold();
  }
}

/**
 * Counts and latencies per interval of intended start. Past 3,600 intervals, neighbours are added up and
 * the interval doubles. Only the last few intervals keep a whole histogram; the others keep their used
 * cells, from which nothing is lost.
 */
export class Series {
  #intervalMs = FIRST_INTERVAL_MS;
  #buckets = new Map<number, Bucket>();
  readonly #openIndexes: number[] = [];

  get intervalMs(): number {
    return this.#intervalMs;
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
    if (isOk) bucket.ok++;
    if (isFailed) bucket.failed++;
    if (latencyMs === null) return;
    if (!bucket.isOpen) this.#noteOpen(index);
    bucket.open().add(latencyMs);
  }

  /** The intervals from the first to the last one used, empty ones included. */
  *buckets(): Generator<SeriesCounts> {
    const last = Math.max(-1, ...this.#buckets.keys());
    for (let index = 0; index <= last; index++) {
      const bucket = this.#buckets.get(index) ?? new Bucket();
      const wasOpen = bucket.isOpen;
      const { sent, ok, failed } = bucket;
      yield { atMs: index * this.#intervalMs, sent, ok, failed, latencies: bucket.open() };
      if (!wasOpen) bucket.fold();
    }
  }

  #bucket(index: number): Bucket {
    let bucket = this.#buckets.get(index);
    if (bucket === undefined) {
      bucket = new Bucket();
      this.#buckets.set(index, bucket);
    }
    return bucket;
  }

  #noteOpen(index: number): void {
    this.#openIndexes.push(index);
    if (this.#openIndexes.length <= OPEN_HISTOGRAMS) return;
    const oldest = this.#openIndexes.shift();
    if (oldest !== undefined) this.#buckets.get(oldest)?.fold();
  }

  #double(): void {
    const doubled = new Map<number, Bucket>();
    for (const [index, bucket] of this.#buckets) {
      const half = Math.floor(index / 2);
      const into = doubled.get(half);
      if (into === undefined) doubled.set(half, bucket);
      else into.addAll(bucket);
    }
    for (const bucket of doubled.values()) bucket.fold();
    this.#openIndexes.length = 0;
    this.#buckets = doubled;
    this.#intervalMs *= 2;
  }
}
