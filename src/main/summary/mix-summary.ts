import type { RunPlan } from '../../protocol/plan.ts';
import type { RequestPlace } from '../../protocol/scenario.ts';
import type { MixRow } from '../../protocol/summary.ts';
import { distributionOf } from '../collect/merged-distribution.ts';
import type { RequestTally } from '../collect/request-tally.ts';
import type { ScenarioTally } from '../collect/scenario-tally.ts';
import { summarizeLatency } from './latency-summary.ts';
import { withInterrupted } from './worker-summary.ts';

/** A row for each request of a mix; empty for a single request. */
export function summarizeMix(plan: RunPlan, tallies: readonly RequestTally[]): MixRow[] {
  return tallies.flatMap((tally, index) => {
    const request = plan.mix[index];
    if (request === undefined) return [];
    const { name, message, weight } = request;
    return rowOf(plan, { name, method: message.method, url: message.url, weight }, tally);
  });
}

/** A row for each name that scenarios used, in order of first use. */
export function summarizeNamed(
  plan: RunPlan,
  { requests, longestOkMs }: Pick<ScenarioTally, 'requests' | 'longestOkMs'>,
): MixRow[] {
  return requests
    .filter(isOfIterations)
    .map(({ name, places, tally }) =>
      rowOf(
        plan,
        { name, ...placeOf(places, plan), weight: 1 },
        tally,
        tally.cutOff.interrupted(longestOkMs),
      ),
    );
}

/** Of requests that share a name, what is the same for all. */
export function placeOf(
  places: readonly RequestPlace[],
  { scenarios }: Pick<RunPlan, 'scenarios'>,
): Pick<MixRow, 'method' | 'url' | 'places'> {
  const [first, another] = places;
  if (first === undefined) return { method: '', url: scenarios?.base ?? '' };
  if (another === undefined) return first;
  const methods = new Set(places.map(({ method }) => method));
  const origins = new Set(places.map(({ url }) => new URL(url).origin));
  return {
    method: methods.size === 1 ? first.method : '',
    url: origins.size === 1 ? new URL(first.url).origin : '',
    places: places.length,
  };
}

/** False for what only the setups of users have sent: it is not counted and has no row. */
export function isOfIterations({ tally }: Pick<ScenarioTally['requests'][number], 'tally'>): boolean {
  return tally.sent + tally.dropped > 0;
}

function rowOf(
  { percentiles, stream }: RunPlan,
  request: Pick<MixRow, 'name' | 'method' | 'url' | 'places' | 'weight'>,
  { sent, ok, failed, unfinished, cancelled, dropped, latency }: RequestTally,
  interrupted: number | null = null,
): MixRow {
  const latencyMs = summarizeLatency(distributionOf(latency), percentiles);
  const ended = stream?.cancel == null ? {} : { cancelled };
  const left = withInterrupted(unfinished, interrupted);
  return { ...request, sent, ok, failed, ...left, ...ended, dropped, latencyMs };
}
