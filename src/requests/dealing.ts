import { createRandom } from '../metrics/random.ts';
import type { RowsMode } from '../protocol/request.ts';

/** Longer turns than this would differ from it by less than their rounding. */
const LONGEST_TURN = 10_000;

/** Which request a number stands for, and how many of that request come before it. */
export interface Dealt {
  readonly request: number;
  readonly occurrence: number;
}

/**
 * Deals numbers to requests by their weights: in every turn of (sum of weights) numbers each request has
 * exactly its weight, spread over the turn (smooth weighted round robin). Pure, so that every worker knows
 * the same of every number.
 */
export class Dealer {
  readonly #turn: readonly number[];
  /** How often the request of each place came before it in the turn. */
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
}

/** Whether these weights can be dealt exactly. */
export function canBeDealt(weights: readonly number[]): boolean {
  const divisor = weights.reduce(greatestCommonDivisor, 0) || 1;
  const isEqual = weights.every((weight) => weight === divisor);
  return isEqual || weights.reduce((sum, weight) => sum + weight / divisor, 0) <= LONGEST_TURN;
}

/** The row of the `occurrence`-th request that uses rows, of `rowCount`. */
export function rowOf(mode: RowsMode, seed: number, occurrence: number, rowCount: number): number {
  if (mode !== 'random') return occurrence % rowCount;
  return Math.floor(createRandom(seed, ROW_STREAMS + occurrence)() * rowCount);
}

/** Far from the streams of the workers, which are numbered from 0. */
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
