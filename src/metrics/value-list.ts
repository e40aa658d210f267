import { CELLS, cellOf } from './histogram.ts';

const VALUES_PER_BLOCK = 8_192;

/** Numbers kept as they came, in blocks: growing never copies and never doubles. */
export class ValueList {
  readonly #blocks: Float64Array[] = [];
  #last = new Float64Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const offset = this.#length % VALUES_PER_BLOCK;
    if (offset === 0) {
      this.#last = new Float64Array(VALUES_PER_BLOCK);
      this.#blocks.push(this.#last);
    }
    this.#last[offset] = value;
    this.#length++;
  }

  pushAll(values: Float64Array): void {
    for (let from = 0; from < values.length; ) {
      const offset = this.#length % VALUES_PER_BLOCK;
      if (offset === 0) {
        this.#last = new Float64Array(VALUES_PER_BLOCK);
        this.#blocks.push(this.#last);
      }
      const taken = values.subarray(from, from + VALUES_PER_BLOCK - offset);
      this.#last.set(taken, offset);
      this.#length += taken.length;
      from += taken.length;
    }
  }

  /** Visits the values in the order in which they came. */
  forEach(visit: (value: number) => void): void {
    let left = this.#length;
    for (const block of this.#blocks) {
      const taken = Math.min(left, block.length);
      for (let at = 0; at < taken; at++) visit(block[at] as number);
      left -= taken;
    }
  }
}

/**
 * The values that fall into some cells of the histogram, sorted, by cell. To sort those few is all that an
 * exact percentile needs: the histogram's counts say how many lie below.
 *
 * @param counts how many values of the lists lie in each wanted cell
 */
export function valuesIn(
  counts: ReadonlyMap<number, number>,
  lists: readonly ValueList[],
): Map<number, Float64Array> {
  // By cell: one more than the place of its values in `found`, or 0.
  const places = new Uint32Array(CELLS);
  const found = [...counts].map(([cell, count], index) => {
    places[cell] = index + 1;
    return { cell, values: new Float64Array(count), filled: 0 };
  });
  for (const list of lists) {
    list.forEach((value) => {
      const place = places[cellOf(value)] as number;
      const wanted = place === 0 ? undefined : found[place - 1];
      if (wanted !== undefined) wanted.values[wanted.filled++] = value;
    });
  }
  return new Map(found.map(({ cell, values }) => [cell, isSorted(values) ? values : values.sort()]));
}

/** How many of the sorted values are at most `value`. */
export function countUpTo(sorted: Float64Array | Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Of what is always zero there are many.
function isSorted(values: Float64Array): boolean {
  for (let at = 1; at < values.length; at++) {
    if ((values[at] as number) < (values[at - 1] as number)) return false;
  }
  return true;
}
