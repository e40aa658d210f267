import type { CodeUse } from '../../protocol/scenario.ts';
import { MICROS_PER_MS } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';

/** Code that runs for longer at a time holds up answers that others wait for. */
const BLOCK_MS = 10;
/** How often the CPU time of the thread is read at most, in milliseconds. */
const CPU_EVERY_MS = 100;
/** Of a block this share has to be time on a processor: else the machine held the thread up. */
const ON_CPU_SHARE = 0.8;

/** Whose code runs, and what it was given last. */
export interface CodeOwner {
  readonly scenarioName: string;
  /** The request whose answer it was given last; null before the first. */
  readonly lastRequest: string | null;
}

/** Where a meter reads CPU time, in milliseconds. */
type ReadCpu = () => number;

/**
 * How long scenarios' own code holds the event loop. Such code runs where a promise of ours has settled, until it calls
 * us or awaits: a microtask that is queued before its own says when that begins, and a tick behind all microtasks when
 * it has ended. Whatever it awaits of others than us is not in it, and neither is what runs after that.
 */
export class CodeMeter {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #readCpu: ReadCpu;
  #isExpected = false;
  #hasBegun = false;
  #isRunning = false;
  /** Since when it has run, after its last call. */
  #sinceMs = 0;
  #owner: CodeOwner | null = null;
  #codeMs = 0;
  #blockedMs = 0;
  #longestMs = 0;
  #longestOf: { readonly scenario: string; readonly after: string | null } | null = null;
  #cpuAtMs = 0;
  #cpuMs: number;

  constructor(clock: Pick<Clock, 'nowMs'>, readCpu: ReadCpu = cpuOfThread) {
    this.#clock = clock;
    this.#readCpu = readCpu;
    this.#cpuMs = readCpu();
  }

  /** A promise that the code of `owner` may await is about to settle. */
  handOver(owner: CodeOwner): void {
    this.#owner = owner;
    if (this.#isExpected) return;
    this.#isExpected = true;
    queueMicrotask(this.#begin);
  }

  /** Code of `owner` is called directly. */
  enter(owner: CodeOwner): void {
    this.handOver(owner);
    this.#goOn();
  }

  /** It has called us, or has ended. */
  leave(owner: CodeOwner): void {
    if (this.#isRunning) this.#add(owner);
  }

  /** It has returned to whoever called it directly. */
  returned(owner: CodeOwner): void {
    this.leave(owner);
    // Until microtasks run, whatever else is done is ours.
    if (!this.#hasBegun) this.#isRunning = false;
  }

  /** It goes on after its call. */
  back(owner: CodeOwner): void {
    // It had awaited something of others.
    if (!this.#isExpected) this.handOver(owner);
    this.#goOn();
  }

  /** @param loadMs how long the load has lasted */
  use(loadMs: number): CodeUse {
    return {
      loadMs,
      codeMs: this.#codeMs,
      blockedMs: this.#blockedMs,
      longestMs: this.#longestMs,
      longestOf: this.#longestOf,
    };
  }

  readonly #begin = (): void => {
    this.#hasBegun = true;
    if (this.#isRunning && this.#owner !== null) this.#add(this.#owner);
    else this.#goOn();
    process.nextTick(this.#end);
  };

  readonly #end = (): void => {
    this.#isExpected = false;
    this.#hasBegun = false;
    if (this.#owner !== null) this.leave(this.#owner);
    this.#isRunning = false;
    this.#owner = null;
    const nowMs = this.#sinceMs;
    if (nowMs - this.#cpuAtMs < CPU_EVERY_MS) return;
    this.#cpuAtMs = nowMs;
    this.#cpuMs = this.#readCpu();
  };

  #goOn(): void {
    this.#isRunning = true;
    this.#sinceMs = this.#clock.nowMs();
  }

  #add(owner: CodeOwner): void {
    const nowMs = this.#clock.nowMs();
    const ms = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#codeMs += ms;
    if (ms < BLOCK_MS || this.#readCpu() - this.#cpuMs < ON_CPU_SHARE * ms) return;
    this.#blockedMs += ms;
    if (ms <= this.#longestMs) return;
    this.#longestMs = ms;
    this.#longestOf = { scenario: owner.scenarioName, after: owner.lastRequest };
  }
}

/** Milliseconds of this thread. */
function cpuOfThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / MICROS_PER_MS;
}
