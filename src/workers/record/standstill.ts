import { performance } from 'node:perf_hooks';
import { microsToMs } from '../../protocol/units.ts';
import { processorWaitMs } from './scheduling.ts';

const LOOK_EVERY_MS = 500;
/** Less may be a slow disk, or a timer that came late. */
const SHORTEST_MS = 1_000;

interface Look {
  readonly atMs: number;
  /** Computing, or ready to and waiting for a processor. */
  readonly runningMs: number;
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
    const stillMs = passedMs - (now.runningMs - this.#last.runningMs);
    if (stillMs >= SHORTEST_MS) this.#stoodStillMs += stillMs;
    this.#last = now;
  }
}

function lookNow(): Look {
  const cpu = process.threadCpuUsage();
  return {
    atMs: performance.now(),
    runningMs: microsToMs(cpu.user + cpu.system) + (processorWaitMs() ?? 0),
  };
}
