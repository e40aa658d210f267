import type { RowSource } from './dealer.ts';
import type { Checkpoint } from './journal.ts';
import { InputError } from './line-blocks.ts';
import type { InputRow } from './row.ts';
import type { RowReader } from './row-reader.ts';

const ROWS_AT_A_TIME = 1_000;

/** Set of answered rows: all up to the highest one, except those still missing. */
export class DoneRows {
  #highest = 0;
  readonly #missing = new Set<number>();

  /** False if the row was already in the set. */
  add(row: number): boolean {
    if (row <= this.#highest) return this.#missing.delete(row);
    for (let between = this.#highest + 1; between < row; between++) this.#missing.add(between);
    this.#highest = row;
    return true;
  }

  has(row: number): boolean {
    return row <= this.#highest && !this.#missing.has(row);
  }
}

/**
 * The rows of an input that have no answer yet. The input is first read up to where it was when the journal ended,
 * and must be unchanged up to there; nothing is dealt before that.
 */
export class UndoneRows implements RowSource {
  readonly #reader: RowReader;
  readonly #done: DoneRows;
  readonly #checkpoint: Checkpoint;
  #ahead: InputRow[] | null = null;

  constructor(reader: RowReader, done: DoneRows, checkpoint: Checkpoint) {
    this.#reader = reader;
    this.#done = done;
    this.#checkpoint = checkpoint;
  }

  get columns(): readonly string[] {
    return this.#reader.columns;
  }

  /** @throws InputError if the input has changed, or a line, which it names, cannot be read */
  async next(most: number): Promise<readonly InputRow[]> {
    this.#ahead ??= await this.#catchUp();
    return this.#ahead.length > 0 ? this.#ahead.splice(0, most) : this.#reader.next(most);
  }

  /** Reads again what was read before, and returns its unanswered rows. */
  async #catchUp(): Promise<InputRow[]> {
    const { rows, digest } = this.#checkpoint;
    const undone: InputRow[] = [];
    while (this.#reader.count < rows) {
      const read = await this.#reader.next(Math.min(ROWS_AT_A_TIME, rows - this.#reader.count));
      if (read.length === 0) break;
      for (const row of read) if (!this.#done.has(row.number)) undone.push(row);
    }
    if (this.#reader.count < rows || this.#reader.digest !== digest)
      throw new InputError(
        'it is not the input that the journal belongs to: its first rows have changed',
        'other-input',
      );
    return undone;
  }
}
