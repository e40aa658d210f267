import { usersOfWorker } from './user-schedule.ts';

/** Which starts of a schedule are a worker's: in every round each seat has one, and seat `s` is of worker s mod `workers`. */
export interface Turns {
  readonly index: number;
  readonly workers: number;
  /** Seats over all workers, at least as many; by default one of each. */
  readonly seats?: number | undefined;
}

/** Turns over a known number of seats. */
export interface SeatedTurns extends Turns {
  readonly seats: number;
}

/** The position, among all starts, of a worker's start; both count from 0. */
export function positionOf({ index, workers, seats = workers }: Turns, count: number): number {
  // Fast path: seats that all workers have in equal number come in rounds of one each.
  if (seats % workers === 0) return count * workers + index;
  const own = usersOfWorker(seats, index, workers);
  return Math.floor(count / own) * seats + (count % own) * workers + index;
}

/** How many of the first `positions` starts are a worker's. */
export function countOf({ index, workers, seats = workers }: Turns, positions: number): number {
  const rounds = Math.floor(positions / seats);
  return (
    rounds * usersOfWorker(seats, index, workers) + usersOfWorker(positions - rounds * seats, index, workers)
  );
}

/** Whether the start at a position is a worker's. */
export function isOwn({ index, workers, seats = workers }: Turns, position: number): boolean {
  return (position % seats) % workers === index;
}
