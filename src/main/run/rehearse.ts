import type { RunPlan } from '../../protocol/plan.ts';
import { OUTCOME } from '../../protocol/report.ts';
import { blockByteLength, columnsOf, layoutOf, type SampleBlock } from '../../protocol/samples.ts';
import { Collector } from '../collect/collector.ts';
import { windowEndMs } from '../plan/split.ts';
import { progressOf } from './progress.ts';
import type { Progress } from './run-handle.ts';

/** As many as a quarter of a second brings at 1,000/s. */
const ROWS = 250;
const LATENCY_MS = 0.1;
/** How late a request of the open model starts, and how long it waits. */
const LATE_MS = 0.001;
const OK = 200;
/** Of a closed run of no more requests little is left when the first records arrive. */
const FEW_REQUESTS = 2_000;

/**
 * Takes in made-up records, into nothing, while the workers start. The first real ones arrive a quarter of a second into
 * the load; where the coordinator shares a core with a worker, its cold code would stop that worker for some
 * milliseconds, which would be attributed to the target.
 *
 * @returns what was taken in; null where it is not worth it, or for scenarios, whose records are of other kinds
 */
export function rehearse(plan: RunPlan): Progress | null {
  const { load, stop, scenarios } = plan;
  const isShort = load.model === 'closed' && stop.requests !== null && stop.requests <= FEW_REQUESTS;
  if (scenarios !== undefined || isShort) return null;
  const collector = new Collector(plan, 1, windowEndMs(plan), ROWS);
  collector.take(0, madeUp(plan), []);
  return progressOf(plan, collector.snapshot(ROWS));
}

function madeUp(plan: RunPlan): SampleBlock {
  const layout = layoutOf(plan);
  const buffer = new ArrayBuffer(blockByteLength(layout, ROWS));
  const block = { buffer, layout, capacity: ROWS, count: ROWS };
  const columns = columnsOf(block);
  for (let row = 0; row < ROWS; row++) columns.intendedMs[row] = row;
  columns.startLagMs.fill(LATE_MS);
  columns.waitMs.fill(LATE_MS);
  columns.firstByteMs.fill(LATENCY_MS);
  columns.serviceMs.fill(LATENCY_MS);
  columns.status.fill(OK);
  columns.outcome.fill(OUTCOME.ok);
  return block;
}
