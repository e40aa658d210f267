import type { RunPlan } from '../../protocol/plan.ts';
import type { MixRow } from '../../protocol/summary.ts';
import { distributionOf } from '../collect/merged-distribution.ts';
import type { RequestTally } from '../collect/request-tally.ts';
import { summarizeLatency } from './latency-summary.ts';

/** A row for each request of a mix; none where there is only one request. */
export function summarizeMix(plan: RunPlan, tallies: readonly RequestTally[]): MixRow[] {
  return tallies.flatMap((tally, index) => {
    const request = plan.mix[index];
    if (request === undefined) return [];
    const { sent, ok, failed, unfinished, dropped, latency } = tally;
    return {
      name: request.name,
      method: request.message.method,
      url: request.message.url,
      weight: request.weight,
      sent,
      ok,
      failed,
      unfinished,
      dropped,
      latencyMs: summarizeLatency(distributionOf(latency), plan.percentiles),
    };
  });
}
