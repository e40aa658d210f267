const FIRST_CAPACITY = 1_024;

/** FIFO queue of requests that wait for a connection: two numbers each, in a growing ring buffer. */
export class WaitingLine {
  #intendedMs = new Float64Array(FIRST_CAPACITY);
  #dispatchedMs = new Float64Array(FIRST_CAPACITY);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(intendedMs: number, dispatchedMs: number): void {
    if (this.#length === this.#intendedMs.length) this.#grow();
    const at = (this.#first + this.#length) % this.#intendedMs.length;
    this.#intendedMs[at] = intendedMs;
    this.#dispatchedMs[at] = dispatchedMs;
    this.#length++;
  }

  /** Removes the first entry and passes it to `take`; does nothing if the queue is empty. */
  shift(take: (intendedMs: number, dispatchedMs: number) => void): void {
    if (this.#length === 0) return;
    const at = this.#first;
    this.#first = (at + 1) % this.#intendedMs.length;
    this.#length--;
    take(this.#intendedMs[at] ?? 0, this.#dispatchedMs[at] ?? 0);
  }

  #grow(): void {
    this.#intendedMs = unrolled(this.#intendedMs, this.#first);
    this.#dispatchedMs = unrolled(this.#dispatchedMs, this.#first);
    this.#first = 0;
  }
}

/** A copy of twice the size, beginning at `first`. */
function unrolled(ring: Float64Array, first: number): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(ring.length * 2);
  copy.set(ring.subarray(first));
  copy.set(ring.subarray(0, first), ring.length - first);
  return copy;
}
