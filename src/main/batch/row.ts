/** A row of the input. */
export interface InputRow {
  /** Counts from 1. */
  readonly number: number;
  /** The text of each column. */
  readonly cells: readonly string[];
  /** The original values: text in CSV, any JSON in JSONL. */
  readonly values: readonly unknown[];
  /** In the input, where rows may be left out, so that their numbers do not lead there. */
  readonly line?: number;
}

export type Format = 'csv' | 'jsonl';

/** Rows in order, in any format. */
export interface Records {
  /** The next row; null at the end. */
  next(): Promise<RowValues | null>;
  /** The next row if it is available without waiting, else null. */
  now(): RowValues | null;
  readonly columns: readonly string[];
}

export type RowValues = Pick<InputRow, 'cells' | 'values' | 'line'>;
