import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { summarizeLoad } from './load.ts';

/** The plan as results show it: without bodies, headers and other secrets. */
export function summarizePlan(plan: RunPlan): Summary['plan'] {
  return {
    target: { url: plan.target.url, method: plan.target.method },
    mode: plan.mode,
    workers: plan.workers,
    concurrency: plan.concurrency,
    client: plan.client,
    protocol: plan.target.protocol,
    streams: plan.streams,
    load: summarizeLoad(plan.load),
    stop: plan.stop,
    warmupMs: plan.warmupMs,
    timeoutMs: plan.timeoutMs,
    cpuWork: plan.cpuWork,
    rows: plan.rows === null ? null : { mode: plan.rows.mode, count: plan.rows.cells.rowCount },
    seed: plan.seed,
  };
}
