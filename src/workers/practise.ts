import type { WorkerChannel } from '../protocol/messages.ts';
import type { Shard } from '../protocol/shard.ts';
import { NO_SUPPLIES } from '../protocol/supplies.ts';
import { microsToMs } from '../protocol/units.ts';
import type { Clock } from '../time/clock.ts';
import type { PartsOfShard } from './parts-of-shard.ts';
import { startPeer } from './practice/peer.ts';
import { practiceShard, whereTo } from './practice/practice-shard.ts';
import { ShardRun } from './run-shard.ts';

const LONGEST_MS = 60;
/** So few that full blocks are sent too. */
const ROWS_PER_BLOCK = 64;

/** What this thread has done already: in one event loop a second run finds the code warm. */
const practised = new Set<string>();

/**
 * Goes through a shard's whole path before its load begins: some hundred requests like its own to a peer within this
 * worker, never to the target. Code that runs for the first time is slow, and the first requests of a run would be
 * told as slow as it is. Nothing is kept of them; where it cannot be done, it is left out.
 *
 * @param longestMs it may take so long in all
 * @returns CPU milliseconds of this thread that it took
 */
export async function practise(
  shard: Shard,
  clock: Clock,
  parts: PartsOfShard,
  longestMs = LONGEST_MS,
): Promise<number> {
  const { client, settings, load, slots } = shard;
  const { secure } = whereTo(shard);
  const kind = `${client} ${settings.protocol} ${secure} ${load.model}`;
  if ((slots === 0 && shard.scenarios === undefined) || practised.has(kind)) return 0;
  practised.add(kind);
  const untilMs = clock.nowMs() + longestMs;
  const cpu = process.threadCpuUsage();
  const peer = await startPeer(secure, settings.protocol);
  if (peer !== null) {
    await practiseWith(peer.port, shard, clock, parts, untilMs);
    peer.close();
  }
  const { user, system } = process.threadCpuUsage(cpu);
  return microsToMs(user + system);
}

async function practiseWith(
  port: number,
  shard: Shard,
  clock: Clock,
  { create }: PartsOfShard,
  untilMs: number,
): Promise<void> {
  const timeoutMs = Math.max(1, untilMs - clock.nowMs());
  const run = new ShardRun(practiceShard(shard, port, timeoutMs), nowhere(), clock, {
    supplies: NO_SUPPLIES,
    create,
    Rows: null,
    Tokens: null,
    users: null,
    rowsPerBlock: ROWS_PER_BLOCK,
  });
  const timer = setTimeout(() => run.stop(0), timeoutMs);
  await run.prepare();
  const nowMs = clock.nowMs();
  run.start(nowMs, nowMs);
  await run.finished;
  clearTimeout(timer);
  run.release();
}

/** Nobody hears of it. */
function nowhere(): WorkerChannel {
  return { post: () => {}, onMessage: () => {}, close: () => {} };
}
