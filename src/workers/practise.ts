import type { WorkerChannel } from '../protocol/messages.ts';
import type { Shard } from '../protocol/shard.ts';
import { NO_SUPPLIES } from '../protocol/supplies.ts';
import { microsToMs } from '../protocol/units.ts';
import type { Clock } from '../time/clock.ts';
import type { PartsOfShard } from './parts-of-shard.ts';
import { startPeer } from './practice/peer.ts';
import { allHaveBodies, practiceShard, whereTo } from './practice/practice-shard.ts';
import { ShardRun } from './run-shard.ts';

/** How much practice may take. */
interface Limits {
  /** Of this thread's own CPU. On a busy machine it gets that late: time alone would end practice before it has begun. */
  readonly cpuMs: number;
  readonly totalMs: number;
}

const LIMITS: Limits = { cpuMs: 60, totalMs: 500 };
/** Small enough that practice also sends full blocks. */
const ROWS_PER_BLOCK = 64;

/** What this thread has practised already: a second run in one event loop finds the code warm. */
const practised = new Set<string>();

/**
 * Exercises a shard's whole path before its load begins: up to two hundred requests like its own to a peer inside this
 * worker, never to the target. Cold code is slow, and the first requests of a run would otherwise measure that.
 * Nothing of it is recorded; where practice is impossible it is skipped.
 *
 * @returns CPU milliseconds that it took on this thread
 */
export async function practise(
  shard: Shard,
  clock: Clock,
  parts: PartsOfShard,
  limits = LIMITS,
): Promise<number> {
  const { client, settings, load, slots } = shard;
  const { secure } = whereTo(shard);
  const kind = `${client} ${settings.protocol} ${secure} ${load.model}`;
  if ((slots === 0 && shard.scenarios === undefined) || practised.has(kind)) return 0;
  practised.add(kind);
  const untilMs = clock.nowMs() + limits.totalMs;
  const cpu = process.threadCpuUsage();
  const leftMs = (): number => Math.min(untilMs - clock.nowMs(), limits.cpuMs - cpuMsSince(cpu));
  const peer = await startPeer(secure, settings.protocol, allHaveBodies(shard));
  if (peer !== null) {
    await practiseWith(practiceShard(shard, peer.port, limits.totalMs), clock, parts, leftMs);
    peer.close();
  }
  return cpuMsSince(cpu);
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return microsToMs(user + system);
}

async function practiseWith(
  shard: Shard,
  clock: Clock,
  { create }: PartsOfShard,
  leftMs: () => number,
): Promise<void> {
  const run = new ShardRun(shard, nowhere(), clock, {
    supplies: NO_SUPPLIES,
    create,
    Rows: null,
    Tokens: null,
    users: null,
    rowsPerBlock: ROWS_PER_BLOCK,
  });
  const stopInTime = (): void => {
    const ms = leftMs();
    if (ms > 0) timer = setTimeout(stopInTime, Math.max(1, ms));
    else run.stop(0);
  };
  let timer = setTimeout(stopInTime, Math.max(1, leftMs()));
  await run.prepare();
  const nowMs = clock.nowMs();
  run.start(nowMs, nowMs);
  await run.finished;
  clearTimeout(timer);
  run.release();
}

/** A wire without a listener. */
function nowhere(): WorkerChannel {
  return { post: () => {}, onMessage: () => {}, close: () => {} };
}
