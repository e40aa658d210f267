import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';

/** Waits for a condition that others bring about; they call `changed` when something has changed. */
export class Waiting {
  readonly #clock: Clock;
  #changed = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  changed(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }

  /** @returns false if it took too long */
  async until(holds: () => boolean, longestMs: number): Promise<boolean> {
    const endMs = this.#clock.nowMs() + longestMs;
    while (!holds()) {
      const leftMs = endMs - this.#clock.nowMs();
      if (leftMs <= 0) return false;
      await within(Math.min(leftMs, MS_PER_SECOND), this.#changed.promise);
    }
    return true;
  }
}

/** Waits for a promise up to `longestMs`, since an unreachable broker never answers. A rejection is ignored. */
export async function within(longestMs: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, longestMs);
  });
  await Promise.race([promise, timeout]).catch(() => {});
  clearTimeout(timer);
}
