import type { DealtMessage, RowMessage } from './batch.ts';
import type { EventTimesBlock } from './event-times.ts';
import type { TimedErrorTally, WorkerReport } from './report.ts';
import type { SampleBlock } from './samples.ts';
import type { NumberedName } from './scenario.ts';
import type { ScenarioRecords } from './scenario-records.ts';
import type { Shard } from './shard.ts';
import type { StreamBlock } from './stream.ts';
import type { Supplies } from './supplies.ts';

/** Both sides check it: a worker file of another version must not be talked to. */
export const PROTOCOL_VERSION = 7;

/** A worker that may have nothing to tell is heard of so often. */
export const ALIVE_EVERY_MS = 1_000;

export type CoordinatorMessage =
  /** First message: what this worker is to do, and what it needs for it. */
  | {
      readonly type: 'shard';
      readonly version: number;
      readonly shard: Shard;
      readonly supplies: Supplies;
    }
  /** Begin at `startAtMs`; the measured window begins at `windowAtMs`. Both on the shared clock. */
  | { readonly type: 'go'; readonly startAtMs: number; readonly windowAtMs: number }
  /** Send nothing after `untilMs` on the shared clock, unless a later message of this kind moves it on. */
  | { readonly type: 'lease'; readonly untilMs: number }
  /** Start nothing more; wait for what is in flight for at most `drainMs`; then report. */
  | { readonly type: 'stop'; readonly drainMs: number }
  /** A block has been folded; its buffer comes back where it was moved, null where it was copied. */
  | { readonly type: 'folded'; readonly buffer: ArrayBuffer | null }
  | DealtMessage;

export type WorkerMessage =
  /** Code runs and connections are open; waits for `go`. */
  | {
      readonly type: 'ready';
      readonly version: number;
      readonly pid: number;
      readonly threadId: number;
      readonly bootedAtMs: number;
    }
  | { readonly type: 'block'; readonly block: SampleBlock; readonly errors: readonly TimedErrorTally[] }
  /** What has been timed since the last one; nothing comes back. */
  | { readonly type: 'event-times'; readonly times: readonly EventTimesBlock[] }
  /** What has been timed and counted of streamed answers since the last one; nothing comes back. */
  | { readonly type: 'streams'; readonly block: StreamBlock }
  /** A name that the records to come say by its number. */
  | { readonly type: 'name'; readonly name: NumberedName }
  /** What scenarios have recorded since the last one; nothing comes back. */
  | { readonly type: 'scenario-records'; readonly records: ScenarioRecords }
  | RowMessage
  /** The last message; the channel closes behind it. */
  | { readonly type: 'report'; readonly report: WorkerReport }
  /** Its event loop runs, although it may have nothing to tell: from workers of batches and scenarios. */
  | { readonly type: 'alive' }
  /** The worker cannot go on. */
  | { readonly type: 'failed'; readonly message: string };

/** One end of the wire between a coordinator and a worker. */
export interface Channel<Outgoing, Incoming> {
  /** Sends a message; buffers in `transfer` move where the wire can move them, else are copied. */
  post(message: Outgoing, transfer?: readonly ArrayBuffer[]): void;
  /** One handler; messages that came earlier are kept for it. */
  onMessage(handler: (message: Incoming) => void): void;
  /** Closes after everything posted has been handed over. */
  close(): void;
}

export type WorkerChannel = Channel<WorkerMessage, CoordinatorMessage>;
