import type { UserPool } from '../../protocol/scenario.ts';
import { workersOfArrivals } from '../../requests/user-numbering.ts';
import { ArrivalsPool } from '../vus/arrivals-pool.ts';
import { IterationsPool } from '../vus/iterations-pool.ts';
import type { Pool, PoolHost } from '../vus/pool.ts';
import { UsersPool } from '../vus/users-pool.ts';
import { OpenPacer } from './pacing/open.ts';

const NO_ARRIVALS = { nextMs: Number.POSITIVE_INFINITY, take: () => Number.POSITIVE_INFINITY };

/** The pool for a load. */
export function poolOf(pool: UserPool, host: PoolHost): Pool<unknown> {
  const { load } = pool;
  switch (load.type) {
    case 'users':
      return new UsersPool(pool, load, host);
    case 'iterations':
      return new IterationsPool(pool, load, host);
    case 'arrivals': {
      const { index, seed } = host;
      const { durationMs } = load;
      const workers = workersOfArrivals(load, host);
      const arrivals =
        index < workers
          ? new OpenPacer({ load, index, workers, durationMs, warmupMs: 0, seed, requests: null })
          : NO_ARRIVALS;
      return new ArrivalsPool(pool, load, arrivals, { ...host, workers });
    }
  }
}
