import { msToSeconds } from '../../protocol/units.ts';
import { afterRunning } from './running-time.ts';
import { SilenceWatch } from './silence.ts';

/** Ends workers that do not end by themselves, so that nothing holds a run for ever. */
export class Watchdog {
  readonly #workers: number;
  readonly #kill: (index: number, because: string | null) => void;
  /** Ends the wait after which workers that have not stopped are killed. */
  #forgo: () => void = () => {};
  #silence: SilenceWatch | null = null;

  /** `kill` is called for each worker by its index, ended or not; with a reason where there is a better one than that it did not end. */
  constructor(workers: number, kill: (index: number, because: string | null) => void) {
    this.#workers = workers;
    this.#kill = kill;
  }

  /** Kills all that are left after so long, in time in which this process could run; instead of what was said before. */
  killAfter(delayMs: number): void {
    this.forgo();
    this.#forgo = afterRunning(delayMs, () => {
      for (let index = 0; index < this.#workers; index++) this.#kill(index, null);
    });
  }

  /** Kills nobody after a time. */
  forgo(): void {
    this.#forgo();
    this.#forgo = () => {};
  }

  /** Kills each worker of which nothing is heard for so long: every request ends within its timeout, and its record comes soon after. */
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
