import type { RowCells } from '../../protocol/request.ts';
import type { RowDeal } from '../../protocol/scenario-words.ts';
import { rowOf } from '../../requests/dealing.ts';
import { cellOf } from '../../requests/row-table.ts';

/** The rows of one scenario, and which iteration or user gets which. */
export class RowSource {
  readonly #deal: RowDeal | null;
  readonly #count: number;
  readonly #rowAt: (row: number) => unknown;
  readonly #seed: number;

  constructor(deal: RowDeal | null, count: number, rowAt: (row: number) => unknown, seed: number) {
    this.#deal = deal;
    this.#count = count;
    this.#rowAt = rowAt;
    this.#seed = seed;
  }

  /** Whether an iteration gets a row, or there are none. */
  has(occurrence: number): boolean {
    return this.#deal !== 'once' || occurrence < this.#count;
  }

  /**
   * The row of an iteration; undefined if each row is used once and none is left.
   *
   * @param occurrence the iteration's number in its scenario, from 0
   * @param user its user's number, from 0
   */
  rowOf(occurrence: number, user: number): { readonly value: unknown } | undefined {
    switch (this.#deal) {
      case null:
        return { value: undefined };
      case 'per-vu':
        return { value: this.#rowAt(user) };
      case 'once':
        return occurrence < this.#count ? { value: this.#rowAt(occurrence) } : undefined;
      default:
        return { value: this.#rowAt(rowOf(this.#deal, this.#seed, occurrence, this.#count)) };
    }
  }

  /** The row of a user, if each user has its own. */
  rowOfUser(user: number): unknown {
    return this.#deal === 'per-vu' ? this.#rowAt(user) : undefined;
  }
}

/** Reads the rows of a table as objects; with `isJson`, each row is a single cell in JSON. */
export function rowsOfTable(cells: RowCells, isJson: boolean): (row: number) => unknown {
  if (isJson) return (row) => JSON.parse(cellOf(cells, row, 0));
  return (row) => Object.fromEntries(cells.columns.map((name, column) => [name, cellOf(cells, row, column)]));
}
