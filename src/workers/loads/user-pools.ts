import type { IterationArrivals, UserPool } from '../../protocol/scenario.ts';
import type { ArrivalNumbers } from '../../requests/arrival-numbers.ts';
import { arrivalsOf, turnsOf } from '../../requests/user-numbering.ts';
import { leastStarts } from '../../time/schedule.ts';
import { type Arrivals, ArrivalsPool, type Due } from '../vus/arrivals-pool.ts';
import { IterationsPool } from '../vus/iterations-pool.ts';
import type { Pool, PoolHost } from '../vus/pool.ts';
import { UsersPool } from '../vus/users-pool.ts';
import { OpenPacer } from './pacing/open.ts';

/** The pool for a load. */
export function poolOf(pool: UserPool, host: PoolHost): Pool<unknown> {
  const { load } = pool;
  switch (load.type) {
    case 'users':
      return new UsersPool(pool, load, host);
    case 'iterations':
      return new IterationsPool(pool, load, host);
    case 'arrivals':
      return new ArrivalsPool(pool, load, ownArrivals(pool, load, host), host);
  }
}

function ownArrivals(
  pool: UserPool,
  load: IterationArrivals,
  host: Pick<PoolHost, 'index' | 'workers' | 'seed'>,
): Arrivals {
  const turns = turnsOf(load, host);
  if (turns === null) return NO_ARRIVALS;
  const { durationMs } = load;
  const schedule = { ...turns, load, durationMs, warmupMs: 0, seed: host.seed };
  return new OwnArrivals(
    new OpenPacer({ ...schedule, requests: null }),
    arrivalsOf(pool, leastStarts(schedule, null), turns),
  );
}

const NO_ARRIVALS: Arrivals = {
  nextMs: Number.POSITIVE_INFINITY,
  take: () => ({ number: 0, intendedMs: Number.POSITIVE_INFINITY }),
};

class OwnArrivals implements Arrivals {
  readonly #pacer: OpenPacer;
  readonly #numbers: ArrivalNumbers;
  #taken = 0;

  constructor(pacer: OpenPacer, numbers: ArrivalNumbers) {
    this.#pacer = pacer;
    this.#numbers = numbers;
  }

  get nextMs(): number {
    return this.#pacer.nextMs;
  }

  take(): Due {
    return { number: this.#numbers.of(this.#taken++), intendedMs: this.#pacer.take() };
  }
}
