import type { CellBytes } from '../../metrics/cell-bytes.ts';
import { CellGrid } from '../../metrics/cell-grid.ts';
import type { CoarseCells } from '../../metrics/coarse-cells.ts';
import { OUTCOME } from '../../protocol/report.ts';
import { type GoodRows, largestOf } from './good-rows.ts';
import { Interval, type IntervalCounts } from './interval.ts';
import { type EndedBy, type PortableUnderWay, type Progressed, UnderWay } from './under-way.ts';

const FIRST_INTERVAL_MS = 10;
const MOST_INTERVALS = 600;

/** The latencies that have a distribution per interval. */
const LATENCIES = ['response', 'service', 'wait', 'startLag'] as const;
type IntervalLatency = (typeof LATENCIES)[number];

export interface SeriesCounts extends IntervalCounts, Progressed {
  readonly atMs: number;
  readonly latencies: Readonly<Record<IntervalLatency, CoarseCells>>;
}

/** A series in a form that can be sent. */
export interface PortableSeries {
  readonly intervalMs: number;
  /** The number of its first interval; those before it are in `earlier`. */
  readonly from: number;
  /** What was sent before, whose intervals up to `from` have not changed since. */
  readonly earlier: PortableSeries | null;
  readonly intervals: readonly (IntervalCounts | undefined)[];
  readonly latencies: Readonly<Record<IntervalLatency, CellBytes>>;
  readonly underWay: PortableUnderWay;
  readonly latencyCount: number;
  readonly lastOkMs: number;
  readonly okBeforeBad: number;
  readonly hasBad: boolean;
}

/** The next longer interval: 10 ms, 20 ms, 100 ms, 200 ms, 1 s and so on, each a multiple of the one before. */
export function longerIntervalMs(intervalMs: number): number {
  return intervalMs * (String(intervalMs).startsWith('1') ? 2 : 5);
}

/** Counts and latencies per interval of intended start. Beyond 600 intervals neighbours are merged into longer ones. */
export class Series {
  #intervalMs = FIRST_INTERVAL_MS;
  #intervals: (Interval | undefined)[] = [];
  #latencies: Readonly<Record<IntervalLatency, CellGrid>> = forEachLatency(
    () => new CellGrid(MOST_INTERVALS),
  );
  readonly #underWay = new UnderWay(MOST_INTERVALS, FIRST_INTERVAL_MS);
  /** The interval that was looked up last. */
  #lastIndex = 0;
  #lastFromMs = 0;
  #lastToMs = 0;
  /** The first interval that has changed since `markSent`, but for those that `#underWay` knows of. */
  #firstChanged = 0;
  #latencyCount = 0;
  #lastOkMs = Number.NEGATIVE_INFINITY;
  #okBeforeBad = 0;
  #hasBad = false;

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** From the start to the end of the last interval in use. */
  get lengthMs(): number {
    return this.#intervals.length * this.#intervalMs;
  }

  /** How many requests have a latency. */
  get latencyCount(): number {
    return this.#latencyCount;
  }

  /** When the last successful request was due; minus infinity without one. */
  get lastOkMs(): number {
    return this.#lastOkMs;
  }

  /** How many requests succeeded before the first that did not, in the order of recording. */
  get okBeforeBad(): number {
    return this.#okBeforeBad;
  }

  /** Records that a request, also one of the warm-up, was in flight from when it was due until it ended. */
  addUnderWay(intendedMs: number, endMs: number, isOk: boolean): void {
    if (intendedMs >= 0) this.#indexOf(intendedMs);
    this.#underWay.add(intendedMs, endMs, isOk);
  }

  /** Records that a request was never sent. */
  addDropped(intendedMs: number): void {
    this.#indexOf(intendedMs);
    this.#underWay.addDropped(intendedMs);
  }

  /** Makes intervals long enough to hold the time up to there, as a request due then would. */
  reach(untilMs: number): void {
    while (untilMs > MOST_INTERVALS * this.#intervalMs) this.#grow();
  }

  /** How many requests had ended by the last end of an interval at or before a time. */
  endedBy(untilMs: number): EndedBy {
    return this.#underWay.endedBy(untilMs);
  }

  /** Records one sent request, without a latency: `addLatencies` adds it. */
  add(intendedMs: number, outcome: number): void {
    this.#interval(this.#indexOf(intendedMs)).count(intendedMs, outcome);
    if (outcome === OUTCOME.cancelled) return;
    if (outcome !== OUTCOME.ok) this.#hasBad = true;
    else {
      if (intendedMs > this.#lastOkMs) this.#lastOkMs = intendedMs;
      if (!this.#hasBad) this.#okBeforeBad++;
    }
  }

  /** @param serviceMs NaN if no byte was written */
  addLatencies(
    intendedMs: number,
    responseMs: number,
    serviceMs: number,
    waitMs: number,
    startLagMs: number,
  ): void {
    const index = this.#indexOf(intendedMs);
    const interval = this.#interval(index);
    const { response, service, wait, startLag } = this.#latencies;
    if (responseMs > interval.maxResponseMs) interval.maxResponseMs = responseMs;
    this.#latencyCount++;
    response.add(index, responseMs);
    wait.add(index, waitMs);
    startLag.add(index, startLagMs);
    if (Number.isNaN(serviceMs)) return;
    if (serviceMs > interval.maxServiceMs) interval.maxServiceMs = serviceMs;
    service.add(index, serviceMs);
  }

  /** Records successful requests, as `addUnderWay`, `add` and `addLatencies` would one by one. */
  addGood({ intendedMs, lastIntendedMs, endMs, response, service, wait, startLag }: GoodRows): void {
    const count = intendedMs.length;
    for (let from = 0, to = 0; from < count; from = to) {
      const index = this.#indexOf(intendedMs[from] as number);
      to = this.#endOfInterval(intendedMs, from);
      const interval = this.#interval(index);
      interval.countGood(to - from);
      interval.maxResponseMs = largestOf(response.values, from, to, interval.maxResponseMs);
      interval.maxServiceMs = largestOf(service.values, from, to, interval.maxServiceMs);
      this.#underWay.addGood(intendedMs[from] as number, endMs, from, to);
      this.#latencies.response.addCells(index, response.cells, from, to);
      this.#latencies.service.addCells(index, service.cells, from, to);
      this.#latencies.wait.addCells(index, wait.cells, from, to);
      this.#latencies.startLag.addCells(index, startLag.cells, from, to);
    }
    this.#latencyCount += count;
    this.#lastOkMs = Math.max(this.#lastOkMs, lastIntendedMs);
    if (!this.#hasBad) this.#okBeforeBad += count;
  }

  get portable(): PortableSeries {
    return this.portableFrom(0);
  }

  /** Intervals in use. */
  get used(): number {
    return Math.max(this.#intervals.length, this.#underWay.used);
  }

  /** All intervals before this one are as they were at the last `markSent`; 0 without one, or if their length has changed. */
  get firstChanged(): number {
    this.#firstChanged = Math.min(this.#firstChanged, this.#underWay.takeFirstEndOfEarlier());
    return this.#firstChanged;
  }

  /** From now on `firstChanged` counts from here. */
  markSent(): void {
    this.#underWay.takeFirstEndOfEarlier();
    this.#firstChanged = MOST_INTERVALS;
    // The next request looks its interval up, and is noticed.
    this.#lastToMs = this.#lastFromMs;
  }

  /** The intervals from this one on, and all that is of none. It may share memory with this: send it at once. */
  portableFrom(from: number): PortableSeries {
    const to = Math.max(from, this.used);
    return {
      intervalMs: this.#intervalMs,
      from,
      earlier: null,
      intervals: Array.from(this.#intervals.slice(from), (interval) =>
        interval === undefined ? undefined : { ...interval },
      ),
      latencies: forEachLatency((kind) => this.#latencies[kind].bytesBetween(from, to)),
      underWay: this.#underWay.portableRows(from, to),
      latencyCount: this.#latencyCount,
      lastOkMs: this.#lastOkMs,
      okBeforeBad: this.#okBeforeBad,
      hasBad: this.#hasBad,
    };
  }

  /** Adds a series that was recorded in parallel to this one. */
  addPortable(other: PortableSeries): void {
    while (this.#intervalMs < other.intervalMs) this.#grow();
    this.#firstChanged = 0;
    if (other.earlier !== null) this.#addRows(other.earlier, other.from);
    this.#addRows(other, Number.POSITIVE_INFINITY);
    this.#underWay.addOutside(other.underWay);
    this.#latencyCount += other.latencyCount;
    this.#lastOkMs = Math.max(this.#lastOkMs, other.lastOkMs);
    this.#okBeforeBad += other.okBeforeBad;
    this.#hasBad ||= other.hasBad;
  }

  /**
   * The intervals from the first to the last one in use, and further ones up to a time; empty ones included. As many of
   * the series' own intervals are joined into one as it takes to reach the given length.
   */
  buckets(shortestMs = 0, untilMs = 0): SeriesCounts[] {
    const length = Math.max(1, Math.ceil(shortestMs / this.#intervalMs));
    const used = Math.max(this.#intervals.length, Math.ceil(untilMs / this.#intervalMs));
    const count = Math.ceil(used / length);
    return this.#underWay.stretches(count, length).map((progressed, index) => {
      const [from, to] = [index * length, Math.min((index + 1) * length, this.#intervals.length)];
      const sum = new Interval();
      for (const interval of this.#intervals.slice(from, to)) if (interval !== undefined) sum.add(interval);
      const latencies = new LatenciesBetween(this.#latencies, from, to);
      return { atMs: from * this.#intervalMs, ...progressed, ...sum, latencies };
    });
  }

  /** Adds its intervals before `until`, which are not longer than these. */
  #addRows({ intervalMs, from, intervals, latencies, underWay }: PortableSeries, until: number): void {
    const factor = this.#intervalMs / intervalMs;
    for (const [at, interval] of intervals.entries())
      if (interval !== undefined && from + at < until)
        this.#interval(Math.floor((from + at) / factor)).add(interval);
    for (const kind of LATENCIES) this.#latencies[kind].addBytes(latencies[kind], factor, from, until);
    this.#underWay.addRows(underWay, factor, from, until);
  }

  #indexOf(atMs: number): number {
    // Most consecutive requests are in the same interval.
    if (atMs >= this.#lastFromMs && atMs < this.#lastToMs) return this.#lastIndex;
    let index = Math.floor(atMs / this.#intervalMs);
    while (index >= MOST_INTERVALS) {
      this.#grow();
      index = Math.floor(atMs / this.#intervalMs);
    }
    if (index < this.#firstChanged) this.#firstChanged = index;
    this.#lastIndex = index;
    this.#lastFromMs = index * this.#intervalMs;
    this.#lastToMs = this.#lastFromMs + this.#intervalMs;
    return index;
  }

  /** Index of the first request, starting at `from`, that was due outside the interval looked up last. */
  #endOfInterval(intendedMs: Float64Array, from: number): number {
    let to = from;
    while (to < intendedMs.length) {
      const atMs = intendedMs[to] as number;
      if (!(atMs >= this.#lastFromMs && atMs < this.#lastToMs)) break;
      to++;
    }
    return to;
  }

  #interval(index: number): Interval {
    let interval = this.#intervals[index];
    if (interval === undefined) {
      interval = new Interval();
      this.#intervals[index] = interval;
    }
    return interval;
  }

  #grow(): void {
    const longer = longerIntervalMs(this.#intervalMs);
    const factor = longer / this.#intervalMs;
    const grown: (Interval | undefined)[] = [];
    for (const [index, interval] of this.#intervals.entries()) {
      if (interval === undefined) continue;
      const into = Math.floor(index / factor);
      grown[into] ??= new Interval();
      grown[into].add(interval);
    }
    this.#intervals = grown;
    this.#intervalMs = longer;
    this.#firstChanged = 0;
    this.#lastToMs = this.#lastFromMs;
    this.#underWay.grow(factor);
    const latencies = this.#latencies;
    this.#latencies = forEachLatency((kind) => latencies[kind].grown(factor));
  }
}

/** The distributions of a range of intervals, merged only on access: most uses of intervals only need counts. */
class LatenciesBetween implements Record<IntervalLatency, CoarseCells> {
  readonly #grids: Readonly<Record<IntervalLatency, CellGrid>>;
  readonly #from: number;
  readonly #to: number;

  constructor(grids: Readonly<Record<IntervalLatency, CellGrid>>, from: number, to: number) {
    this.#grids = grids;
    this.#from = from;
    this.#to = to;
  }

  get response(): CoarseCells {
    return this.#cells('response');
  }

  get service(): CoarseCells {
    return this.#cells('service');
  }

  get wait(): CoarseCells {
    return this.#cells('wait');
  }

  get startLag(): CoarseCells {
    return this.#cells('startLag');
  }

  #cells(kind: IntervalLatency): CoarseCells {
    return this.#grids[kind].cellsBetween(this.#from, this.#to);
  }
}

function forEachLatency<T>(make: (kind: IntervalLatency) => T): Record<IntervalLatency, T> {
  return {
    response: make('response'),
    service: make('service'),
    wait: make('wait'),
    startLag: make('startLag'),
  };
}
