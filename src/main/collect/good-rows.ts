import { cellsOf } from '../../metrics/histogram.ts';
import type { CelledValues } from '../../metrics/pending-values.ts';
import { responseMsOf } from '../../protocol/latency.ts';
import { OUTCOME } from '../../protocol/report.ts';
import type { SampleColumns } from '../../protocol/samples.ts';

/** Fewer rows are added one by one: the fixed cost of a block would exceed what it saves. */
const FEWEST = 64;

/** Where values of one latency are computed; it grows to the largest block. */
class Room {
  #values = new Float64Array(0);
  #cells = new Int32Array(0);

  /** An array for this many values. */
  values(count: number): Float64Array {
    if (count > this.#values.length) this.#values = new Float64Array(count);
    return this.#values.subarray(0, count);
  }

  /** These values with their cells. */
  of(values: Float64Array): CelledValues {
    if (values.length > this.#cells.length) this.#cells = new Int32Array(values.length);
    const cells = this.#cells.subarray(0, values.length);
    cellsOf(values, cells);
    return { values, cells };
  }
}

/** Successful requests of the window, as nearly all are: processing them by column costs a fraction of row by row. */
export interface GoodRows {
  readonly intendedMs: Float64Array;
  readonly endMs: Float64Array;
  readonly status: Uint16Array;
  readonly response: CelledValues;
  readonly service: CelledValues;
  readonly startLag: CelledValues;
  readonly wait: CelledValues;
  readonly firstByte: CelledValues;
}

const ends = new Room();
const rooms = {
  response: new Room(),
  service: new Room(),
  startLag: new Room(),
  wait: new Room(),
  firstByte: new Room(),
};

/**
 * A block's rows if there are many and all are good: successful, with every timestamp, and due from 0 to before `toMs`;
 * else null. Valid until the next call.
 */
export function goodRowsOf(columns: SampleColumns, count: number, toMs: number): GoodRows | null {
  if (count < FEWEST || !areGood(columns.outcome, count)) return null;
  const intendedMs = columns.intendedMs.subarray(0, count);
  const serviceMs = columns.serviceMs.subarray(0, count);
  const firstByteMs = columns.firstByteMs.subarray(0, count);
  if (!areWithin(intendedMs, toMs) || hasNaN(serviceMs) || hasNaN(firstByteMs)) return null;
  const startLagMs = columns.startLagMs.subarray(0, count);
  const waitMs = columns.waitMs.subarray(0, count);
  const responseMs = rooms.response.values(count);
  const endMs = ends.values(count);
  for (let row = 0; row < count; row++) {
    const ms = responseMsOf(startLagMs[row] as number, waitMs[row] as number, serviceMs[row] as number);
    responseMs[row] = ms;
    endMs[row] = (intendedMs[row] as number) + ms;
  }
  return {
    intendedMs,
    endMs,
    status: columns.status.subarray(0, count),
    response: rooms.response.of(responseMs),
    service: rooms.service.of(serviceMs),
    startLag: rooms.startLag.of(startLagMs),
    wait: rooms.wait.of(waitMs),
    firstByte: rooms.firstByte.of(firstByteMs),
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

function hasNaN(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) return true;
  return false;
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
