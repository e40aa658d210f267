import { msToSeconds } from '../../protocol/units.ts';
import { afterRunning } from './running-time.ts';
import { SilenceWatch } from './silence.ts';

/** A worker that is not ready this long after its connect timeout is killed. */
const LONGEST_BOOT_MS = 30_000;

/** Kills workers that do not end by themselves, so that nothing blocks a run forever. */
export class Watchdog {
  readonly #workers: number;
  readonly #kill: (index: number, because: string | null) => void;
  /** Cancels the wait after which workers that have not stopped are killed. */
  #forgo: () => void = () => {};
  #silence: SilenceWatch | null = null;
  /** Workers whose code has not yet come to the end of its top. */
  readonly #loading = new Set<number>();
  #forgoLoading: () => void = () => {};

  /** @param kill called with a worker's index, even if it has ended; `because` is null if the reason is only that it did not end */
  constructor(workers: number, kill: (index: number, because: string | null) => void) {
    this.#workers = workers;
    this.#kill = kill;
  }

  /** Kills all remaining workers after `delayMs` in which this process could run; replaces an earlier delay. */
  killAfter(delayMs: number): void {
    this.forgo();
    this.#forgo = afterRunning(delayMs, () => {
      for (let index = 0; index < this.#workers; index++) this.#kill(index, null);
    });
  }

  /** Cancels `killAfter`. */
  forgo(): void {
    this.#forgo();
    this.#forgo = () => {};
  }

  /**
   * Kills each worker that is not ready in time. The code at the top of modules has a time of its own: a loop without an
   * end would never say anything.
   */
  killUnready(timeoutMs: number, modules: readonly string[], longestTopMs: number): void {
    const topMs = modules.length === 0 ? 0 : longestTopMs;
    this.killAfter(topMs + timeoutMs + LONGEST_BOOT_MS);
    if (modules.length === 0) return;
    for (let index = 0; index < this.#workers; index++) this.#loading.add(index);
    this.#forgoLoading = afterRunning(topMs, () => {
      for (const index of this.#loading) this.#kill(index, endlessTop(modules, topMs));
    });
  }

  loaded(index: number): void {
    this.#loading.delete(index);
    if (this.#loading.size === 0) this.#forgoLoading();
  }

  /** Kills each worker that is silent for this long: every request ends within its timeout, and its record arrives soon after. */
  killSilent(longestMs: number): void {
    const because = `nothing was heard from it for ${Math.ceil(msToSeconds(longestMs))} s`;
    this.#silence = new SilenceWatch(this.#workers, longestMs, (index) => this.#kill(index, because));
  }

  heard(index: number): void {
    this.#silence?.heard(index);
  }

  close(): void {
    this.forgo();
    this.#forgoLoading();
    this.#silence?.close();
  }
}

/** Why workers are killed whose code never comes to the end of its top. */
function endlessTop(modules: readonly string[], longestMs: number): string {
  const names = modules.map((url) => decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)));
  return `the code at the top of ${names.join(' or ')} did not end within ${msToSeconds(longestMs)} s: look there for a loop without an end, and for something that never comes`;
}
