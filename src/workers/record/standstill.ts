import { performance } from 'node:perf_hooks';
import { microsToMs } from '../../protocol/units.ts';
import { processorWaitMs } from './scheduling.ts';

const LOOK_EVERY_MS = 500;
/** Anything shorter may be a slow disk or a late timer. */
const SHORTEST_MS = 1_000;

interface Look {
  readonly atMs: number;
  /** Time computing, or runnable and waiting for a processor; null if the system does not report it. */
  readonly runningMs: number | null;
}

/**
 * Detects that this thread was stopped (SIGSTOP, a frozen container, a debugger): time passed in which a timer was due
 * but the thread neither computed nor waited for a processor.
 */
export class StandstillWatch {
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  #last = lookNow();
  #stoodStillMs = 0;

  /** Ends the watch; returns the total time stopped, in milliseconds. */
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
    // Without that figure, being stopped cannot be told from waiting for a processor: report nothing.
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
