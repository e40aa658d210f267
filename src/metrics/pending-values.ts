import { cellsOf } from './histogram.ts';

const SIZE = 512;

/** Values and the cells of the histogram that they fall into. */
export interface CelledValues {
  readonly values: Float64Array;
  readonly cells: Int32Array;
}

/**
 * Values that are processed together once there are many: a loop over them costs a fraction of as many calls.
 * Take them before reading anything that they belong to.
 */
export class PendingValues {
  // Made with the first value: of thousands of requests in a mix, few have as many as this holds.
  #values = new Float64Array(0);
  #cells = new Int32Array(0);
  #count = 0;

  /** True once it is full: take the values before adding more. */
  add(value: number): boolean {
    if (this.#values.length === 0) {
      this.#values = new Float64Array(SIZE);
      this.#cells = new Int32Array(SIZE);
    }
    this.#values[this.#count++] = value;
    return this.#count === SIZE;
  }

  /** All values added since the last call; valid until more are added. */
  take(): CelledValues {
    const values = this.#count === SIZE ? this.#values : this.#values.subarray(0, this.#count);
    const cells = this.#count === SIZE ? this.#cells : this.#cells.subarray(0, this.#count);
    this.#count = 0;
    cellsOf(values, cells);
    return { values, cells };
  }
}
