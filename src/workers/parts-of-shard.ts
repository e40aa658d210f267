import type { Supplies } from '../protocol/supplies.ts';
import type { TestDefinition } from '../protocol/test-definition.ts';
import type { CreateDispatcher } from './clients/dispatcher.ts';
import type { RowsLoad } from './loads/rows-load.ts';
import type { RequestWatch, VuLoad } from './loads/vu-load.ts';
import type { TokenTimes } from './streams/token-times.ts';

/** What a shard goes by: its supplies, and code that is loaded only for those that need it. */
export interface PartsOfShard {
  readonly supplies: Supplies;
  readonly create: CreateDispatcher;
  /** Null where the shard has no batch. */
  readonly Rows: typeof RowsLoad | null;
  /** Null where answers are no streams. */
  readonly Tokens: typeof TokenTimes | null;
  /** Null where the shard has no scenarios. */
  readonly users: {
    readonly Users: typeof VuLoad;
    readonly definition: TestDefinition;
    readonly watch: RequestWatch | null;
  } | null;
  /** Rows of a full block of records, where it is another than of a run. */
  readonly rowsPerBlock?: number;
}
