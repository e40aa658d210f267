import type { IterationArrivals, UserPool } from '../protocol/scenario.ts';
import type { SeatedTurns } from '../time/turns.ts';
import { usersOfWorker } from '../time/user-schedule.ts';
import { ArrivalNumbers } from './arrival-numbers.ts';
import { Dealer, greatestCommonDivisor, turnLength } from './dealing.ts';
import { inRounds, numberOf } from './numbering.ts';

/** A worker among all. */
interface Worker {
  readonly index: number;
  readonly workers: number;
}

/**
 * Which starts of its schedule a worker has; null if none. They go round over all users, each of whom is of one worker,
 * so that no user has less time for an iteration than another, however unevenly users divide among workers.
 */
export function turnsOf(
  { maxUsers }: Pick<IterationArrivals, 'maxUsers'>,
  { index, workers }: Worker,
): SeatedTurns | null {
  // Workers beyond the users could start nothing.
  return index < maxUsers ? { index, workers: Math.min(workers, maxUsers), seats: maxUsers } : null;
}

/** The numbers of a worker's iterations, where a schedule starts at least `known` over all workers. */
export function arrivalsOf({ parts }: UserPool, known: number, turns: SeatedTurns): ArrivalNumbers {
  return new ArrivalNumbers(turns, turnLength(parts.map(({ weight }) => weight)), known);
}

/** The numbers, from 0, that a worker's users have among all `users` of their pool. */
export function placesOf({ load, parts }: UserPool, users: number, worker: Worker): number[] {
  const { index, workers } = worker;
  const turn = turnLength(parts.map(({ weight }) => weight));
  // Each of these users begins its iterations where the one before it ends.
  const step = load.type === 'iterations' && load.executor === 'per-vu-iterations' ? load.iterations : 1;
  const numbering = inRounds({ index, workers }, turn / greatestCommonDivisor(turn, step), users);
  return Array.from({ length: usersOfWorker(users, index, workers) }, (_, at) => numberOf(numbering, at));
}

/** Which workers have users of each part of a pool; their indices are in order. */
export function workersOfParts(
  pool: UserPool,
  users: number,
  workers: number,
): readonly (readonly number[])[] {
  const dealer = new Dealer(pool.parts.map(({ weight }) => weight));
  const found = pool.parts.map((): number[] => []);
  for (let index = 0; index < Math.min(workers, users); index++) {
    const own = new Set(placesOf(pool, users, { index, workers }).map((place) => dealer.deal(place).request));
    for (const part of own) found[part]?.push(index);
  }
  return found;
}
