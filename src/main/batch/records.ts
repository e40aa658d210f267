import type { InputRow } from './row.ts';

/** One row after the other, whatever the format. */
export interface Records {
  /** The next one; null at the end. */
  next(): Promise<RowValues | null>;
  /** Those that can be had without waiting. */
  now(): RowValues | null;
  readonly columns: readonly string[];
}

export type RowValues = Pick<InputRow, 'cells' | 'values'>;
