import type { CodeUse } from '../../protocol/scenario.ts';
import { MICROS_PER_MS } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';

/** Code that runs longer than this at a time delays answers that other users wait for. */
const BLOCK_MS = 10;
/** Shortest time between readings of the thread's CPU time, except for blocks. */
const CPU_EVERY_MS = 100;
/** A block counts only if this share of it was CPU time: otherwise the machine held the thread up. */
const ON_CPU_SHARE = 0.8;

/** Its `then` costs less than `queueMicrotask`, which makes a resource wherever there is an asynchronous context. */
const RESOLVED = Promise.resolve();

/** The user whose code runs, and the last answer it received. */
export interface CodeOwner {
  readonly scenario: { readonly index: number; readonly name: string };
  /** The request of the last answer it received; null before the first. */
  readonly lastRequest: string | null;
  /** It sleeps, or awaits an answer: what runs is probably not its code. */
  readonly isWaiting: boolean;
  /** The longest that it held the event loop in its iteration, of 10 ms or more; set here. */
  heldMs: number;
}

/** Reads CPU time, in milliseconds. */
type ReadCpu = () => number;

/**
 * Measures how long scenarios' own code holds the event loop. Such code runs after one of our promises settles, until
 * it calls us or awaits: a microtask queued before its own marks the beginning, and a tick after all microtasks the
 * end. Time awaiting promises that are not ours is not included, nor is code that runs after those.
 */
export class CodeMeter {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #readCpu: ReadCpu;
  #isExpected = false;
  #hasBegun = false;
  #isRunning = false;
  /** Since when the code has been running, counted from its last call. */
  #sinceMs = 0;
  #owner: CodeOwner | null = null;
  /** To whom else something was handed over since the last end; null where there was one user, as there mostly is. */
  #others: CodeOwner[] | null = null;
  /** By scenario. */
  readonly #codeMs: number[] = [];
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

  /** Call before settling a promise that the code of `owner` may await. */
  handOver(owner: CodeOwner): void {
    if (this.#isExpected) {
      if (this.#owner !== owner) this.#changeOwner(owner);
      return;
    }
    this.#owner = owner;
    this.#isExpected = true;
    void RESOLVED.then(this.#begin);
  }

  /** Call before calling code of `owner` directly. */
  enter(owner: CodeOwner): void {
    this.handOver(owner);
    this.#goOn();
  }

  /** The code has called us, or has ended; at `nowMs`, if the caller knows. */
  leave(owner: CodeOwner, nowMs?: number): void {
    if (this.#isRunning) this.#add(owner, nowMs ?? this.#clock.nowMs());
  }

  /** The code has returned from a direct call. */
  returned(owner: CodeOwner): void {
    this.leave(owner);
    // Until microtasks run, only our own code runs.
    if (!this.#hasBegun) this.#isRunning = false;
  }

  /** The code continues after its call to us. */
  back(owner: CodeOwner): void {
    // It had awaited a promise that is not ours.
    if (!this.#isExpected) this.handOver(owner);
    this.#goOn();
  }

  /** The code may have awaited a promise that is not ours, and continues. */
  goesOn(owner: CodeOwner): void {
    if (!this.#isExpected) this.back(owner);
  }

  /** @param loadMs duration of the load so far */
  use(loadMs: number): CodeUse {
    return {
      loadMs,
      codeMs: Array.from(this.#codeMs, (ms) => ms ?? 0),
      blockedMs: this.#blockedMs,
      longestMs: this.#longestMs,
      longestOf: this.#longestOf,
    };
  }

  readonly #begin = (): void => {
    this.#hasBegun = true;
    if (this.#isRunning && this.#owner !== null) this.#add(this.#owner, this.#clock.nowMs());
    else this.#goOn();
    process.nextTick(this.#end);
  };

  readonly #end = (): void => {
    this.#isExpected = false;
    this.#hasBegun = false;
    if (this.#owner !== null)
      this.leave(this.#others === null ? this.#owner : likeliest(this.#owner, this.#others));
    this.#isRunning = false;
    this.#owner = null;
    this.#others = null;
    const nowMs = this.#sinceMs;
    if (nowMs - this.#cpuAtMs < CPU_EVERY_MS) return;
    this.#cpuAtMs = nowMs;
    this.#cpuMs = this.#readCpu();
  };

  #changeOwner(owner: CodeOwner): void {
    if (this.#owner !== null) {
      this.#others ??= [];
      this.#others.push(this.#owner);
    }
    this.#owner = owner;
  }

  #goOn(): void {
    this.#isRunning = true;
    this.#sinceMs = this.#clock.nowMs();
  }

  #add(owner: CodeOwner, nowMs: number): void {
    const ms = nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    const { index, name } = owner.scenario;
    this.#codeMs[index] = (this.#codeMs[index] ?? 0) + ms;
    if (ms < BLOCK_MS || this.#readCpu() - this.#cpuMs < ON_CPU_SHARE * ms) return;
    this.#blockedMs += ms;
    if (this.#others === null && ms > owner.heldMs) owner.heldMs = ms;
    if (ms <= this.#longestMs) return;
    this.#longestMs = ms;
    this.#longestOf = { scenario: name, after: owner.lastRequest };
  }
}

/** Code that calls us says whose it is; what then is left may be of any of those that were handed something. */
function likeliest(last: CodeOwner, others: readonly CodeOwner[]): CodeOwner {
  return last.isWaiting ? (others.find(({ isWaiting }) => !isWaiting) ?? last) : last;
}

/** CPU time of this thread, in milliseconds. */
function cpuOfThread(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / MICROS_PER_MS;
}
