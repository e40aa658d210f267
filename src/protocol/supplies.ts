import type { RowCells } from './request.ts';

/**
 * What a plan refers to and does not hold: data of any size, and what no result may show. It goes to workers beside
 * their shards, so that a plan or a shard can be kept, shown or sent without it.
 */
export interface Supplies {
  /** The rows that fill requests in; null without. */
  readonly rows: RowCells | null;
  /** Credentials, and texts from the environment and from variables. */
  readonly secrets: readonly string[];
  /** Of each scenario; null where it has none, or has them in its module. Absent without scenarios. */
  readonly scenarioRows?: readonly (RowCells | null)[];
  /** What the setup of scenarios has returned. */
  readonly scenarioData?: unknown;
}

export const NO_SUPPLIES: Supplies = { rows: null, secrets: [] };
