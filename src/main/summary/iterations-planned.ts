import type { ScenariosPlan, UserPool } from '../../protocol/scenario.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { ArrivalNumbers } from '../../requests/arrival-numbers.ts';
import { Dealer } from '../../requests/dealing.ts';
import { arrivalsOf, placesOf, turnsOf } from '../../requests/user-numbering.ts';
import { leastStarts, startsOf } from '../../time/schedule.ts';
import { mostUsers, shareByUsers, usersOfWorker } from '../../time/user-schedule.ts';

type Place = Pick<Shard, 'index' | 'workers' | 'seed'>;

/** Users of one worker. */
export function usersOf({ pools }: ScenariosPlan, { index, workers }: Place): number {
  return pools.reduce((sum, { load }) => sum + usersOfWorker(mostUsers(load), index, workers), 0);
}

/**
 * Iterations that one worker was meant to start, by scenario; null if that depends on how long iterations take, or on
 * which of them finds a row left.
 */
export function iterationsOf(
  { pools, scenarios }: Pick<ScenariosPlan, 'pools' | 'scenarios'>,
  place: Place,
): number[] | null {
  const counts = scenarios.map(() => 0);
  for (const pool of pools) {
    const numbers = numbersOf(pool, place);
    if (numbers === null || pool.parts.some(({ scenario }) => scenarios[scenario]?.deal === 'once'))
      return null;
    const dealer = new Dealer(pool.parts.map(({ weight }) => weight));
    for (const number of numbers) {
      const scenario = pool.parts[dealer.deal(number).request]?.scenario ?? 0;
      counts[scenario] = (counts[scenario] ?? 0) + 1;
    }
  }
  return counts;
}

/** The numbers of its iterations, from 0; null if there is no planned number. */
function numbersOf(pool: UserPool, place: Place): Iterable<number> | null {
  const { load } = pool;
  const { index, workers, seed } = place;
  switch (load.type) {
    case 'users':
      return null;
    case 'arrivals': {
      const { durationMs } = load;
      const turns = turnsOf(load, place);
      if (turns === null) return [];
      const count = startsOf({ ...turns, load, durationMs, warmupMs: 0, seed });
      return numbered(arrivalsOf(pool, leastStarts({ ...load, load, warmupMs: 0 }, null), turns), count);
    }
    case 'iterations': {
      const { users, iterations, executor } = load;
      const own = usersOfWorker(users, index, workers);
      if (executor === 'per-vu-iterations')
        return placesOf(pool, users, place).flatMap((user) => [...counting(user * iterations, iterations)]);
      let before = 0;
      for (let earlier = 0; earlier < index; earlier++) before += usersOfWorker(users, earlier, workers);
      const { from, to } = shareByUsers(iterations, users, before, own);
      return counting(from, to - from);
    }
  }
}

function* numbered(numbers: ArrivalNumbers, count: number): Generator<number> {
  for (let at = 0; at < count; at++) yield numbers.of(at);
}

function* counting(first: number, count: number): Generator<number> {
  for (let at = 0; at < count; at++) yield first + at;
}
