/** How long after its end a worker that has nothing to send notices it. */
const LOOK_EVERY_MS = 100;

/**
 * Until when a worker may send. It keeps to that by itself, so that it stops also where its coordinator hangs or has
 * been cut off: whoever gave the lease knows then that nothing more comes. Without one it lasts for ever.
 */
export class Lease {
  /** It ended before the load did. */
  hasRunOut = false;
  #untilMs = Number.POSITIVE_INFINITY;
  readonly #nowMs: () => number;
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** @param onEnd called once it has run out, while `end` has not been called */
  constructor(nowMs: () => number, onEnd: () => void) {
    this.#nowMs = nowMs;
    this.#onEnd = onEnd;
  }

  extend(untilMs: number): void {
    this.#untilMs = untilMs;
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Whether nothing may be sent any more. */
  isOver(nowMs: number): boolean {
    if (nowMs <= this.#untilMs) return false;
    this.hasRunOut = true;
    return true;
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #look(): void {
    if (!this.isOver(this.#nowMs())) return;
    this.end();
    this.#onEnd();
  }
}
