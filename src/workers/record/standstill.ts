import { performance } from 'node:perf_hooks';
import { microsToMs } from '../../protocol/units.ts';
import { processorWaitMs } from './scheduling.ts';

const LOOK_EVERY_MS = 500;
/** Less may be a slow disk, or a timer that came late. */
const SHORTEST_MS = 1_000;

interface Look {
  readonly atMs: number;
  /** Computing, or ready to and waiting for a processor; null where the system does not say. */
  readonly runningMs: number | null;
}

/**
 * Notices that this thread stood still (SIGSTOP, a frozen container, a debugger): time passed in which a timer was due
 * and it neither computed nor waited for a processor.
 */
export class StandstillWatch {
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  #last = lookNow();
  #stoodStillMs = 0;

  /** Ends the watch: for how long it stood still in all, in milliseconds. */
  stop(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#stoodStillMs;
  }

  #look(): void {
    const now = lookNow();
    const passedMs = now.atMs - this.#last.atMs - LOOK_EVERY_MS;
    const before = this.#last;
    this.#last = now;
    // Who cannot tell standing still from waiting for a processor says nothing.
    if (now.runningMs === null || before.runningMs === null) return;
    const stillMs = passedMs - (now.runningMs - before.runningMs);
    if (stillMs >= SHORTEST_MS) this.#stoodStillMs += stillMs;
  }
}

function lookNow(): Look {
  const cpu = process.threadCpuUsage();
  const waitedMs = processorWaitMs();
  return {
    atMs: performance.now(),
    runningMs: waitedMs === null ? null : microsToMs(cpu.user + cpu.system) + waitedMs,
  };
}
