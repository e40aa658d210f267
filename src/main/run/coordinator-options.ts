import type { RowMessage } from '../../protocol/batch.ts';
import type { CoordinatorMessage } from '../../protocol/messages.ts';
import type { SampleBlock } from '../../protocol/samples.ts';
import type { Shard } from '../../protocol/shard.ts';

/** Sees the records of the worker of that index. */
export type OnBlock = (block: SampleBlock, worker: number) => void;

/** Resolves to an instant on the shared clock; never where the run is to end before it begins. */
export type WhenToBegin = () => Promise<number>;

/** Deals rows to workers while they run, and takes their answers. */
export interface RowDealing {
  /** The load begins; `post` reaches the workers. */
  begin(post: (index: number, message: CoordinatorMessage) => void, workers: number): void;
  onMessage(index: number, message: RowMessage): void;
  /** A worker has ended, well or not. */
  onEnd(index: number): void;
  /** From now on nothing is dealt. */
  stop(): void;
}

export interface CoordinatorOptions {
  /** Sees every block as it comes, before its buffer is used again. */
  readonly onBlock?: OnBlock | undefined;
  /** Null where workers know from their shards what to send. */
  readonly dealing?: RowDealing | null;
  /** Values kept for exact percentiles, over all workers. */
  readonly mostExactRequests?: number;
  /** What the workers are given, where they are not the whole plan's; named by their place in it. */
  readonly shards?: readonly Shard[];
  /** Says when to begin, on the shared clock, once all workers are ready; by default at once. */
  readonly whenToBegin?: WhenToBegin;
  /** A worker that waits for rows and is not heard of for so long is ended. */
  readonly longestSilenceMs?: number;
}
