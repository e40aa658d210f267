import { positionOf, type SeatedTurns } from '../time/turns.ts';
import { greatestCommonDivisor } from './dealing.ts';
import { inRounds, numberOf, shiftOf } from './numbering.ts';

/**
 * The numbers of the iterations that one worker starts by a schedule whose starts go round over all seats. Each number
 * is of one worker, and close to the position of the start; every worker gets its share of each request.
 */
export class ArrivalNumbers {
  readonly #turns: SeatedTurns;
  readonly #turn: number;
  readonly #known: number;
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
    this.#inBlocks = seats - (seats % (turn * workers));
    this.#common = greatestCommonDivisor(turn, seats);
  }

  /** The number of a worker's start; both count from 0. */
  of(count: number): number {
    const { index, workers, seats } = this.#turns;
    const position = positionOf(this.#turns, count);
    const round = seats % workers === 0 ? 0 : Math.floor(position / seats);
    const first = round * seats;
    const seat = position - first;
    const isWhole = first + seats <= this.#known;
    if (seats % workers === 0 || !isWhole || seat < this.#inBlocks) {
      const blocks = inRounds({ index, workers }, this.#turn, this.#known - first);
      return first + numberOf(blocks, (seat - index) / workers);
    }
    // What is left of a round is shorter than a turn of all workers: from round to round its seats get other requests.
    const left = seats - this.#inBlocks;
    const shift = shiftOf(this.#turn, this.#common, round);
    return first + this.#inBlocks + ((seat - this.#inBlocks + shift) % left);
  }
}
