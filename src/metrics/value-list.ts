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

  /** Copies the values into `into` from `at` on; returns the position behind them. */
  copyInto(into: Float64Array, at: number): number {
    let left = this.#length;
    let position = at;
    for (const block of this.#blocks) {
      const taken = Math.min(left, block.length);
      into.set(block.subarray(0, taken), position);
      position += taken;
      left -= taken;
    }
    return position;
  }
}

/** All values of several lists, sorted. */
export function sortedValues(lists: readonly ValueList[]): Float64Array {
  const values = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let position = 0;
  for (const list of lists) position = list.copyInto(values, position);
  return values.sort();
}
