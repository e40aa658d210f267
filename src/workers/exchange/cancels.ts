import { createRandom } from '../../metrics/random.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Cancelling } from '../../protocol/stream.ts';
import { numberOf } from '../../requests/numbering.ts';

/** Random stream, far from those of workers, rows and placeholders. */
const CANCEL_STREAMS = 2 ** 44;

/**
 * Which requests of a worker are cancelled: exactly `share` of every `of` numbers, spread over them, chosen by the
 * seed. All workers together cancel as many as one would alone.
 */
export class Cancels {
  readonly afterEvents: number;
  readonly #plan: Cancelling;
  readonly #numbering: Shard['numbering'];
  readonly #seed: number;
  readonly #chosen: Uint8Array;
  /** The turn that they belong to. */
  #turn = -1;
  #warmups = 0;
  #windows = 0;

  constructor(plan: Cancelling, numbering: Shard['numbering'], seed: number) {
    this.afterEvents = plan.afterEvents ?? Number.POSITIVE_INFINITY;
    this.#plan = plan;
    this.#numbering = numbering;
    this.#seed = seed;
    this.#chosen = new Uint8Array(plan.of);
  }

  /** Whether the next request, in the warm-up or in the window, is to be cancelled. */
  takeNext(isWindow: boolean): boolean {
    const { window, warmup } = this.#numbering;
    return this.isOne(isWindow ? numberOf(window, this.#windows++) : numberOf(warmup, this.#warmups++));
  }

  /** Whether request number `number`, from 0, is to be cancelled. */
  isOne(number: number): boolean {
    const turn = Math.floor(number / this.#plan.of);
    if (turn !== this.#turn) this.#choose(turn);
    return this.#chosen[number % this.#plan.of] === 1;
  }

  /**
   * Draws the cancelled places of a turn: one in each of `share` sections of nearly equal length, so that a part of
   * a turn has its share too. The sections begin anywhere, which makes every place equally likely.
   */
  #choose(turn: number): void {
    const { share, of } = this.#plan;
    const random = createRandom(this.#seed, CANCEL_STREAMS + turn);
    this.#turn = turn;
    this.#chosen.fill(0);
    const start = Math.floor(random() * of);
    for (let section = 0; section < share; section++) {
      const from = Math.floor((section * of) / share);
      const to = Math.floor(((section + 1) * of) / share);
      const place = from + Math.floor(random() * (to - from));
      this.#chosen[(start + place) % of] = 1;
    }
  }
}
