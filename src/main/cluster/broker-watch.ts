import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { Clock } from '../../time/clock.ts';
import { formatDuration } from '../text/format.ts';
import { LAST_WORD_MS } from './awaited-words.ts';

/** After this long without an answer nothing more is expected: agents have stopped by themselves long before. */
const LONGEST_AWAY_MS = 30_000;
const LOOK_EVERY_MS = 250;

/** Knows how long the broker has not answered, and ends what would otherwise wait for it without a limit. */
export class BrokerWatch {
  readonly #clock: Clock;
  #heardMs: number;
  #stopAskedAtMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.nowMs();
  }

  /** The broker has answered. */
  heard(): void {
    this.#heardMs = this.#clock.nowMs();
  }

  /** The user wants the run to end; from then on only a short answer is waited for. */
  stopAsked(): void {
    this.#stopAskedAtMs ??= this.#clock.nowMs();
  }

  /** It has not answered for so long that nothing more is expected: not for long once the user waits for the end. */
  get isAway(): boolean {
    const askedAtMs = this.#stopAskedAtMs ?? Number.POSITIVE_INFINITY;
    const silentSinceMs = Math.max(this.#heardMs, askedAtMs);
    const nowMs = this.#clock.nowMs();
    return nowMs - this.#heardMs > LONGEST_AWAY_MS || nowMs - silentSinceMs > LAST_WORD_MS;
  }

  /**
   * Waits for `work`, which asks the broker at each step.
   *
   * @param isStarted from when on `work` has an end of its own
   * @param onGone called before the rejection
   * @throws VolleyError VOLLEY_BROKER once the broker has been away for too long
   */
  async whileThere<T>(
    work: Promise<T>,
    isStarted: () => boolean,
    onGone: () => { readonly mayHaveBegun: boolean },
  ): Promise<T> {
    const gone = Promise.withResolvers<never>();
    const looks = setInterval(() => {
      if (!isStarted() && this.isAway) gone.reject(this.#error(onGone().mayHaveBegun));
    }, LOOK_EVERY_MS);
    try {
      return await Promise.race([work, gone.promise]);
    } finally {
      clearInterval(looks);
    }
  }

  #error(mayHaveBegun: boolean): VolleyError {
    const awayMs = Math.round(this.#clock.nowMs() - this.#heardMs);
    const sent = mayHaveBegun
      ? 'Agents may have had the order to begin; they stop by themselves, and what they sent is not known.'
      : 'Nothing was sent.';
    return new VolleyError(
      ERROR_CODES.broker,
      `The broker has not answered for ${formatDuration(awayMs)}. ${sent}`,
    );
  }
}
