import { cellsOf } from './histogram.ts';

const SIZE = 512;

/** Values and the cells of the histogram that they fall into. */
export interface CelledValues {
  readonly values: Float64Array;
  readonly cells: Int32Array;
}

/**
 * Values that are dealt with together once there are many: a loop over them costs a fraction of as many calls.
 * Whoever wants to know anything of them takes them first.
 */
export class PendingValues {
  // Made with the first value: of thousands of requests in a mix, few have as many as this holds.
  #values = new Float64Array(0);
  #cells = new Int32Array(0);
  #count = 0;

  /** True where there is no more room: it has to be taken before more are added. */
  add(value: number): boolean {
    if (this.#values.length === 0) {
      this.#values = new Float64Array(SIZE);
      this.#cells = new Int32Array(SIZE);
    }
    this.#values[this.#count++] = value;
    return this.#count === SIZE;
  }

  /** All that was added since the last time; valid until more are added. */
  take(): CelledValues {
    const values = this.#count === SIZE ? this.#values : this.#values.subarray(0, this.#count);
    const cells = this.#count === SIZE ? this.#cells : this.#cells.subarray(0, this.#count);
    this.#count = 0;
    cellsOf(values, cells);
    return { values, cells };
  }
}
