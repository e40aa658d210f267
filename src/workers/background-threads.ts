import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Shard } from '../protocol/shard.ts';

const TASKS = '/proc/self/task';
const NAME = /V8Worker/;

/**
 * About a tenth of a core that is fought for. At 19, the lowest, a worker that is always busy took 1.7 to 3 times
 * the CPU for each request, most of it in the kernel.
 */
const NICENESS = 10;

/**
 * Whether a pause costs more than slower compiling: always where workers poll; with ticks, for one worker. Four that
 * tick on one core starved V8's threads at 20,000/s: 36 % more CPU and ten times the start lag, against a third less
 * start lag for one.
 */
export function areBackgroundThreadsToYield({ load, workers }: Pick<Shard, 'load' | 'workers'>): boolean {
  return load.model === 'open' && (load.pacing === 'precise' || workers === 1);
}

/**
 * Lets V8's own threads of this process, which compile and collect garbage beside the event loop, give way
 * where others want their core; returns how many there are. Where a worker shares its core with them,
 * the scheduler would stop it for 3 to 5 ms whenever one of them has work: that would be told as the target's
 * time. On Linux a thread has a niceness of its own; elsewhere nothing is changed.
 */
export function yieldBackgroundThreads(): number {
  try {
    const ids = readdirSync(TASKS).filter((id) => NAME.test(readFileSync(`${TASKS}/${id}/comm`, 'utf8')));
    for (const id of ids) setPriority(Number(id), NICENESS);
    return ids.length;
  } catch {
    // No such folder, or not allowed: an advantage less, nothing more.
    return 0;
  }
}
