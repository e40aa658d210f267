import { endHeldProcess } from '../../machine/endless-code.ts';
import { messageOf } from '../../protocol/errors.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';
import type { CoordinatorMessage, WorkerChannel, WorkerMessage } from '../../protocol/messages.ts';
import { serveShard } from '../../workers/serve-shard.ts';
import { heldSentence } from '../text/held-loop.ts';
import { hearUncaught, isOwnProcess } from './own-process.ts';
import type { PoolEvents, PoolOptions, WorkerPool } from './worker-pool.ts';

/** Neither answers nor signals are heard meanwhile. */
const LONGEST_HOLD_MS = 5_000;

/** One worker on the coordinator's own event loop. Messages are passed uncopied, in order, one microtask later. */
export function createInlinePool(_count: number, events: PoolEvents, { runsCode }: PoolOptions): WorkerPool {
  const early: CoordinatorMessage[] = [];
  let handler: ((message: CoordinatorMessage) => void) | null = null;
  let closed = false;
  const failed = Promise.withResolvers<void>();

  const channel: WorkerChannel = {
    post: (message: WorkerMessage) => {
      if (closed) return;
      queueMicrotask(() => events.onMessage(0, message));
    },
    onMessage: (given) => {
      handler = given;
      for (const message of early.splice(0)) queueMicrotask(() => given(message));
    },
    close: () => {
      if (closed) return;
      closed = true;
      queueMicrotask(() => events.onEnd(0, null));
    },
  };
  // As in a thread, an exception ends the worker, but what it has delivered is kept.
  const stopHearing = hearUncaught((error) => {
    if (closed || served.takeUncaught(error)) return;
    closed = true;
    handler?.({ type: 'stop', drainMs: 0 });
    queueMicrotask(() => events.onEnd(0, messageOf(error)));
    failed.resolve();
  });
  const watch =
    runsCode && isOwnProcess()
      ? endHeldProcess(LONGEST_HOLD_MS, heldSentence('A scenario', LONGEST_HOLD_MS), EXIT_CODES.degraded)
      : null;
  const post = (_index: number, message: CoordinatorMessage): void => {
    if (closed) return;
    const given = handler;
    if (given === null) early.push(message);
    else queueMicrotask(() => given(message));
  };
  const served = serveShard(channel, 'nothing');

  return {
    kind: 'inline',
    post,
    returnBuffer: (index, buffer) => post(index, { type: 'folded', buffer }),
    // A worker on the same event loop can only be asked to stop.
    kill: (index) => post(index, { type: 'stop', drainMs: 0 }),
    close: async () => {
      await Promise.race([served.done, failed.promise]);
      stopHearing();
      await watch?.stop();
    },
  };
}
