import { COARSE_CELLS_PER_OCTAVE } from '../../metrics/coarse-cells.ts';
import { type PackedCells, usedCells } from '../../metrics/packed-cells.ts';

/** Three significant digits: finer than the cells of the values. */
const SIGNIFICANT_DIGITS = 3;
/** Values are whole nanoseconds. */
export const NS_PER_MS = 1_000_000;
/** Cells per step: a power of two that is enough for three digits. */
const SUB_BUCKETS = 2_048;
const HALF = SUB_BUCKETS / 2;
const V2_COOKIE = 0x1c849313;
const V2_COMPRESSED_COOKIE = 0x1c849314;
const HEADER_BYTES = 40;
const BASE = 128;

/** A value in nanoseconds and its count. */
interface HdrValue {
  readonly valueNs: number;
  readonly count: number;
}

/** Each used cell as its middle value, in ascending order. */
export function hdrValues(cells: PackedCells): HdrValue[] {
  return usedCells(cells, COARSE_CELLS_PER_OCTAVE).map(({ fromMs, toMs, count }) => ({
    valueNs: Math.max(1, Math.round(((fromMs + toMs) / 2) * NS_PER_MS)),
    count,
  }));
}

/** A histogram in HdrHistogram's compressed format, version 2, in base64 as in its logs. */
export function encodedHistogram(values: readonly HdrValue[]): string {
  const counts = zigZagOf(values);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32BE(V2_COOKIE, 0);
  header.writeInt32BE(counts.length, 4);
  // No normalizing offset.
  header.writeInt32BE(SIGNIFICANT_DIGITS, 12);
  header.writeBigInt64BE(1n, 16);
  header.writeBigInt64BE(BigInt(highestTrackable(values)), 24);
  header.writeDoubleBE(1, 32);
  const compressed = process
    .getBuiltinModule('node:zlib')
    .deflateSync(Buffer.concat([header, Buffer.from(counts)]));
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(V2_COMPRESSED_COOKIE, 0);
  prefix.writeInt32BE(compressed.length, 4);
  return Buffer.concat([prefix, compressed]).toString('base64');
}

/** The largest value readers must have room for: just below a power of two, and not below any value. */
function highestTrackable(values: readonly HdrValue[]): number {
  let highest = SUB_BUCKETS;
  while (highest <= (values.at(-1)?.valueNs ?? 0)) highest *= 2;
  return highest - 1;
}

/** The index that counts a value: cells are twice as long from step to step; after the first, only the upper half is used. */
function indexOf(valueNs: number): number {
  let step = 0;
  let scaled = valueNs;
  while (scaled >= SUB_BUCKETS) {
    scaled = Math.floor(scaled / 2);
    step++;
  }
  return step === 0 ? scaled : step * HALF + scaled;
}

/** Counts in order; a run of zeros is written as its negative length. */
function zigZagOf(values: readonly HdrValue[]): number[] {
  const counts = new Map<number, number>();
  for (const { valueNs, count } of values) {
    const index = indexOf(valueNs);
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  const bytes: number[] = [];
  let next = 0;
  for (const [index, count] of counts) {
    if (index > next) pushVarint(bytes, 2 * (index - next) - 1);
    pushVarint(bytes, 2 * count);
    next = index + 1;
  }
  return bytes;
}

/** Seven bits per byte, lowest first. */
function pushVarint(bytes: number[], value: number): void {
  let left = value;
  while (left >= BASE) {
    bytes.push((left % BASE) + BASE);
    left = Math.floor(left / BASE);
  }
  bytes.push(left);
}
