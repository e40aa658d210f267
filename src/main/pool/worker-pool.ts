import type { CoordinatorMessage, WorkerMessage } from '../../protocol/messages.ts';
import type { WorkerKind } from '../../protocol/plan.ts';

/** What a pool tells of its workers, each named by its index. */
export interface PoolEvents {
  onMessage(index: number, message: WorkerMessage): void;
  /** The worker has ended and every message of it has been delivered; `failure` is null where it ended well. */
  onEnd(index: number, failure: string | null): void;
}

/**
 * Workers of one kind. Threads, processes and the coordinator's own event loop differ in how they are
 * started, reached and ended, and in nothing else.
 */
export interface WorkerPool {
  readonly kind: WorkerKind;
  /** Sends a message; to a worker that has ended it is lost without a word. */
  post(index: number, message: CoordinatorMessage): void;
  /** Gives a folded block's buffer back where the wire can move it. */
  returnBuffer(index: number, buffer: ArrayBuffer): void;
  /** Ends a worker at once, whatever it is doing; `onEnd` still follows. */
  kill(index: number): void;
  /** Frees everything; no worker is left running when it resolves. */
  close(): Promise<void>;
}

/** What the workers' heaps are to be good for. */
export interface PoolOptions {
  /** They keep to a schedule, so that a pause of milliseconds is worth some memory. */
  readonly areHeapsRoomy: boolean;
}

/** Starts `count` workers, which then wait for their shards. */
export type CreatePool = (count: number, events: PoolEvents, options: PoolOptions) => WorkerPool;
