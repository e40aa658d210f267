import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Shard } from '../protocol/shard.ts';

const TASKS = '/proc/self/task';
const NAME = /V8Worker/;

/**
 * Gives about a tenth of a contended core. At 19, the lowest priority, a worker that is always busy took 1.7 to 3 times
 * the CPU per request, most of it in the kernel.
 */
const NICENESS = 10;

/**
 * Whether a pause costs more than slower compilation: always for workers that poll; with ticks, for one worker. Four that
 * tick on one core starved V8's threads at 20,000/s: 36 % more CPU and ten times the start lag, against a third less
 * start lag for one.
 */
export function areBackgroundThreadsToYield({ load, workers }: Pick<Shard, 'load' | 'workers'>): boolean {
  return load.model === 'open' && (load.pacing === 'precise' || workers === 1);
}

/**
 * Lowers the priority of V8's own threads in this process, which compile and collect garbage next to the event loop,
 * and returns their number. Where a worker shares its core with them,
 * the scheduler would otherwise stop it for 3 to 5 ms whenever one of them has work, which would be attributed to the
 * target. On Linux each thread has its own niceness; elsewhere nothing is changed.
 */
export function yieldBackgroundThreads(): number {
  try {
    const ids = readdirSync(TASKS).filter((id) => NAME.test(readFileSync(`${TASKS}/${id}/comm`, 'utf8')));
    for (const id of ids) setPriority(Number(id), NICENESS);
    return ids.length;
  } catch {
    // No such folder, or not allowed: we lose an optimization, nothing else.
    return 0;
  }
}
