import type { RowCells } from './request.ts';
import type { CarriedCode } from './scenario.ts';

/**
 * What a plan refers to but does not contain: data of any size, and secrets. It is sent to workers separately from
 * their shards, so that a plan or a shard can be stored, shown or sent without it.
 */
export interface Supplies {
  /** The rows for placeholders; null without rows. */
  readonly rows: RowCells | null;
  /** Credentials, and texts from the environment and from variables. */
  readonly secrets: readonly string[];
  /** Rows per scenario; null if it has none or its module has them. Absent without scenarios. */
  readonly scenarioRows?: readonly (RowCells | null)[];
  /** Rows that a module has itself, per scenario, for another machine; absent where the module was loaded. */
  readonly scenarioItems?: readonly (readonly unknown[] | null)[];
  /** The modules of the scenarios, for another machine; absent where they were loaded. */
  readonly code?: CarriedCode;
  /** The return value of the scenarios' setup. */
  readonly scenarioData?: unknown;
}

export const NO_SUPPLIES: Supplies = { rows: null, secrets: [] };
