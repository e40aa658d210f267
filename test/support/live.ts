import { Collector } from '../../src/main/collect/collector.ts';
import type { LiveState } from '../../src/main/live/live-state.ts';
import { Sampler } from '../../src/main/live/sampler.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import type { TimedErrorTally } from '../../src/protocol/report.ts';
import { blockOf, type Sample } from './samples.ts';

/** What two workers have recorded in half a second. */
export interface HalfSecond {
  readonly samples: readonly Sample[];
  readonly errors?: readonly TimedErrorTally[];
}

/** How a run looks that has recorded this, looked at each half second. */
export async function stateOf(
  options: Partial<RunOptions>,
  halves: readonly HalfSecond[],
): Promise<LiveState> {
  const plan = await resolvePlan({
    url: 'http://127.0.0.1:9/',
    workers: 2,
    concurrency: 2,
    seed: 1,
    ...options,
  });
  const collector = new Collector(plan, 2, plan.stop.durationMs, 1_000_000);
  const sampler = new Sampler(plan);
  let state = sampler.look(collector.snapshot(0));
  for (const [index, { samples, errors = [] }] of halves.entries()) {
    for (const worker of [0, 1])
      collector.take(
        worker,
        blockOf(samples.filter((_, row) => row % 2 === worker)),
        worker === 0 ? errors : [],
      );
    state = sampler.look(collector.snapshot((index + 1) * 500));
  }
  return state;
}
