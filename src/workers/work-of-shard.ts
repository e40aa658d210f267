import type { Random } from '../metrics/random.ts';
import type { WorkerChannel } from '../protocol/messages.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import type { TestDefinition } from '../protocol/test-definition.ts';
import type { RequestSecrets } from './exchange/request-secrets.ts';
import type { Job } from './jobs/job.ts';
import { RequestJob } from './jobs/request-job.ts';
import { RequestSource } from './jobs/request-source.ts';
import { ClosedLoad } from './loads/closed-load.ts';
import type { Load } from './loads/load.ts';
import { OpenLoad } from './loads/open-load.ts';
import type { RowsLoad } from './loads/rows-load.ts';
import type { RequestWatch, VuLoad, VuLoadHost } from './loads/vu-load.ts';

/** A worker's load (when to start) and job (what each start does). */
interface Work {
  readonly load: Load;
  readonly job: Job;
  /** The load, if it is one of rows. */
  readonly rows: RowsLoad | null;
  /** The load, if it is one of users. */
  readonly vus: VuLoad | null;
}

/** What the work is built from. */
interface WorkParts {
  readonly channel: WorkerChannel;
  readonly secrets: RequestSecrets;
  readonly supplies: Supplies;
  readonly random: Random;
  /** Null without scenarios. */
  readonly users: {
    readonly Users: typeof VuLoad;
    readonly definition: TestDefinition;
    readonly watch: RequestWatch | null;
  } | null;
  /** The worker computes a hash over each answer's body. */
  readonly looksAtBodies: boolean;
}

/** The work of a shard; `Rows` is loaded only if needed. */
export function workOf(
  shard: Shard,
  host: VuLoadHost,
  { channel, secrets, supplies, random, users, looksAtBodies }: WorkParts,
  Rows: typeof RowsLoad | null,
): Work {
  const { batch, scenarios, load } = shard;
  if (scenarios !== undefined && users !== null) {
    const { Users, definition, watch } = users;
    const vus = new Users(shard, scenarios, host, { channel, supplies, definition, watch });
    return { load: vus, job: vus, rows: null, vus };
  }
  if (batch !== undefined && Rows !== null) {
    const rows = new Rows(shard, batch, host, { channel, random, secrets });
    return { load: rows, job: rows.job, rows, vus: null };
  }
  const job = new RequestJob(
    new RequestSource(shard, supplies.rows, { body: looksAtBodies, fields: false }),
    host,
  );
  return {
    load:
      load.model === 'open' ? new OpenLoad(shard, load, host, job) : new ClosedLoad(shard, host, job, random),
    job,
    rows: null,
    vus: null,
  };
}
