import { cellsOf } from '../../metrics/histogram.ts';
import type { CelledValues } from '../../metrics/pending-values.ts';
import {
  addLatencies,
  forEachLatency,
  LATENCY_KINDS,
  type LatencyKind,
  responseMsOf,
} from '../../protocol/latency.ts';
import { OUTCOME } from '../../protocol/report.ts';
import type { SampleColumns } from '../../protocol/samples.ts';

/** Fewer rows are added one by one: the fixed cost of a block would exceed what it saves. */
const FEWEST = 64;

/** Takes the values of one latency, one per row; its arrays grow to the largest block. */
class Column {
  #values = new Float64Array(0);
  #cells = new Int32Array(0);
  #count = 0;
  #hasBounds = false;

  begin(count: number): void {
    if (count > this.#values.length) {
      this.#values = new Float64Array(count);
      this.#cells = new Int32Array(count);
    }
    this.#count = 0;
    this.#hasBounds = false;
  }

  add(valueMs: number, isLowerBound: boolean): void {
    this.#values[this.#count++] = valueMs;
    if (isLowerBound) this.#hasBounds = true;
  }

  /** Whether it has the true value of so many rows. */
  isWhole(count: number): boolean {
    return this.#count === count && !this.#hasBounds;
  }

  /** The values with their cells. */
  get celled(): CelledValues {
    const values = this.#values.subarray(0, this.#count);
    const cells = this.#cells.subarray(0, this.#count);
    cellsOf(values, cells);
    return { values, cells };
  }
}

/** Successful requests of the window, as nearly all are: processing them by column costs a fraction of row by row. */
export interface GoodRows extends Readonly<Record<LatencyKind, CelledValues>> {
  readonly intendedMs: Float64Array;
  /** When the last of them was due. */
  readonly lastIntendedMs: number;
  readonly endMs: Float64Array;
  readonly status: Uint16Array;
}

let ends = new Float64Array(0);
const latencies = forEachLatency(() => new Column());

/**
 * A block's rows if there are many and all are good: successful, with the true value of every latency, and due from 0 to
 * before `toMs`; else null. Valid until the next call.
 */
export function goodRowsOf(columns: SampleColumns, count: number, toMs: number): GoodRows | null {
  if (count < FEWEST || !areGood(columns.outcome, count)) return null;
  const intendedMs = columns.intendedMs.subarray(0, count);
  if (!areWithin(intendedMs, toMs)) return null;
  if (count > ends.length) ends = new Float64Array(count);
  for (const kind of LATENCY_KINDS) latencies[kind].begin(count);
  for (let row = 0; row < count; row++) {
    const startLagMs = columns.startLagMs[row] as number;
    const waitMs = columns.waitMs[row] as number;
    const serviceMs = columns.serviceMs[row] as number;
    const responseMs = responseMsOf(startLagMs, waitMs, serviceMs);
    ends[row] = (intendedMs[row] as number) + responseMs;
    addLatencies(
      latencies,
      startLagMs,
      waitMs,
      serviceMs,
      columns.firstByteMs[row] as number,
      responseMs,
      false,
    );
  }
  if (LATENCY_KINDS.some((kind) => !latencies[kind].isWhole(count))) return null;
  return {
    intendedMs,
    lastIntendedMs: largestOf(intendedMs, 0, count, 0),
    endMs: ends.subarray(0, count),
    status: columns.status.subarray(0, count),
    ...forEachLatency((kind) => latencies[kind].celled),
  };
}

function areGood(outcomes: Uint8Array, count: number): boolean {
  for (let row = 0; row < count; row++) if (outcomes[row] !== OUTCOME.ok) return false;
  return true;
}

function areWithin(values: Float64Array, to: number): boolean {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!(value >= 0 && value < to)) return false;
  }
  return true;
}

/** How many of the values lie from 0 to `last`. */
export function countUntil(values: Float64Array, last: number): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value >= 0 && value <= last) count++;
  }
  return count;
}

/** How many requests were sent from 0 to `last`. */
export function countSentUntil(rows: GoodRows, last: number): number {
  const { intendedMs, startLag, wait } = rows;
  let count = 0;
  for (let row = 0; row < intendedMs.length; row++) {
    const sentAtMs =
      (intendedMs[row] as number) + (startLag.values[row] as number) + (wait.values[row] as number);
    if (sentAtMs >= 0 && sentAtMs <= last) count++;
  }
  return count;
}

/** The largest value from index `from` to before `to`, and at least `least`. */
export function largestOf(values: Float64Array, from: number, to: number, least: number): number {
  let largest = least;
  for (let row = from; row < to; row++) {
    const value = values[row] as number;
    if (value > largest) largest = value;
  }
  return largest;
}
