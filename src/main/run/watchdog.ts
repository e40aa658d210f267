import { msToSeconds } from '../../protocol/units.ts';
import { afterRunning } from './running-time.ts';
import { SilenceWatch } from './silence.ts';

/** Kills workers that do not end by themselves, so that nothing blocks a run forever. */
export class Watchdog {
  readonly #workers: number;
  readonly #kill: (index: number, because: string | null) => void;
  /** Cancels the wait after which workers that have not stopped are killed. */
  #forgo: () => void = () => {};
  #silence: SilenceWatch | null = null;

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

  /** Kills each worker that is silent for this long: every request ends within its timeout, and its record arrives soon after. */
  killSilent(longestMs: number): void {
    const because = `nothing was heard of it for ${Math.ceil(msToSeconds(longestMs))} s`;
    this.#silence = new SilenceWatch(this.#workers, longestMs, (index) => this.#kill(index, because));
  }

  heard(index: number): void {
    this.#silence?.heard(index);
  }

  close(): void {
    this.forgo();
    this.#silence?.close();
  }
}
