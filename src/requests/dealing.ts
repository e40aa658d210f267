import { createRandom } from '../metrics/random.ts';
import type { RowsMode } from '../protocol/request.ts';

/** Longest turn that is kept: rounding larger weights to fit changes their shares by next to nothing. */
const LONGEST_TURN = 10_000;

/** The request of a number, and how many times that request was dealt before. */
interface Dealt {
  readonly request: number;
  readonly occurrence: number;
}

/**
 * Deals numbers to requests by weight: in every turn of (sum of weights) numbers each request comes exactly as often
 * as its weight, spread over the turn (smooth weighted round robin). Pure, so that every worker gets the same result
 * for a number.
 */
export class Dealer {
  readonly #turn: readonly number[];
  /** For each place in the turn, how often its request came before in the turn. */
  readonly #before: readonly number[];
  readonly #weights: readonly number[];

  /** `weights` are whole numbers from 1. */
  constructor(weights: readonly number[]) {
    const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
    this.#weights = weights.map((weight) => weight / divisor);
    this.#turn = turnOf(this.#weights);
    const seen = weights.map(() => 0);
    this.#before = this.#turn.map((request) => {
      const count = seen[request] ?? 0;
      seen[request] = count + 1;
      return count;
    });
  }

  /** `number` counts from 0. */
  deal(number: number): Dealt {
    const place = number % this.#turn.length;
    const request = this.#turn[place] ?? 0;
    const turns = Math.floor(number / this.#turn.length);
    return { request, occurrence: turns * (this.#weights[request] ?? 1) + (this.#before[place] ?? 0) };
  }

  /** How many of the first `total` numbers are of a request. */
  countOf(request: number, total: number): number {
    const turns = Math.floor(total / this.#turn.length);
    const rest = this.#turn.slice(0, total % this.#turn.length);
    return turns * (this.#weights[request] ?? 1) + rest.filter((dealt) => dealt === request).length;
  }
}

/** After so many numbers the requests of these weights come in the same order again. */
export function turnLength(weights: readonly number[]): number {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  return Math.max(
    1,
    weights.reduce((sum, weight) => sum + weight / divisor, 0),
  );
}

/** Whether these weights can be dealt exactly. */
export function canBeDealt(weights: readonly number[]): boolean {
  const isEqual = weights.every((weight) => weight === weights[0]);
  return isEqual || turnLength(weights) <= LONGEST_TURN;
}

/** The row, out of `rowCount`, for the `occurrence`-th request that uses rows. */
export function rowOf(mode: RowsMode, seed: number, occurrence: number, rowCount: number): number {
  if (mode !== 'random') return occurrence % rowCount;
  return Math.floor(createRandom(seed, ROW_STREAMS + occurrence)() * rowCount);
}

/** First stream number, far from those of the workers, which count from 0. */
const ROW_STREAMS = 2 ** 20;

function turnOf(weights: readonly number[]): number[] {
  if (weights.every((weight) => weight === 1)) return weights.map((_, request) => request);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const credit = weights.map(() => 0);
  return Array.from({ length: total }, () => {
    let chosen = 0;
    for (const [request, weight] of weights.entries()) {
      credit[request] = (credit[request] ?? 0) + weight;
      if ((credit[request] ?? 0) > (credit[chosen] ?? 0)) chosen = request;
    }
    credit[chosen] = (credit[chosen] ?? 0) - total;
    return chosen;
  });
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
