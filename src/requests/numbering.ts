import type { Numbering } from '../protocol/request.ts';
import { greatestCommonDivisor } from './dealing.ts';

/** Its multiples are spread evenly between whole numbers, however many of them there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export type InRounds = Extract<Numbering, { type: 'rounds' }>;

/**
 * The numbers of one worker, of which each round has one for every worker.
 *
 * @param turn after so many numbers it begins again which request a number stands for
 * @param known how many numbers there are at least, over all workers
 */
export function inRounds(
  { index, workers }: { readonly index: number; readonly workers: number },
  turn: number,
  known: number,
): InRounds {
  const common = greatestCommonDivisor(turn, workers);
  return { type: 'rounds', index, workers, turn, common, known };
}

/** A worker's number in the whole run; `count` counts its own from 0. */
export function numberOf(numbering: Numbering, count: number): number {
  if (numbering.type === 'range') return numbering.first + count;
  const { index, workers, turn, common, known } = numbering;
  const first = count * workers;
  // A round of which there may be only a part is dealt as it is, so that no number is left out.
  if (common === 1 || first + workers > known) return first + index;
  return first + ((index + shiftOf(turn, common, count)) % workers);
}

/**
 * By how many places the numbers of a round are dealt further on, less than `common`. At the same place in each round a
 * worker would get the same few requests of a turn again and again.
 *
 * @param common what the length of a turn has in common with that of a round
 */
export function shiftOf(turn: number, common: number, round: number): number {
  const period = turn / common;
  const place = ((round % period) * GOLDEN) % 1;
  return (Math.floor(round / period) + Math.floor(common * place)) % common;
}
