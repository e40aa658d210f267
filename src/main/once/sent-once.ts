import type { OnceSent } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Supplies } from '../../protocol/supplies.ts';
import { split } from '../plan/split.ts';

/** Sends each request of a plan's mix once, regardless of its load, and yields everything that happened to each. */
export async function* sentOnce(plan: RunPlan): AsyncGenerator<OnceSent> {
  const [shard] = split({
    ...plan,
    workers: 1,
    concurrency: 1,
    streams: 1,
    warmupMs: 0,
    stop: { requests: 1, durationMs: null },
  });
  if (shard === undefined) throw new Error('a plan has at least one worker');
  // Worker code, which the coordinator imports only by its URL.
  const { sendOnce } = (await import(new URL('../../workers/send-once.js', import.meta.url).href)) as {
    sendOnce(shard: Shard, supplies: Supplies): AsyncIterable<OnceSent>;
  };
  yield* sendOnce(shard, plan.supplies);
}
