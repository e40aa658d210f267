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
