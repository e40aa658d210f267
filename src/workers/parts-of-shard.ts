import type { Supplies } from '../protocol/supplies.ts';
import type { TestDefinition } from '../protocol/test-definition.ts';
import type { CreateDispatcher } from './clients/dispatcher.ts';
import type { RowsLoad } from './loads/rows-load.ts';
import type { RequestWatch, VuLoad } from './loads/vu-load.ts';
import type { TokenTimes } from './streams/token-times.ts';

/** What a shard needs: its supplies, and code that is loaded only for shards that use it. */
export interface PartsOfShard {
  readonly supplies: Supplies;
  readonly create: CreateDispatcher;
  /** Null without a batch. */
  readonly Rows: typeof RowsLoad | null;
  /** Null unless answers are streams. */
  readonly Tokens: typeof TokenTimes | null;
  /** Null without scenarios. */
  readonly users: {
    readonly Users: typeof VuLoad;
    readonly definition: TestDefinition;
    readonly watch: RequestWatch | null;
  } | null;
  /** Rows of a full block, where it differs from that of a run. */
  readonly rowsPerBlock?: number;
}
