import type { DealtMessage, RowMessage } from './batch.ts';
import type { EventTimesBlock } from './event-times.ts';
import type { TimedErrorTally, WorkerReport } from './report.ts';
import type { SampleBlock } from './samples.ts';
import type { NumberedName } from './scenario.ts';
import type { ScenarioRecords } from './scenario-records.ts';
import type { Shard } from './shard.ts';
import type { StreamBlock } from './stream.ts';
import type { Supplies } from './supplies.ts';

/** Both sides check it, so that workers of another version are refused. */
export const PROTOCOL_VERSION = 9;

/** How often a worker that may have nothing to report sends a sign of life. */
export const ALIVE_EVERY_MS = 1_000;

export type CoordinatorMessage =
  /** The first message: the worker's shard and the supplies it needs. */
  | {
      readonly type: 'shard';
      readonly version: number;
      readonly shard: Shard;
      readonly supplies: Supplies;
    }
  /** Begin at `startAtMs`; the measured window begins at `windowAtMs`. Both on the shared clock. */
  | { readonly type: 'go'; readonly startAtMs: number; readonly windowAtMs: number }
  /** Send nothing after `untilMs` on the shared clock, unless a later message of this kind extends it. */
  | { readonly type: 'lease'; readonly untilMs: number }
  /** Start nothing more, wait up to `drainMs` for what is in flight, then report. */
  | { readonly type: 'stop'; readonly drainMs: number }
  /** A block has been folded. Its buffer comes back if it was moved; null if it was copied. */
  | { readonly type: 'folded'; readonly buffer: ArrayBuffer | null }
  | DealtMessage;

export type WorkerMessage =
  /** The worker's code runs and its connections are open; it waits for `go`. */
  | {
      readonly type: 'ready';
      readonly version: number;
      readonly pid: number;
      readonly threadId: number;
      readonly bootedAtMs: number;
      /** When this was sent. */
      readonly readyAtMs: number;
    }
  /** The code of the scenarios has come to the end of its top; connections are opened next. */
  | { readonly type: 'loaded' }
  | { readonly type: 'block'; readonly block: SampleBlock; readonly errors: readonly TimedErrorTally[] }
  /** Event times since the last such message; not acknowledged. */
  | { readonly type: 'event-times'; readonly times: readonly EventTimesBlock[] }
  /** Times and counts of streamed answers since the last such message; not acknowledged. */
  | { readonly type: 'streams'; readonly block: StreamBlock }
  /** A name that later records refer to by number. */
  | { readonly type: 'name'; readonly name: NumberedName }
  /** What scenarios have recorded since the last such message; not acknowledged. */
  | { readonly type: 'scenario-records'; readonly records: ScenarioRecords }
  | RowMessage
  /** The last message; the channel closes after it. */
  | { readonly type: 'report'; readonly report: WorkerReport }
  /** A sign of life from workers of batches and scenarios, which may have nothing else to report. */
  | { readonly type: 'alive' }
  /** The worker cannot continue. */
  | { readonly type: 'failed'; readonly message: string };

/** One end of the channel between a coordinator and a worker. */
export interface Channel<Outgoing, Incoming> {
  /** Sends a message; buffers in `transfer` are moved where the channel can, else copied. */
  post(message: Outgoing, transfer?: readonly ArrayBuffer[]): void;
  /** Sets the one handler; messages that arrived earlier are queued for it. */
  onMessage(handler: (message: Incoming) => void): void;
  /** Closes once everything posted has been handed over. */
  close(): void;
}

export type WorkerChannel = Channel<WorkerMessage, CoordinatorMessage>;
