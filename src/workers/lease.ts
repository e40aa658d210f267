/** How long an idle worker takes to notice that its lease has ended. */
const LOOK_EVERY_MS = 100;

/**
 * The time until which a worker may send. The worker enforces it itself, so it stops even if its coordinator hangs or
 * is cut off; whoever granted the lease then knows that nothing more will come. Without a lease there is no limit.
 */
export class Lease {
  /** It ran out before the load ended. */
  hasRunOut = false;
  #untilMs = Number.POSITIVE_INFINITY;
  readonly #nowMs: () => number;
  readonly #onEnd: () => void;
  #timer: NodeJS.Timeout | null = null;

  /** @param onEnd called when it runs out, unless `end` was called before */
  constructor(nowMs: () => number, onEnd: () => void) {
    this.#nowMs = nowMs;
    this.#onEnd = onEnd;
  }

  extend(untilMs: number): void {
    this.#untilMs = untilMs;
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Whether sending is no longer allowed. */
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
