/**
 * Used cells and their counts as bytes, to be sent: for each cell its count, and before it, unless it is the next one,
 * a zero and how many empty ones lie between. Numbers have seven bits a byte, the lowest first, and the eighth bit where
 * more follow. Most cells take one byte.
 */
export type CellBytes = Uint8Array;

const FIRST_LENGTH = 1_024;
/** A number takes at most eight bytes, and a cell three numbers. */
const MOST_BYTES_OF_CELL = 24;
const MORE = 0x80;
const LARGEST_SHIFTED = 2 ** 31;

/** Writes cells, in increasing order. */
export class CellWriter {
  #bytes = new Uint8Array(FIRST_LENGTH);
  #length = 0;
  #next = 0;

  /** @param count at least 1 */
  add(cell: number, count: number): void {
    if (this.#length + MOST_BYTES_OF_CELL > this.#bytes.length) this.#double();
    if (cell > this.#next) {
      this.#bytes[this.#length++] = 0;
      this.#write(cell - this.#next);
    }
    this.#write(count);
    this.#next = cell + 1;
  }

  /** All that was added; the next cell is the first of another list. */
  take(): CellBytes {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    this.#next = 0;
    return bytes;
  }

  #write(value: number): void {
    let left = value;
    for (; left >= LARGEST_SHIFTED; left = Math.floor(left / MORE))
      this.#bytes[this.#length++] = (left % MORE) | MORE;
    for (; left >= MORE; left >>>= 7) this.#bytes[this.#length++] = (left & 0x7f) | MORE;
    this.#bytes[this.#length++] = left;
  }

  #double(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Visits the cells in increasing order. */
export function forEachCellIn(bytes: CellBytes, visit: (cell: number, count: number) => void): void {
  let at = 0;
  const read = (): number => {
    let byte = bytes[at++] as number;
    if (byte < MORE) return byte;
    let value = byte & 0x7f;
    for (let factor = MORE; byte >= MORE; factor *= MORE) {
      byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
    }
    return value;
  };
  for (let cell = 0; at < bytes.length; cell++) {
    let value = read();
    if (value === 0) {
      cell += read();
      value = read();
    }
    visit(cell, value);
  }
}
