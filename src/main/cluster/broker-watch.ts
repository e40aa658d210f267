import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Clock } from '../../time/clock.ts';
import { formatDuration } from '../text/format.ts';
import { LAST_WORD_MS } from './awaited-words.ts';
import { CLUSTER_TIMES } from './broker.ts';
import { refusalOf } from './refusal.ts';

/** After this long without an answer nothing more is expected: agents have stopped by themselves long before. */
const LONGEST_AWAY_MS = 30_000;
const LOOK_EVERY_MS = 250;
/** Agents hear as little of the run as this command does of the broker: soon they stop. */
const SILENT_MS = CLUSTER_TIMES.orphanMs;

/** Knows how long the broker has not answered, and ends what would otherwise wait for it without a limit. */
export class BrokerWatch {
  readonly #clock: Clock;
  #heardMs: number;
  /** What the broker said to the last order, which it refused; null if it takes them, or says nothing. */
  #refusal: string | null = null;
  #stopAskedAtMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardMs = clock.nowMs();
  }

  /** The broker has taken an order. */
  heard(): void {
    this.#heardMs = this.#clock.nowMs();
    this.#refusal = null;
  }

  /** The broker answers, but accepts no commands: agents hear no more of the run than if it were away. */
  refused(because: string): void {
    this.#refusal = because;
  }

  /** When it took the last order: agents that hear of no other stop some time after it. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** What has kept orders from agents: to the user, in a sentence about an agent. */
  get why(): string {
    return this.#refusal === null
      ? 'the broker was away'
      : `the broker no longer accepted commands (${this.#refusal})`;
  }

  /** It has taken no order for so long that agents stop. */
  get isSilent(): boolean {
    return this.#clock.nowMs() - this.#heardMs > SILENT_MS;
  }

  /** What to tell the user when it falls silent, and when it is there again. */
  get news(): string {
    if (!this.isSilent)
      return 'the broker answers again; agents that have stopped meanwhile stay out of the run.';
    return `${this.#silence.toLowerCase().replace(/\.$/, '')}: agents stop by themselves until it does.`;
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
   * @throws VolleyError VOLLEY_BROKER once the broker has been away for too long, or if it refuses what is asked
   */
  async whileThere<T>(
    work: Promise<T>,
    isStarted: () => boolean,
    onGone: () => { readonly mayHaveBegun: boolean },
  ): Promise<T> {
    const gone = Promise.withResolvers<never>();
    const looks = setInterval(() => {
      if (!isStarted() && this.isAway) gone.reject(this.#error(this.#silence, onGone().mayHaveBegun));
    }, LOOK_EVERY_MS);
    try {
      return await Promise.race([work, gone.promise]);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      throw this.#error(`The broker refused the run (${refusal}).`, onGone().mayHaveBegun);
    } finally {
      clearInterval(looks);
    }
  }

  get #silence(): string {
    const awayMs = Math.round((this.#clock.nowMs() - this.#heardMs) / MS_PER_SECOND) * MS_PER_SECOND;
    return this.#refusal === null
      ? `The broker has not answered for ${formatDuration(awayMs)}.`
      : `The broker has accepted no commands for ${formatDuration(awayMs)} (${this.#refusal}).`;
  }

  #error(what: string, mayHaveBegun: boolean): VolleyError {
    const sent = mayHaveBegun
      ? 'Agents may have received the order to begin; they stop by themselves, and what they sent is not known.'
      : 'Nothing was sent.';
    return new VolleyError(ERROR_CODES.broker, `${what} ${sent}`);
  }
}
