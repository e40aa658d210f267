import type { UserPool } from '../../protocol/scenario.ts';
import { ArrivalsPool } from '../vus/arrivals-pool.ts';
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
    case 'arrivals': {
      const { index, workers, seed } = host;
      const { durationMs } = load;
      const pacer = new OpenPacer({ load, index, workers, durationMs, warmupMs: 0, seed, requests: null });
      return new ArrivalsPool(pool, load, pacer, host);
    }
  }
}
