import type { RunPlan } from '../../protocol/plan.ts';
import type { MixRow } from '../../protocol/summary.ts';
import { distributionOf } from '../collect/merged-distribution.ts';
import type { RequestTally } from '../collect/request-tally.ts';
import type { ScenarioTally } from '../collect/scenario-tally.ts';
import { summarizeLatency } from './latency-summary.ts';

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
export function summarizeNamed(plan: RunPlan, { requests }: Pick<ScenarioTally, 'requests'>): MixRow[] {
  const base = plan.scenarios?.base ?? '';
  return requests.filter(isOfIterations).map(({ name, method, tally }) => {
    const path = name.startsWith(`${method} /`) ? name.slice(method.length + 1) : '';
    return rowOf(plan, { name, method, url: base.replace(/\/$/, '') + path, weight: 1 }, tally);
  });
}

/** False for what only the setups of users have sent: it is not counted and has no row. */
export function isOfIterations({ tally }: Pick<ScenarioTally['requests'][number], 'tally'>): boolean {
  return tally.sent + tally.dropped > 0;
}

function rowOf(
  { percentiles, stream }: RunPlan,
  request: Pick<MixRow, 'name' | 'method' | 'url' | 'weight'>,
  { sent, ok, failed, unfinished, cancelled, dropped, latency }: RequestTally,
): MixRow {
  const latencyMs = summarizeLatency(distributionOf(latency), percentiles);
  const ended = stream?.cancel == null ? {} : { cancelled };
  return { ...request, sent, ok, failed, unfinished, ...ended, dropped, latencyMs };
}
