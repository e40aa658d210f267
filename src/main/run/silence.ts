import { MS_PER_SECOND } from '../../protocol/units.ts';

const LOOK_EVERY_MS = MS_PER_SECOND;

/**
 * Detects workers that have gone silent: if only a number of requests ends the run, a worker that hangs would
 * block it forever. Checks are counted, not time: while this process stood still, it could receive nothing.
 */
export class SilenceWatch {
  /** Number of checks since each worker was last heard. */
  readonly #silentLooks: number[];
  readonly #timer: NodeJS.Timeout;

  /** @param longestMs silence, rounded up to seconds, after which `onSilent` is called, then every second */
  constructor(workers: number, longestMs: number, onSilent: (index: number) => void) {
    this.#silentLooks = new Array<number>(workers).fill(0);
    const most = Math.ceil(longestMs / LOOK_EVERY_MS);
    this.#timer = setInterval(() => {
      for (let index = 0; index < workers; index++) {
        const looks = (this.#silentLooks[index] ?? 0) + 1;
        this.#silentLooks[index] = looks;
        if (looks > most) onSilent(index);
      }
    }, LOOK_EVERY_MS);
  }

  heard(index: number): void {
    this.#silentLooks[index] = 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
