import type { RowCells } from '../protocol/request.ts';

// A byte order mark at the beginning of a cell is part of it.
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });
const EXPECTED_ROWS = 1_024;
const EXPECTED_ROW_BYTES = 64;
const MOST_EXPECTED_CELLS = 65_536;

/** Collects rows into two buffers. */
export class RowTableBuilder {
  readonly #columns: readonly string[];
  #text: Uint8Array<ArrayBuffer>;
  #ends: Float64Array<ArrayBuffer>;
  #textLength = 0;
  #cellCount = 0;

  /** @param expectedRows only sets the initial capacity; there may be more rows */
  constructor(columns: readonly string[], expectedRows = EXPECTED_ROWS) {
    this.#columns = columns;
    this.#text = new Uint8Array(expectedRows * EXPECTED_ROW_BYTES);
    const expectedCells = Math.min(MOST_EXPECTED_CELLS, expectedRows * columns.length);
    this.#ends = new Float64Array(Math.max(1, expectedCells));
  }

  get rowCount(): number {
    return this.#columns.length === 0 ? 0 : this.#cellCount / this.#columns.length;
  }

  /** Adds a row: one text per column, in order. */
  add(cells: readonly string[]): void {
    for (const cell of cells) {
      // A UTF-16 unit takes at most three bytes.
      const most = this.#textLength + cell.length * 3;
      if (most > this.#text.length) this.#text = grown(this.#text, Math.max(most, this.#text.length * 2));
      if (this.#cellCount === this.#ends.length) {
        const ends = new Float64Array(this.#ends.length * 2);
        ends.set(this.#ends);
        this.#ends = ends;
      }
      const { written } = ENCODER.encodeInto(cell, this.#text.subarray(this.#textLength));
      this.#textLength += written;
      this.#ends[this.#cellCount++] = this.#textLength;
    }
  }

  build(): RowCells {
    return {
      columns: this.#columns,
      rowCount: this.rowCount,
      text: this.#text.slice(0, this.#textLength),
      ends: this.#ends.slice(0, this.#cellCount),
    };
  }
}

const ENCODER = new TextEncoder();

/** The text of one cell. */
export function cellOf({ columns, text, ends }: RowCells, row: number, column: number): string {
  const cell = row * columns.length + column;
  const from = cell === 0 ? 0 : (ends[cell - 1] ?? 0);
  return DECODER.decode(text.subarray(from, ends[cell] ?? from));
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}
