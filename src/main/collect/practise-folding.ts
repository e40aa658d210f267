import type { RunPlan } from '../../protocol/plan.ts';
import { OUTCOME } from '../../protocol/report.ts';
import { blockByteLength, columnsOf, layoutOf } from '../../protocol/samples.ts';
import { Collector } from './collector.ts';

const ROWS = 512;
const STATUS = 200;

/**
 * Adds up made-up requests of an open load, so that the code for that is compiled before there are real ones: the first
 * time takes 3 to 8 ms, and where coordinator and worker share a core, the worker starts requests late by as much.
 */
export function practiseFolding(plan: RunPlan, windowEndMs: number | null): void {
  const { load, scenarios, stream = null } = plan;
  if (load.model !== 'open' || scenarios !== undefined || stream !== null) return;
  const layout = layoutOf(plan);
  const block = {
    buffer: new ArrayBuffer(blockByteLength(layout, ROWS)),
    layout,
    capacity: ROWS,
    count: ROWS,
  };
  const columns = columnsOf(block);
  for (let row = 0; row < ROWS; row++) {
    columns.intendedMs[row] = row / ROWS;
    columns.startLagMs[row] = 0.01;
    columns.waitMs[row] = 0.01;
    columns.firstByteMs[row] = 0.1;
    columns.serviceMs[row] = 0.1 + row / ROWS;
    columns.status[row] = STATUS;
    columns.outcome[row] = OUTCOME.ok;
  }
  new Collector(plan, 1, windowEndMs, ROWS).take(0, block, []);
}
