import type { CoordinatorMessage, WorkerMessage } from '../../protocol/messages.ts';
import type { WorkerKind } from '../../protocol/plan.ts';

/** Events of a pool's workers, identified by index. */
export interface PoolEvents {
  onMessage(index: number, message: WorkerMessage): void;
  /** The worker has ended and all its messages have been delivered; `failure` is null if it ended well. */
  onEnd(index: number, failure: string | null): void;
}

/**
 * Workers of one kind. Threads, processes and the coordinator's own event loop differ only in how they are
 * started, reached and ended.
 */
export interface WorkerPool {
  readonly kind: WorkerKind;
  /** Sends a message; silently dropped if the worker has ended. */
  post(index: number, message: CoordinatorMessage): void;
  /** Returns a folded block's buffer to the worker, if the channel can move it. */
  returnBuffer(index: number, buffer: ArrayBuffer): void;
  /** Ends a worker at once, as far as its kind allows; `onEnd` still follows. */
  kill(index: number): void;
  /** Frees everything; resolves when no worker is running. */
  close(): Promise<void>;
}

/** Requirements on the workers' heaps. */
export interface PoolOptions {
  /** The workers follow a schedule, so that avoiding a pause of milliseconds is worth some memory. */
  readonly areHeapsRoomy: boolean;
  /** They run code that is not volley's. */
  readonly runsCode: boolean;
}

/** Starts `count` workers that wait for their shards. */
export type CreatePool = (count: number, events: PoolEvents, options: PoolOptions) => WorkerPool;
