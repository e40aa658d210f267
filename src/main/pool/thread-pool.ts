import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { move, Piscina } from 'piscina';
import { environmentWithCompiledCode } from '../../machine/compiled-code.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { WorkerMessage } from '../../protocol/messages.ts';
import { setThreadHeaps } from './roomy-heap.ts';
import type { PoolEvents, PoolOptions, WorkerPool } from './worker-pool.ts';

const ENTRY = fileURLToPath(new URL('../../workers/thread-entry.js', import.meta.url));
const NURSERY_MB = 12;

/** Threads: a Piscina pool in which each thread runs one long task and communicates over its own port. */
export function createThreadPool(
  count: number,
  events: PoolEvents,
  { areHeapsRoomy }: PoolOptions,
): WorkerPool {
  setThreadHeaps(areHeapsRoomy);
  const pool = new Piscina({
    filename: ENTRY,
    // With the task comes its thread. A minimum would be kept by starting another thread for each that is ended.
    minThreads: 0,
    maxThreads: count,
    concurrentTasksPerWorker: 1,
    // Piscina's default blocks a thread's event loop between tasks.
    atomics: 'disabled',
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
    execArgv: [],
    env: environmentWithCompiledCode(),
    // A request's garbage dies young: a small nursery costs next to nothing, and limits pauses and memory.
    resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
  });
  const threads = Array.from({ length: count }, (_, index) => new Thread(pool, index, events));
  // If a thread fails before it takes its task, that task would wait forever.
  pool.on('error', (error: unknown) => {
    for (const thread of threads) thread.endIfSilent(messageOf(error));
  });

  return {
    kind: 'thread',
    post: (index, message) => threads[index]?.port.postMessage(message),
    returnBuffer: (index, buffer) => threads[index]?.port.postMessage({ type: 'folded', buffer }, [buffer]),
    kill: (index) => threads[index]?.end('it did not stop when asked, and was ended'),
    close: async () => {
      for (const thread of threads) thread.end('the run was over');
      await Promise.all(threads.map(({ ended }) => ended));
      await pool.destroy();
    },
  };
}

class Thread {
  readonly port;
  readonly ended: Promise<void>;
  readonly #abort = new AbortController();
  #isSilent = true;
  #endedBecause: string | null = null;

  constructor(pool: Piscina, index: number, events: PoolEvents) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.port.on('message', (message: WorkerMessage) => {
      this.#isSilent = false;
      events.onMessage(index, message);
    });
    // A task may end before all messages of its port are delivered: a worker has ended when both have.
    const closed = new Promise<void>((resolve) => {
      this.port.once('close', resolve);
    });
    const ran = pool.run(move(port2), { signal: this.#abort.signal }).then(
      () => null,
      (error: unknown) => {
        // Closes the channel if the thread never took its port; if it did, this has no effect.
        port2.close();
        return this.#endedBecause ?? messageOf(error);
      },
    );
    this.ended = Promise.all([ran, closed]).then(([failure]) => events.onEnd(index, failure));
  }

  /** Destroys the thread; no effect if it has ended. */
  end(because: string): void {
    this.#endedBecause ??= because;
    this.#abort.abort();
  }

  endIfSilent(because: string): void {
    if (this.#isSilent) this.end(because);
  }
}
