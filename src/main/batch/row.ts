/** A row of the input. */
export interface InputRow {
  /** From 1. */
  readonly number: number;
  /** Text for each column. */
  readonly cells: readonly string[];
  /** The same as they came: text in CSV, any JSON in JSONL. */
  readonly values: readonly unknown[];
}

export type Format = 'csv' | 'jsonl';

/** One row after the other, whatever the format. */
export interface Records {
  /** The next one; null at the end. */
  next(): Promise<RowValues | null>;
  /** Those that can be had without waiting. */
  now(): RowValues | null;
  readonly columns: readonly string[];
}

export type RowValues = Pick<InputRow, 'cells' | 'values'>;
