import { MS_PER_SECOND } from '../../protocol/units.ts';

const LOOK_EVERY_MS = MS_PER_SECOND;

/**
 * Notices workers that are heard of no more: where only a number of requests ends the run, one that hangs would
 * hold it for ever. Looks are counted, not time: while this process itself stood still, nobody could be heard.
 */
export class SilenceWatch {
  /** How many looks ago each worker was heard. */
  readonly #silentLooks: number[];
  readonly #timer: NodeJS.Timeout;

  /** @param longestMs after so long, to the second, `onSilent` is called, and every second from then on */
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
