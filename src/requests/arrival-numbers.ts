import { positionOf, type SeatedTurns } from '../time/turns.ts';
import { greatestCommonDivisor } from './dealing.ts';
import { type InRounds, inRounds, numberOf, shiftOf } from './numbering.ts';

/**
 * The numbers of the iterations that one worker starts by a schedule whose starts go round over all seats. Each number
 * is of one worker, and close to the position of the start; every worker gets its share of each request.
 */
export class ArrivalNumbers {
  readonly #turns: SeatedTurns;
  readonly #turn: number;
  readonly #known: number;
  /** Every worker has as many seats, so that one round of blocks goes on and on. */
  readonly #isEven: boolean;
  readonly #blocks: InRounds;
  /** Seats of a round that are dealt in blocks of one for each worker, in whole turns. */
  readonly #inBlocks: number;
  /** What a round has in common with a turn. */
  readonly #common: number;

  /**
   * @param turn after so many numbers it begins again which request a number stands for
   * @param known how many numbers there are at least, over all workers
   */
  constructor(turns: SeatedTurns, turn: number, known: number) {
    this.#turns = turns;
    this.#turn = turn;
    this.#known = known;
    const { workers, seats } = turns;
    this.#isEven = seats % workers === 0;
    this.#blocks = inRounds(turns, turn, known);
    this.#inBlocks = seats - (seats % (turn * workers));
    this.#common = greatestCommonDivisor(turn, seats);
  }

  /** The number of a worker's start; both count from 0. */
  of(count: number): number {
    if (this.#isEven) return numberOf(this.#blocks, count);
    const { index, workers, seats } = this.#turns;
    const position = positionOf(this.#turns, count);
    const round = Math.floor(position / seats);
    const first = round * seats;
    const seat = position - first;
    const isWhole = first + seats <= this.#known;
    if (!isWhole || seat < this.#inBlocks)
      return first + numberOf({ ...this.#blocks, known: this.#known - first }, (seat - index) / workers);
    // What is left of a round is shorter than a turn of all workers: from round to round its seats get other requests.
    const left = seats - this.#inBlocks;
    const shift = shiftOf(this.#turn, this.#common, round);
    return first + this.#inBlocks + ((seat - this.#inBlocks + shift) % left);
  }
}
