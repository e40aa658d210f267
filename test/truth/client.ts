import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { conduct } from '../../src/main/run/conduct.ts';
import { columnsOf, type SampleBlock } from '../../src/protocol/samples.ts';
import type { Recorded, RunResult } from './recorded.ts';

/** One run of volley in a process of its own, with every record of it. */
async function runOnce(options: RunOptions): Promise<RunResult> {
  const plan = await resolvePlan(options);
  // Copied, and read only when the run is over: what is done here is done on the worker's core.
  const blocks: SampleBlock[] = [];
  const conducted = conduct(plan, {
    onBlock: (block) => {
      blocks.push({ ...block, buffer: block.buffer.slice(0) });
    },
  });
  const collected = await conducted.collect();
  return {
    summary: conducted.sumUp(collected),
    windowAtMs: collected.windowAtMs ?? 0,
    rows: blocks.flatMap(rowsOf),
  };
}

function rowsOf(block: SampleBlock): Recorded[] {
  const columns = columnsOf(block);
  return Array.from({ length: block.count }, (_, row) => ({
    intendedMs: columns.intendedMs[row] ?? 0,
    startLagMs: columns.startLagMs[row] ?? 0,
    waitMs: columns.waitMs[row] ?? 0,
    firstByteMs: columns.firstByteMs[row] ?? 0,
    serviceMs: columns.serviceMs[row] ?? 0,
    bodyBytes: columns.bodyBytes[row] ?? 0,
    status: columns.status[row] ?? 0,
    outcome: columns.outcome[row] ?? 0,
  }));
}

process.once('message', (options: RunOptions) => {
  runOnce(options).then(
    (result) => process.send?.(result, undefined, undefined, () => process.disconnect?.()),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
