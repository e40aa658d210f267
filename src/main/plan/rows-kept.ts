import type { RowCells } from '../../protocol/request.ts';

/** Key for the rows that have been read for options. A symbol, so that no option can be confused with it. */
export const ROWS_KEPT = Symbol('rows that were read');

/** Rows as they were read from a file, or made up. */
export interface ReadRows {
  readonly cells: RowCells;
  /** When requests of a recording are due. */
  readonly timesMs?: readonly number[];
  /** Rows that were left out, since they cannot be read; null if such a row is an error. */
  readonly skipped: { readonly count: number; readonly sentence: string | null } | null;
}

/** What has been read for options, or drawn by chance, and is the same whenever they are checked. */
export class RowsKept {
  readonly seed = drawnSeed();
  /** By a key made of the options that determine the rows. */
  readonly rows = new Map<string, ReadRows>();
}

/**
 * The same options, for which each file of rows is read only once, however often they are checked: it may be large, may
 * have changed by then, or may be a pipe.
 *
 * @param kept to share them between options
 */
export function keepingRows<Options extends { readonly [ROWS_KEPT]?: RowsKept | undefined }>(
  options: Options,
  kept: RowsKept = new RowsKept(),
): Options {
  return options[ROWS_KEPT] === undefined ? { ...options, [ROWS_KEPT]: kept } : options;
}

/** A random seed, for runs that are given none. */
export function drawnSeed(): number {
  return Math.floor(2 ** 32 * Math.random());
}
