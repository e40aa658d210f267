import type { RowMessage } from '../../protocol/batch.ts';
import type { CoordinatorMessage } from '../../protocol/messages.ts';
import type { SampleBlock } from '../../protocol/samples.ts';
import type { Shard } from '../../protocol/shard.ts';

/** Receives the records of the worker with that index. */
export type OnBlock = (block: SampleBlock, worker: number) => void;

/** Resolves to an instant on the shared clock; never resolves if the run is to end before it begins. */
export type WhenToBegin = () => Promise<number>;

/** Deals rows to workers while they run, and receives their answers. */
export interface RowDealing {
  /** Called when the load begins; `post` sends to a worker. */
  begin(post: (index: number, message: CoordinatorMessage) => void, workers: number): void;
  onMessage(index: number, message: RowMessage): void;
  /** Called when a worker has ended, successfully or not. */
  onEnd(index: number): void;
  /** Stops dealing. */
  stop(): void;
}

export interface CoordinatorOptions {
  /** Receives every block as it arrives, before its buffer is reused. */
  readonly onBlock?: OnBlock | undefined;
  /** Null if workers know from their shards what to send. */
  readonly dealing?: RowDealing | null;
  /** Values kept for exact percentiles, over all workers. */
  readonly mostExactRequests?: number;
  /** The workers' shards, if they are not all of the plan's; each carries its index in the plan. */
  readonly shards?: readonly Shard[];
  /** When to begin, on the shared clock; asked once all workers are ready. By default at once. */
  readonly whenToBegin?: WhenToBegin;
  /** How long the code at the top of modules may take in a worker. */
  readonly longestTopMs?: number;
  /** A worker of a batch or of scenarios is killed after this much silence. */
  readonly longestSilenceMs?: number;
}
