import { threadId } from 'node:worker_threads';
import { messageOf } from '../protocol/errors.ts';
import {
  ALIVE_EVERY_MS,
  type CoordinatorMessage,
  PROTOCOL_VERSION,
  type WorkerChannel,
} from '../protocol/messages.ts';
import type { OwnedPart } from '../protocol/report.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import { createMonotonicClock } from '../time/clock.ts';
import { areBackgroundThreadsToYield, yieldBackgroundThreads } from './background-threads.ts';
import { loadClient } from './clients/http-client.ts';
import { practise } from './practise.ts';
import { UsageMeter } from './record/usage.ts';
import { ShardRun } from './run-shard.ts';

/**
 * A worker's life, whatever carries its messages: takes a shard, connects, says ready, begins when told,
 * sends batches, reports, and closes the channel last. Resolves when all is said.
 */
export function serveShard(wire: WorkerChannel, owns: OwnedPart): Promise<void> {
  const clock = createMonotonicClock();
  const bootedAtMs = clock.nowMs();
  const done = Promise.withResolvers<void>();
  let run: ShardRun | null = null;
  let usage = new UsageMeter(owns);
  let windowEndMs: number | null = null;
  /** A stop that came before there was anything to stop. */
  let earlyDrainMs: number | null = null;
  let endOfLoad: NodeJS.Timeout | null = null;
  let practiceCpuMs = 0;
  let hasEnded = false;
  let heartbeat: NodeJS.Timeout | null = null;
  // A message that cannot be sent would end the worker without a word, or leave it waiting for an answer to it.
  const channel: WorkerChannel = {
    ...wire,
    post: (message, transfer) => {
      if (hasEnded) return;
      try {
        wire.post(message, transfer);
      } catch (error) {
        end(`its message '${message.type}' cannot be sent: ${messageOf(error)}`);
      }
    },
  };

  const carryOut = async (shard: Shard, supplies: Supplies): Promise<void> => {
    windowEndMs = shard.windowEndMs;
    const Rows = shard.batch === undefined ? null : (await import('./loads/rows-load.ts')).RowsLoad;
    const create = await loadClient(shard.client, shard.settings.protocol);
    const parts = { supplies, create, Rows };
    run = new ShardRun(shard, channel, clock, parts);
    if (earlyDrainMs === null) practiceCpuMs = await practise(shard, clock, parts);
    if (earlyDrainMs !== null) run.stop(earlyDrainMs);
    await run.prepare();
    if (areBackgroundThreadsToYield(shard)) yieldBackgroundThreads();
    channel.post({ type: 'ready', version: PROTOCOL_VERSION, pid: process.pid, threadId, bootedAtMs });
    if (shard.batch !== undefined)
      heartbeat = setInterval(() => channel.post({ type: 'alive' }), ALIVE_EVERY_MS);
    await run.finished;
    if (endOfLoad !== null) clearTimeout(endOfLoad);
    channel.post({ type: 'report', report: run.close({ ...usage.stop(), practiceCpuMs }) });
  };

  const endOfLoadAfter = (windowAtMs: number): NodeJS.Timeout | null =>
    windowEndMs === null
      ? null
      : setTimeout(() => usage.endOfLoad(), windowAtMs + windowEndMs - clock.nowMs());

  const handle = (message: CoordinatorMessage): void => {
    switch (message.type) {
      case 'shard':
        if (message.version !== PROTOCOL_VERSION) {
          end(`the coordinator speaks protocol ${message.version}, this worker ${PROTOCOL_VERSION}`);
          return;
        }
        carryOut(message.shard, message.supplies).then(
          () => end(null),
          (error: unknown) => end(messageOf(error)),
        );
        return;
      case 'go':
        // What came before the load is not the load's.
        usage.stop();
        usage = new UsageMeter(owns);
        endOfLoad = endOfLoadAfter(message.windowAtMs);
        run?.start(message.startAtMs, message.windowAtMs);
        return;
      case 'stop':
        if (run === null) earlyDrainMs = message.drainMs;
        else run.stop(message.drainMs);
        return;
      case 'rows':
      case 'answers-written':
      case 'no-more-rows':
        run?.takeRows(message);
        return;
      case 'folded':
        run?.recorder.folded(message.buffer);
        return;
    }
    message satisfies never;
  };

  const end = (failure: string | null): void => {
    if (hasEnded) return;
    hasEnded = true;
    if (heartbeat !== null) clearInterval(heartbeat);
    if (failure !== null) {
      wire.post({ type: 'failed', message: failure });
      // Closes what is open; nobody hears of it.
      run?.stop(0);
    }
    wire.close();
    done.resolve();
  };

  channel.onMessage(handle);
  return done.promise;
}
